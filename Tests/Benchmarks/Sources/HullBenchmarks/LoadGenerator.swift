// Keeps connections busy from a process of its own and says how the server answered.

import ArgumentParser
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// What a run of the load generator measured.
struct LoadReport: Codable {
  /// Requests answered within the measured time.
  var requests: Int
  /// Answers whose status was not 200.
  var refused: Int
  /// The measured time.
  var seconds: Double
  /// Median time from request to answer, in milliseconds.
  var p50: Double
  /// 99th percentile of the same.
  var p99: Double

  var perSecond: Double { Double(requests) / seconds }
}

struct LoadGenerator: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Send one request over and over on several connections; print a JSON report."
  )

  @Option(help: "Port on loopback.") var port: Int
  @Option(help: "Connections, each with one request in flight.") var connections = 64
  @Option(help: "Measured time in seconds.") var seconds = 2.0
  @Option(help: "Method of the request.") var method = "GET"
  @Option(help: "Path of the request.") var path = "/"
  @Option(help: "JSON body; {n} becomes a number that no other request has.") var body = ""
  @Option(help: "Length of a body of bytes that mean nothing, instead.") var bodyBytes = 0

  func run() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let run = Run(method: method, path: path, body: body, bodyBytes: bodyBytes)
    let bootstrap = ClientBootstrap(group: group)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      // Long answers are read in long pieces.
      .channelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2_048, maximum: 1 << 20)
      )
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Connection(run: run))
        }
      }
    var channels: [any Channel] = []
    for _ in 0..<connections {
      channels.append(try await bootstrap.connect(host: "127.0.0.1", port: port).get())
    }
    // A tenth of the time warms up; what it answered is not counted.
    try await Task.sleep(for: .seconds(seconds / 10))
    run.start()
    try await Task.sleep(for: .seconds(seconds))
    let report = run.stop()
    for channel in channels { try? await channel.close().get() }
    try await group.shutdownGracefully()
    print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
  }
}

/// The counts that all connections of one run share; they live on one event loop, and the lock
/// hands them to the task that reports.
private final class Run: Sendable {
  private struct State {
    var isMeasuring = false
    var started = ContinuousClock.now
    var refused = 0
    var latencies: [Double] = []
    var next = 0
  }

  private let state = Mutex(State())
  private let head: String
  private let parts: [String]
  /// A whole request, if all are the same.
  private let fixed: ByteBuffer?

  init(method: String, path: String, body: String, bodyBytes: Int) {
    let isJSON = bodyBytes == 0
    head = [
      "\(method) \(path) HTTP/1.1", "Host: 127.0.0.1",
      "Content-Type: application/\(isJSON ? "json" : "octet-stream")",
    ].map { $0 + "\r\n" }.joined()
    parts = body.components(separatedBy: "{n}")
    if isJSON {
      fixed = body.isEmpty ? ByteBuffer(string: head + "\r\n") : nil
    } else {
      var request = ByteBuffer(string: head + "Content-Length: \(bodyBytes)\r\n\r\n")
      request.writeRepeatingByte(0x5A, count: bodyBytes)
      fixed = request
    }
  }

  func request() -> ByteBuffer {
    if let fixed { return fixed }
    var body = parts[0]
    if parts.count > 1 {
      let number = state.withLock { state in
        state.next += 1
        return state.next
      }
      for part in parts.dropFirst() { body += "\(number)" + part }
    }
    return ByteBuffer(string: head + "Content-Length: \(body.utf8.count)\r\n\r\n" + body)
  }

  func answered(after latency: Duration, isSuccess: Bool) {
    state.withLock { state in
      guard state.isMeasuring else { return }
      if !isSuccess { state.refused += 1 }
      state.latencies.append(latency / .milliseconds(1))
    }
  }

  func start() {
    state.withLock {
      $0.isMeasuring = true
      $0.started = .now
      $0.latencies.reserveCapacity(1 << 20)
    }
  }

  func stop() -> LoadReport {
    state.withLock { state in
      state.isMeasuring = false
      let elapsed = ContinuousClock.now - state.started
      let sorted = state.latencies.sorted()
      func percentile(_ share: Double) -> Double {
        sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
      }
      return LoadReport(
        requests: sorted.count,
        refused: state.refused,
        seconds: elapsed / .seconds(1),
        p50: percentile(0.5),
        p99: percentile(0.99)
      )
    }
  }
}

/// One connection: a request, its whole answer, the next request.
private final class Connection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let run: Run
  /// An answer whose head is not complete.
  private var received = ByteBuffer()
  /// What is left of the body; nil while there is no head.
  private var left: Int?
  private var isSuccess = false
  private var sent = ContinuousClock.now

  init(run: Run) { self.run = run }

  func channelActive(context: ChannelHandlerContext) { send(context) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let chunk = unwrapInboundIn(data)
    if let left {
      self.left = left - chunk.readableBytes
    } else {
      received.writeImmutableBuffer(chunk)
      guard let (head, body) = lengths() else { return }
      isSuccess = received.getString(at: received.readerIndex + 9, length: 3) == "200"
      left = body - (received.readableBytes - head)
      received.clear()
    }
    guard left == 0 else { return }
    left = nil
    run.answered(after: .now - sent, isSuccess: isSuccess)
    send(context)
  }

  private func send(_ context: ChannelHandlerContext) {
    sent = .now
    context.writeAndFlush(wrapOutboundOut(run.request()), promise: nil)
  }

  /// Bytes of head and body, once the head is there; every answer carries its length.
  private func lengths() -> (head: Int, body: Int)? {
    received.withUnsafeReadableBytes { bytes in
      let mark: [UInt8] = [13, 10, 13, 10]
      guard bytes.count > 4 else { return nil }
      var end = 0
      while end + 4 <= bytes.count, !bytes[end..<(end + 4)].elementsEqual(mark) { end += 1 }
      guard end + 4 <= bytes.count else { return nil }
      let head = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
      guard let field = head.range(of: "content-length: ") else { return nil }
      let digits = head[field.upperBound...].prefix { $0.isNumber }
      return (end + 4, Int(digits) ?? 0)
    }
  }
}
