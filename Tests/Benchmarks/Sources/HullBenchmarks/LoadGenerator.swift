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

  func run() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let run = Run(method: method, path: path, body: body)
    let bootstrap = ClientBootstrap(group: group)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
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

  init(method: String, path: String, body: String) {
    head = [
      "\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json",
    ].map { $0 + "\r\n" }.joined()
    parts = body.components(separatedBy: "{n}")
  }

  func request() -> String {
    guard parts != [""] else { return head + "\r\n" }
    var body = parts[0]
    if parts.count > 1 {
      let number = state.withLock { state in
        state.next += 1
        return state.next
      }
      for part in parts.dropFirst() { body += "\(number)" + part }
    }
    return head + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
  }

  func answered(after latency: Duration, isSuccess: Bool) {
    state.withLock { state in
      guard state.isMeasuring else { return }
      if !isSuccess { state.refused += 1 }
      state.latencies.append(Double(latency.components.attoseconds) / 1e15)
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
        seconds: Double(elapsed.components.seconds)
          + Double(elapsed.components.attoseconds) / 1e18,
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
  private var received = ByteBuffer()
  private var sent = ContinuousClock.now

  init(run: Run) { self.run = run }

  func channelActive(context: ChannelHandlerContext) { send(context) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var chunk = unwrapInboundIn(data)
    received.writeBuffer(&chunk)
    guard let total = answerLength(), received.readableBytes >= total else { return }
    let isSuccess = received.getString(at: received.readerIndex + 9, length: 3) == "200"
    received.moveReaderIndex(forwardBy: total)
    received.discardReadBytes()
    run.answered(after: .now - sent, isSuccess: isSuccess)
    send(context)
  }

  private func send(_ context: ChannelHandlerContext) {
    sent = .now
    let buffer = context.channel.allocator.buffer(string: run.request())
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
  }

  /// Bytes of head and body, once the head is there; every answer carries its length.
  private func answerLength() -> Int? {
    received.withUnsafeReadableBytes { bytes in
      let mark: [UInt8] = [13, 10, 13, 10]
      guard bytes.count > 4 else { return nil }
      var end = 0
      while end + 4 <= bytes.count, !bytes[end..<(end + 4)].elementsEqual(mark) { end += 1 }
      guard end + 4 <= bytes.count else { return nil }
      let head = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
      guard let field = head.range(of: "content-length: ") else { return nil }
      let digits = head[field.upperBound...].prefix { $0.isNumber }
      return end + 4 + (Int(digits) ?? 0)
    }
  }
}
