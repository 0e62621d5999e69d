// The client's side of server-sent events, as cheap as can be.

import BenchmarkSupport
import NIOCore
import NIOPosix

/// Listens to server-sent events.
final class EventStream: Sendable {
  private let channel: any Channel

  private init(channel: any Channel) { self.channel = channel }

  /// Opens a stream.
  ///
  /// - Parameters:
  ///   - port: The server's port.
  ///   - path: The path of the stream.
  ///   - group: The event loops of the clients.
  ///   - received: Called with the data of every event, on the stream's event loop.
  /// - Returns: The stream.
  /// - Throws: What keeps it from opening.
  static func open(
    _ port: Int,
    _ path: String,
    on group: any EventLoopGroup,
    received: @escaping @Sendable (String) -> Void
  ) async throws -> EventStream {
    let channel = try await ClientBootstrap(group: group)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(EventReader(received))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    let head = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
    try await channel.writeAndFlush(ByteBuffer(string: head))
    return EventStream(channel: channel)
  }

  func close() async throws { try await channel.close() }
}

/// Finds the lines of data; heads and the lengths of chunks are lines of another kind.
private final class EventReader: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let received: @Sendable (String) -> Void
  private var buffer = ByteBuffer()

  init(_ received: @escaping @Sendable (String) -> Void) { self.received = received }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    buffer.writeBuffer(&bytes)
    while let end = buffer.readableBytesView.firstIndex(of: 0x0A) {
      let line = buffer.readString(length: end + 1 - buffer.readerIndex) ?? ""
      if line.hasPrefix("data:") { received(String(line.dropFirst(5).dropLast())) }
    }
    buffer.discardReadBytes()
  }
}
