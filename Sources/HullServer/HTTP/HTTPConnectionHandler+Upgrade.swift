// How a connection becomes a WebSocket.
//
// The 101 is written, a WebSocketConnection takes the handler's place, and the decoder, which has parsed
// nothing beyond the request, hands over what it holds and goes.

import HullRuntime
import Logging
import NIOCore
import NIOHTTP1

extension HTTPConnectionHandler {
  /// Answers a handshake; if it is a good one, the connection is this handler's no longer.
  func upgrade(
    _ request: HTTPRequest,
    fields: [HTTPResponse.Field],
    makePeer: (any EventLoop) -> any WebSocketPeer,
    context: ChannelHandlerContext
  ) {
    let key: String
    do throws(BackendError) {
      key = try WebSocketHandshake.key(of: request, isUpgradable: isUpgradable && decoder.isPaused)
    } catch {
      var response = HTTPResponse(error)
      response.fields += fields
      finish(serial, with: response, context: context)
      return
    }
    guard !isShuttingDown else {
      finish(serial, with: HTTPResponse(status: .serviceUnavailable), context: context)
      return
    }
    leaveGate(serial)
    giveBackBody()
    state = .upgraded
    timer?.cancel()
    timer = nil
    (self.request, route) = (nil, nil)
    let answer = WebSocketHandshake.answer(
      to: key,
      fields: fields,
      date: shared.date.now,
      allocator: context.channel.allocator
    )
    context.write(wrapOutboundOut(answer), promise: nil)
    let connection = WebSocketConnection(
      shared: shared,
      loop: shared.webSockets.loop(of: context.eventLoop),
      peer: makePeer(context.eventLoop)
    )
    do {
      try handOver(to: connection, context: context)
    } catch {
      shared.logger.debug("upgrade failed", metadata: ["error": "\(error)"])
      context.close(promise: nil)
    }
  }

  /// Puts a WebSocket in this handler's place.
  func handOver(
    to connection: WebSocketConnection,
    context: ChannelHandlerContext
  ) throws {
    let pipeline = context.pipeline.syncOperations
    let decoding = try pipeline.context(handlerType: ByteToMessageHandler<RequestDecoder>.self)
    try pipeline.addHandler(connection, position: .after(self))
    resumeReading(context: context)
    decoder.handsOver = true
    // The decoder goes once it is no longer at work; this handler goes at once, since it could not
    // make sense of what the decoder leaves.
    pipeline.removeHandler(context: decoding, promise: nil)
    pipeline.removeHandler(context: context, promise: nil)
    connection.begin()
  }
}
