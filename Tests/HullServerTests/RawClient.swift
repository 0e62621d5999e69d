// A client that says exactly what a test wants it to say, byte by byte.

import NIOCore
import NIOPosix
import Testing

/// One answer as it came over the wire.
struct RawResponse: Equatable {
  var status: Int
  var fields: [(name: String, value: String)]
  var body: String

  /// The only value of a header field; nil when it is absent or comes more than once.
  subscript(name: String) -> String? {
    let values = fields.filter { $0.name.lowercased() == name }.map(\.value)
    return values.count == 1 ? values[0] : nil
  }

  static func == (first: RawResponse, second: RawResponse) -> Bool {
    first.status == second.status && first.body == second.body
      && first.fields.map { "\($0): \($1)" } == second.fields.map { "\($0): \($1)" }
  }
}

/// The connection ended where more was expected.
struct ConnectionEnded: Error {
  var received: String
}

/// A TCP connection to a server on loopback, read by one test.
final class RawClient {
  private let channel: any Channel
  private var incoming: AsyncStream<ByteBuffer>.Iterator
  private var received = ByteBuffer()

  /// Connects to a port of this machine.
  ///
  /// - Parameters:
  ///   - port: The port.
  ///   - isSlow: Whether the client reads nothing before `startReading()` and lets the system keep
  ///     little for it.
  /// - Throws: What the system says when nobody listens there.
  init(port: Int, isSlow: Bool = false) async throws {
    let (stream, continuation) = AsyncStream<ByteBuffer>.makeStream()
    channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.autoRead, value: !isSlow)
      .channelOption(.socketOption(.so_rcvbuf), value: isSlow ? 16 * 1024 : 1024 * 1024)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Collector(continuation: continuation))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    incoming = stream.makeAsyncIterator()
  }

  deinit { channel.close(promise: nil) }

  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    let continuation: AsyncStream<ByteBuffer>.Continuation

    init(continuation: AsyncStream<ByteBuffer>.Continuation) {
      self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      continuation.yield(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

    // A reset ends the stream like an orderly close does.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }

  /// Sends text, in lines that end as HTTP wants them when `\n` stands for a line's end.
  func send(_ text: String) async throws {
    try await channel.writeAndFlush(ByteBuffer(string: text))
  }

  /// Sends bytes as they are.
  func send(bytes: [UInt8]) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
  }

  /// Sends bytes and counts them once they have left, in a task of its own.
  func sendCounted(pieces: Int, of piece: [UInt8], _ count: @escaping @Sendable () -> Void)
    -> Task<Void, any Error>
  {
    Task { [channel] in
      for _ in 0..<pieces {
        try await channel.writeAndFlush(ByteBuffer(bytes: piece))
        count()
      }
    }
  }

  /// Sends without waiting for the bytes to leave.
  func sendLater(_ text: String) {
    channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
  }

  /// Begins to read, if the client is slow.
  func startReading() async throws {
    try await channel.setOption(.autoRead, value: true).get()
  }

  /// Takes some of what is there, if the client is slow.
  func readOnce() async throws {
    try await channel.eventLoop.submit { [channel] in channel.read() }.get()
  }

  /// Reads exactly so many bytes.
  func bytes(_ count: Int) async throws -> [UInt8] {
    while received.readableBytes < count {
      guard let bytes = await incoming.next(isolation: #isolation) else {
        throw ConnectionEnded(received: String(buffer: received))
      }
      received.writeImmutableBuffer(bytes)
    }
    let bytes = received.readBytes(length: count) ?? []
    received.discardReadBytes()
    return bytes
  }

  /// Ends the connection abruptly.
  func close() async throws {
    try await channel.close()
  }

  /// Sends one request and reads its answer.
  func request(
    _ method: String,
    _ target: String,
    fields: [String] = [],
    body: String? = nil
  ) async throws -> RawResponse {
    var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost"] + fields
    if let body { lines.append("Content-Length: \(body.utf8.count)") }
    try await send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
    return try await response(omitsBody: method == "HEAD")
  }

  /// Reads one answer; `omitsBody` when it has no body, whatever its length says.
  func response(omitsBody: Bool = false) async throws -> RawResponse {
    let head = try await read { buffer in
      Self.end(of: Array("\r\n\r\n".utf8), in: buffer)
    }
    var lines = head.split(separator: "\r\n")
    let status = lines.removeFirst().split(separator: " ")
    let fields = lines.map { line -> (name: String, value: String) in
      let colon = line.firstIndex(of: ":") ?? line.endIndex
      return (
        name: String(line[..<colon]),
        value: String(line[colon...].dropFirst().drop { $0 == " " })
      )
    }
    var response = RawResponse(
      status: try #require(Int(status[1])),
      fields: fields,
      body: ""
    )
    if !omitsBody, response.status >= 200 {
      let length = try #require(response["content-length"].flatMap { Int($0) })
      response.body = try await read { $0.readableBytes >= length ? length : nil }
    }
    return response
  }

  /// Reads until the server closes.
  func remainder() async throws -> String {
    while let bytes = await incoming.next(isolation: #isolation) {
      received.writeImmutableBuffer(bytes)
    }
    return String(buffer: received)
  }

  private func read(_ length: (ByteBuffer) -> Int?) async throws -> String {
    while true {
      if let length = length(received) {
        let text = received.readString(length: length) ?? ""
        received.discardReadBytes()
        return text
      }
      guard let bytes = await incoming.next(isolation: #isolation) else {
        throw ConnectionEnded(received: String(buffer: received))
      }
      received.writeImmutableBuffer(bytes)
    }
  }

  private static func end(of pattern: [UInt8], in buffer: ByteBuffer) -> Int? {
    let bytes = buffer.readableBytesView
    guard bytes.count >= pattern.count else { return nil }
    for start in bytes.startIndex...(bytes.endIndex - pattern.count)
    where bytes[start..<(start + pattern.count)].elementsEqual(pattern) {
      return start + pattern.count - bytes.startIndex
    }
    return nil
  }
}
