// The client's side of many WebSockets, as cheap as can be: what is measured is the server.

import NIOCore
import NIOPosix

/// One WebSocket to a server on loopback; used from any thread.
final class SocketClient: Sendable {
  private let channel: any Channel

  private init(channel: any Channel) { self.channel = channel }

  /// Opens a WebSocket.
  ///
  /// - Parameters:
  ///   - port: The server's port.
  ///   - path: Where it speaks WebSocket.
  ///   - group: The event loops of the clients.
  ///   - received: Called with every text message, on the socket's event loop.
  /// - Returns: The open socket.
  /// - Throws: What keeps it from opening.
  static func open(
    _ port: Int,
    _ path: String,
    on group: any EventLoopGroup,
    received: @escaping @Sendable (ByteBuffer) -> Void
  ) async throws -> SocketClient {
    let eventLoop = group.next()
    let opened = eventLoop.makePromise(of: Void.self)
    let channel = try await ClientBootstrap(group: eventLoop)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            FrameReader(opened: opened, received: received)
          )
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    let head = """
      GET \(path) HTTP/1.1\r
      Host: localhost\r
      Connection: Upgrade\r
      Upgrade: websocket\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      \r

      """
    try await channel.writeAndFlush(ByteBuffer(string: head))
    try await opened.futureResult.get()
    return SocketClient(channel: channel)
  }

  /// Sends a text message, under a mask of zeros.
  func send(_ text: String) {
    let count = text.utf8.count
    var frame = ByteBuffer()
    frame.writeInteger(0x81 as UInt8)
    if count < 126 {
      frame.writeInteger(0x80 | UInt8(count))
    } else if count < 65_536 {
      frame.writeInteger(0xFE as UInt8)
      frame.writeInteger(UInt16(count))
    } else {
      frame.writeInteger(0xFF as UInt8)
      frame.writeInteger(UInt64(count))
    }
    frame.writeInteger(0 as UInt32)
    frame.writeString(text)
    channel.writeAndFlush(frame, promise: nil)
  }

  /// Closes the connection.
  func close() async throws { try await channel.close() }
}

/// Reads unmasked frames of a server.
private final class FrameReader: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let opened: EventLoopPromise<Void>
  private let received: @Sendable (ByteBuffer) -> Void
  private var buffer = ByteBuffer()
  private var isOpen = false

  init(opened: EventLoopPromise<Void>, received: @escaping @Sendable (ByteBuffer) -> Void) {
    self.opened = opened
    self.received = received
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
    if !isOpen {
      let view = buffer.readableBytesView
      guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
      buffer.moveReaderIndex(to: end.upperBound)
      isOpen = true
      opened.succeed()
    }
    while let frame = nextFrame() {
      if frame.opcode == 1 { received(frame.data) }
    }
    // No memory is kept by idle sockets.
    if buffer.readableBytes == 0 { buffer = ByteBuffer() }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if !isOpen { opened.fail(ChannelError.eof) }
  }

  private func nextFrame() -> (opcode: UInt8, data: ByteBuffer)? {
    let start = buffer.readerIndex
    guard let first = buffer.getInteger(at: start, as: UInt8.self),
      let second = buffer.getInteger(at: start + 1, as: UInt8.self)
    else { return nil }
    var header = 2
    var length = Int(second & 0x7F)
    if length == 126 {
      guard let long = buffer.getInteger(at: start + 2, as: UInt16.self) else { return nil }
      length = Int(long)
      header = 4
    } else if length == 127 {
      guard let long = buffer.getInteger(at: start + 2, as: UInt64.self) else { return nil }
      length = Int(long)
      header = 10
    }
    guard buffer.readableBytes >= header + length else { return nil }
    buffer.moveReaderIndex(forwardBy: header)
    guard let data = buffer.readSlice(length: length) else { return nil }
    return (first & 0x0F, data)
  }
}
