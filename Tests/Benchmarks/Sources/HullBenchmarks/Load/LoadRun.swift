// One run of the load generator.

import BenchmarkSupport
import NIOCore
import NIOPosix
import Synchronization

/// The requests and the counts that all connections of one run share.
///
/// The lock is there for the task that reports: the connections live on one event loop.
final class LoadRun: Sendable {
  private struct State {
    var isMeasuring = false
    var started = ContinuousClock.now
    var ended = ContinuousClock.now
    var refused = 0
    var latencies: [Double] = []
    var next = 0
    var draw: NumberDraw
    var finished: CheckedContinuation<Void, Never>?
    /// Requests that are not answered yet.
    var underWay = 0
    /// Whether no more are sent.
    var isOver = false
    var drained: CheckedContinuation<Void, Never>?
  }

  private let state: Mutex<State>
  private let template: RequestTemplate
  /// How many requests there are; 0: no end.
  private let limit: Int

  private init(_ load: Load) {
    state = Mutex(State(draw: NumberDraw(load.draw)))
    template = RequestTemplate(load)
    limit = load.requests
  }

  /// Sends the requests.
  ///
  /// - Parameters:
  ///   - load: What and how long.
  ///   - port: The server's port on loopback.
  ///   - group: The event loops of the connections.
  /// - Returns: What was measured. A tenth of the time warms up, and what it answered is not counted,
  ///   unless the number of requests is given.
  /// - Throws: If the server cannot be reached.
  static func run(
    _ load: Load,
    port: Int,
    on group: any EventLoopGroup
  ) async throws -> LoadReport {
    let run = LoadRun(load)
    let bootstrap = ClientBootstrap(group: group)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      // Long answers are read in long pieces.
      .channelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2_048, maximum: 1 << 20)
      )
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(LoadConnection(run: run))
        }
      }
    if load.requests > 0 { run.start() }
    var channels: [any Channel] = []
    for _ in 0..<load.connections {
      channels.append(try await bootstrap.connect(host: "127.0.0.1", port: port).get())
    }
    if load.requests > 0 {
      await run.finish()
    } else {
      try await Task.sleep(for: .seconds(load.seconds / 10))
      run.start()
      try await Task.sleep(for: .seconds(load.seconds))
    }
    let report = run.stop()
    // What was sent takes effect before anything that follows the load.
    await run.drain()
    for channel in channels { try? await channel.close().get() }
    return report
  }

  /// The next request; nil after the last one.
  func request() -> ByteBuffer? {
    let next: (number: Int, drawn: (Int, Int))? = state.withLock { state in
      if state.isOver || (limit > 0 && state.next == limit) { return nil }
      defer { state.next += 1 }
      state.underWay += 1
      return (state.next, state.draw.next())
    }
    return next.map { template.request(number: $0.number, drawn: $0.drawn) }
  }

  func answered(after latency: Duration, isSuccess: Bool) {
    end { state in
      guard state.isMeasuring else { return nil }
      if !isSuccess { state.refused += 1 }
      state.latencies.append(latency / .milliseconds(1))
      guard limit > 0, state.latencies.count == limit else { return nil }
      state.ended = .now
      defer { state.finished = nil }
      return state.finished
    }
  }

  /// The connection of a request is gone.
  func lost() { end { _ in nil } }

  /// Ends a request.
  ///
  /// - Parameter body: Counts it; returns whom that was the last one for.
  private func end(_ body: (inout State) -> CheckedContinuation<Void, Never>?) {
    let (finished, drained) = state.withLock { state in
      state.underWay -= 1
      return (body(&state), state.underWay == 0 ? state.drained.take() : nil)
    }
    finished?.resume()
    drained?.resume()
  }

  private func start() {
    state.withLock {
      $0.isMeasuring = true
      $0.started = .now
      $0.latencies.reserveCapacity(1 << 20)
    }
  }

  /// Waits for the last answer.
  private func finish() async {
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if state.latencies.count >= limit { return true }
        state.finished = continuation
        return false
      }
      if isDone { continuation.resume() }
    }
  }

  /// Waits until everything that was sent is answered.
  private func drain() async {
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if state.underWay == 0 { return true }
        state.drained = continuation
        return false
      }
      if isDone { continuation.resume() }
    }
  }

  private func stop() -> LoadReport {
    state.withLock { state in
      state.isMeasuring = false
      state.isOver = true
      if limit == 0 { state.ended = .now }
      return LoadReport(
        requests: state.latencies.count,
        refused: state.refused,
        seconds: (state.ended - state.started).inSeconds,
        p50: state.latencies.quantile(0.5),
        p99: state.latencies.quantile(0.99)
      )
    }
  }
}
