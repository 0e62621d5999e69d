// Requests that arrive by the clock, whatever becomes of the earlier ones.

import ArgumentParser
import BenchmarkSupport
import Foundation
import NIOCore
import NIOPosix

/// What a run of requests by the clock came to.
struct OpenLoopReport: Codable {
  /// Requests that were sent.
  var sent = 0
  /// Requests that were due while no connection was free.
  var unsent = 0
  /// Answers with 200, with 503, and with anything else.
  var served = 0
  var refused = 0
  var other = 0
  /// Answers with 200 in the measured time, and that time.
  var measured = 0
  var seconds = 0.0
  /// From request to answer of those, in milliseconds.
  var p50 = 0.0
  var p99 = 0.0

  /// Answers with 200 per second.
  var goodput: Double { Double(measured) / seconds }
}

/// Sends requests at a rate and counts what comes back.
///
/// Not `Sendable`: everything happens on one event loop.
final class OpenLoopRun {
  private let template: RequestTemplate
  private let rate: Double
  private let seconds: Double
  private let loop: any EventLoop
  private var idle: [OpenLoopConnection] = []
  private var report = OpenLoopReport()
  private var latencies: [Double] = []
  private var began = NIODeadline.now()
  private var isOver = false

  /// How much of the time warms up.
  private static let warmUp = 0.2
  /// How long the last answers are waited for.
  private static let patience = TimeAmount.seconds(30)

  private init(_ load: Load, rate: Double, loop: any EventLoop) {
    template = RequestTemplate(load)
    self.rate = rate
    seconds = load.seconds
    self.loop = loop
  }

  /// Sends the requests.
  ///
  /// - Parameters:
  ///   - load: What, on how many connections at most, and how long.
  ///   - rate: How many a second.
  ///   - port: The server's port on loopback.
  ///   - loop: Where the connections live.
  /// - Returns: What came of them.
  /// - Throws: If the server cannot be reached.
  static func run(
    _ load: Load,
    rate: Double,
    port: Int,
    on loop: any EventLoop
  ) async throws -> OpenLoopReport {
    // Sound: the run is made, used and let go of on this loop only.
    let run = try await loop.submit {
      NIOLoopBound(OpenLoopRun(load, rate: rate, loop: loop), eventLoop: loop)
    }.get()
    let bootstrap = ClientBootstrap(group: loop)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let connection = OpenLoopConnection(run: run.value)
          try channel.pipeline.syncOperations.addHandler(connection)
        }
      }
    for _ in 0..<load.connections {
      _ = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
    }
    return try await loop.flatSubmit { run.value.begin() }.get()
  }

  private func begin() -> EventLoopFuture<OpenLoopReport> {
    let promise = loop.makePromise(of: OpenLoopReport.self)
    began = .now()
    // Sound: the task runs on the loop it was scheduled on.
    let bound = NIOLoopBound(self, eventLoop: loop)
    loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(1)) { task in
      if bound.value.step() {
        task.cancel()
        promise.succeed(bound.value.finished())
      }
    }
    return promise.futureResult
  }

  /// Sends what is due; true once everything is over.
  private func step() -> Bool {
    let elapsed = NIODeadline.now() - began
    guard elapsed.inSeconds < seconds else {
      isOver = true
      let answered = report.served + report.refused + report.other
      return answered == report.sent || elapsed > .nanoseconds(Int64(seconds * 1e9)) + Self.patience
    }
    let due = Int(elapsed.inSeconds * rate)
    while report.sent + report.unsent < due {
      guard let connection = idle.popLast() else {
        report.unsent += 1
        continue
      }
      let number = report.sent
      report.sent += 1
      connection.send(template.request(number: number, drawn: (0, 0)))
    }
    return false
  }

  private func finished() -> OpenLoopReport {
    report.seconds = seconds * (1 - Self.warmUp)
    report.measured = latencies.count
    report.p50 = latencies.quantile(0.5)
    report.p99 = latencies.quantile(0.99)
    return report
  }

  func isIdle(_ connection: OpenLoopConnection) { idle.append(connection) }

  func answered(_ status: Int, after latency: TimeAmount) {
    switch status {
    case 200:
      report.served += 1
      let elapsed = (NIODeadline.now() - began).inSeconds
      if !isOver, elapsed > seconds * Self.warmUp { latencies.append(latency.inSeconds * 1_000) }
    case 503: report.refused += 1
    default: report.other += 1
    }
  }
}

/// One connection, which carries one request at a time.
final class OpenLoopConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let run: OpenLoopRun
  private var context: ChannelHandlerContext?
  private var received = ByteBuffer()
  private var sent = NIODeadline.now()

  init(run: OpenLoopRun) { self.run = run }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    run.isIdle(self)
  }

  func channelInactive(context: ChannelHandlerContext) { self.context = nil }

  func send(_ request: ByteBuffer) {
    sent = .now()
    context?.writeAndFlush(wrapOutboundOut(request), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var chunk = unwrapInboundIn(data)
    received.writeBuffer(&chunk)
    guard let head = AnswerHead(received),
      received.readableBytes >= head.headBytes + head.bodyBytes
    else { return }
    let status = received.getString(at: received.readerIndex + 9, length: 3).flatMap { Int($0) }
    received.clear()
    run.answered(status ?? 0, after: .now() - sent)
    run.isIdle(self)
  }
}

extension TimeAmount {
  fileprivate var inSeconds: Double { Double(nanoseconds) / 1e9 }
}

struct OpenLoopGenerator: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open-loop",
    abstract: "Send requests by the clock, answered or not; print a JSON report."
  )

  @Option(help: "Port on loopback.") var port: Int
  @Option(help: "Requests a second.") var rate: Double
  @Option(help: "Connections, each with at most one request under way.") var connections = 2_600
  @Option(help: "Time in seconds, a fifth of which warms up.") var seconds = 8.0
  @Option(help: "Path of the request.") var path: String
  @Option(help: "JSON body; {n} becomes a number that no other request has.") var body: String

  func run() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var load = Load(method: "POST", path: path, connections: connections)
    load.body = body
    load.seconds = seconds
    let report = try await OpenLoopRun.run(load, rate: rate, port: port, on: group.next())
    try await group.shutdownGracefully()
    print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
  }
}
