// The oracle: what clients have, against what the queries return.

package import HullPersistence
package import HullRuntime
import HullValues
import Synchronization

/// Recomputes what clients were sent, for debugging and tests.
///
/// After every Transition, each query whose result was sent is run again at the Transition's
/// timestamp, past the cache, and one of those that were held to be unchanged. Queries that look at the clock or draw random numbers have no one right result and are
/// left out.
package final class TransitionAuditor: Sendable {
  /// A result that is not what the query returns.
  package struct Discrepancy: Sendable, CustomStringConvertible {
    /// The query.
    package var query: String
    /// The timestamp of the Transition.
    package var timestamp: Timestamp
    /// What the client has.
    package var sent: String
    /// What the query returns.
    package var recomputed: String

    /// One line.
    package var description: String {
      "At \(timestamp) \(query) returns \(recomputed), and the client was sent \(sent)."
    }
  }

  /// What a query returned when it was run again.
  private struct Answer: Sendable {
    var text: String
    /// The environment variables it read.
    var environment: [String: String?]?
  }

  private struct State {
    var checks = 0
    var discrepancies: [Discrepancy] = []
    /// Checks that are running, and who waits for their end.
    var running = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
    /// Recent runs, for other clients who were sent the same.
    var runs: [PreparedQuery.Occasion: Task<Answer?, Never>] = [:]
  }

  /// Guards the counts; held for a few instructions.
  private let state = Mutex(State())
  private let backend: Backend
  private let report: @Sendable (Discrepancy) -> Void

  /// Discrepancies that are kept; all are reported.
  private static let maximumKept = 100

  /// Runs that are remembered.
  private static let maximumRuns = 5000

  /// Makes an auditor.
  ///
  /// - Parameters:
  ///   - backend: Runs the queries again.
  ///   - report: Told of every discrepancy.
  package init(
    _ backend: Backend,
    report: @escaping @Sendable (Discrepancy) -> Void = { _ in }
  ) {
    self.backend = backend
    self.report = report
  }

  /// How many results were recomputed, and the first discrepancies.
  package var findings: (checks: Int, discrepancies: [Discrepancy]) {
    state.withLock { ($0.checks, $0.discrepancies) }
  }

  /// Waits until nothing is being checked.
  package func settle() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.running == 0 { return true }
        state.waiting.append(continuation)
        return false
      }
      if isIdle { continuation.resume() }
    }
  }

  /// Recomputes the results of one client, in the background.
  func check(_ results: [(PreparedQuery, QueryResult)], at timestamp: Timestamp) {
    if results.isEmpty { return }
    state.withLock { $0.running += 1 }
    Task(executorPreference: FunctionExecutor.shared) {
      for (query, result) in results { await self.check(query, result, at: timestamp) }
      let waiting = self.state.withLock { state in
        state.running -= 1
        if state.running > 0 { return [] as [CheckedContinuation<Void, Never>] }
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in waiting { continuation.resume() }
    }
  }

  private func check(
    _ query: PreparedQuery,
    _ result: QueryResult,
    at timestamp: Timestamp
  ) async {
    if let dependencies = result.outcome.dependencies,
      dependencies.observedTime || dependencies.observedRandom || dependencies.readSet == nil
    {
      return
    }
    // A snapshot that is not kept any more, or a server that is too busy, proves nothing.
    guard let answer = await recompute(query, journal: result.journal, at: timestamp).value
    else { return }
    // A variable has no history: what it was at the timestamp cannot be asked.
    guard result.outcome.dependencies?.observedEnvironment == answer.environment else { return }
    let (sent, recomputed) = (Self.text(of: result.outcome), answer.text)
    state.withLock { $0.checks += 1 }
    guard sent != recomputed else { return }
    let discrepancy = Discrepancy(
      query: query.description,
      timestamp: timestamp,
      sent: sent,
      recomputed: recomputed
    )
    state.withLock { state in
      guard state.discrepancies.count < Self.maximumKept else { return }
      state.discrepancies.append(discrepancy)
    }
    report(discrepancy)
  }

  /// Runs a query anew, once for all clients that were sent its result of that moment.
  private func recompute(
    _ query: PreparedQuery,
    journal: String?,
    at timestamp: Timestamp
  ) -> Task<Answer?, Never> {
    let occasion = query.occasion(journal: journal, at: timestamp)
    return state.withLock { state in
      if let occasion, let run = state.runs[occasion] { return run }
      let run = Task(executorPreference: FunctionExecutor.shared) { [backend] in
        guard
          let outcome = try? await backend.recompute(query, journal: journal, at: timestamp)
        else { return nil as Answer? }
        return Answer(
          text: Self.text(of: outcome),
          environment: outcome.dependencies?.observedEnvironment
        )
      }
      if let occasion {
        if state.runs.count >= Self.maximumRuns { state.runs = [:] }
        state.runs[occasion] = run
      }
      return run
    }
  }

  private static func text(of outcome: FunctionOutcome) -> String {
    let lines = outcome.logLines.map(\.text)
    return switch outcome.result {
    case .success(let value): "\(value) \(lines)"
    case .failure(let failure): "\(failure.message) \(failure.data ?? .null) \(lines)"
    }
  }
}
