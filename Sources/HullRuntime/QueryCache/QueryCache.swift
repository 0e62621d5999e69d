// Results of queries, kept for as long as they hold.

import Hull
import HullDatabase
import HullPersistence
import Synchronization

/// Answers queries from results that still hold, and runs each question once however many ask it.
///
/// A result is kept under the question it answered, for anyone unless the query looked at who asks.
/// It holds at every timestamp until a commit changes what the query read. Failures are shared by
/// those who wait for the same run and not kept. Results that depend on the time are kept for a
/// while only.
///
/// - Complexity: O(1) for an answer that is there, whatever the number of results.
final class QueryCache: Sendable {
  /// Protects results and runs; held for look-ups and to link and unlink results.
  private let state: Mutex<State>
  private let time: any TimeSource
  private let timeDependentLifetime: Duration
  /// Whether there is room for any result; without, queries are run as they are asked.
  let isEnabled: Bool

  private struct State {
    var results: QueryResultStore
    /// Runs that others may wait for.
    var flights: [QueryQuestion: Flight] = [:]
    /// Whether the last run of a function looked at who asks.
    var observesIdentity: [FunctionPath: Bool] = [:]
    var counters = QueryCacheCounters()
  }

  /// - Parameters:
  ///   - maximumBytes: How much memory results may take.
  ///   - timeDependentLifetime: How long results are kept that depend on the time.
  ///   - time: The clock of the backend.
  init(maximumBytes: Int, timeDependentLifetime: Duration, time: any TimeSource) {
    state = Mutex(State(results: QueryResultStore(maximumBytes: maximumBytes)))
    isEnabled = maximumBytes > 0
    self.timeDependentLifetime = timeDependentLifetime
    self.time = time
  }

  /// Who asks for what, as of when.
  struct Demand: Sendable {
    /// The question as anyone asks it.
    var question: QueryQuestion
    var identity: UserIdentity?
    var timestamp: Timestamp
    /// Whether the one who asks waits for a turn as long as it takes.
    var isPatient: Bool

    /// The question as only this identity asks it.
    fileprivate var ownQuestion: QueryQuestion {
      question.with(journal: question.journal, asker: .exactly(identity))
    }
  }

  /// A run that answers one question at one timestamp.
  ///
  /// `@unchecked Sendable`: `waiters` is touched only while the cache's state is locked.
  final class Flight: @unchecked Sendable {
    /// The key of the run; nil for one that nobody else can wait for.
    let key: QueryQuestion?
    let demand: Demand
    fileprivate var waiters: [(demand: Demand, deliver: @Sendable (Delivery) -> Void)] = []

    init(key: QueryQuestion?, demand: Demand) {
      self.key = key
      self.demand = demand
    }
  }

  /// What someone who waited gets.
  enum Delivery: Sendable {
    case result(QueryResult)
    case failure(BackendError)
    /// The run did not answer this demand: it is to be made again.
    case again
  }

  /// What comes of a demand.
  enum Admission {
    /// The answer.
    case hit(QueryResult)
    /// The one who asks is to run the query and to call ``finish(_:with:)``.
    case lead(Flight)
    /// Someone else runs it; `deliver` will be called.
    case wait
  }

  /// What has been looked up so far.
  var counters: QueryCacheCounters {
    state.withLock { state in
      var counters = state.counters
      counters.bytes = state.results.bytes
      counters.entries = state.results.count
      return counters
    }
  }

  /// Looks for an answer without asking for a run.
  func lookUp(_ demand: Demand) -> QueryResult? {
    state.withLock { state in
      guard let result = find(demand, &state) else { return nil }
      state.counters.hits += 1
      return result
    }
  }

  /// Answers a demand or says who will.
  ///
  /// - Parameters:
  ///   - demand: What is asked.
  ///   - deliver: Called once if somebody else runs the query, from the thread that ran it.
  /// - Returns: The answer, or who is to make it.
  func admit(
    _ demand: Demand,
    deliver: @escaping @Sendable (Delivery) -> Void
  ) -> Admission {
    state.withLock { state in
      switch decide(demand, &state) {
      case .done(let admission): return admission
      case .join(let flight):
        flight.waiters.append((demand, deliver))
        state.counters.shared += 1
        return .wait
      }
    }
  }

  /// The same for whoever does not wait.
  ///
  /// - Returns: The answer, or that the one who asks is to make it; nil if somebody else makes it.
  func admitAtOnce(_ demand: Demand) -> Admission? {
    state.withLock { state in
      if case .done(let admission) = decide(demand, &state) { admission } else { nil }
    }
  }

  /// Lets go of all results if they take more memory than this.
  ///
  /// Of all: what is kept of many lies scattered over the pages of memory of the others, none of
  /// which could be given back.
  func empty(ifLargerThan bytes: Int) {
    // They end with `former`, outside the lock: each has a subscription to be taken out.
    let former: QueryResultStore? = state.withLock { state in
      guard state.results.bytes > bytes else { return nil }
      defer { state.results = state.results.emptied }
      return state.results
    }
    _ = consume former
  }

  private enum Decision {
    case done(Admission)
    /// A run whose result is the answer.
    case join(Flight)
  }

  private func decide(_ demand: Demand, _ state: inout State) -> Decision {
    if let result = find(demand, &state) {
      state.counters.hits += 1
      return .done(.hit(result))
    }
    let isShared = state.observesIdentity[demand.question.function] == false
    let key = isShared ? demand.question : demand.ownQuestion
    if let flight = state.flights[key] {
      if flight.demand.timestamp <= demand.timestamp { return .join(flight) }
      // A run at a later snapshot says nothing about this one.
      state.counters.misses += 1
      return .done(.lead(Flight(key: nil, demand: demand)))
    }
    let flight = Flight(key: key, demand: demand)
    state.flights[key] = flight
    state.counters.misses += 1
    return .done(.lead(flight))
  }

  /// Ends a run: keeps its result and serves those who waited.
  func finish(_ flight: Flight, with result: Result<QueryResult, BackendError>) {
    let waiters = state.withLock { state in
      if let key = flight.key, state.flights[key] === flight { state.flights[key] = nil }
      if case .success(let result) = result { keep(result, of: flight, &state) }
      defer { flight.waiters = [] }
      return flight.waiters
    }
    for (demand, deliver) in waiters { deliver(delivery(of: result, from: flight, for: demand)) }
  }

  private func delivery(
    of result: Result<QueryResult, BackendError>,
    from flight: Flight,
    for demand: Demand
  ) -> Delivery {
    switch result {
    case .success(let result):
      let observesIdentity = result.outcome.dependencies?.observedIdentity ?? false
      let isAnswer =
        result.isValid(at: demand.timestamp)
        && (!observesIdentity || demand.identity == flight.demand.identity)
      return isAnswer ? .result(result) : .again
    // Whoever led went away or asked for too old a snapshot; those who wait did not.
    case .failure(let error) where error.kind == .clientDisconnect || error.kind == .outOfRetention:
      return .again
    // Whoever led had waited for a turn for as long as it would, which is not as long as others do.
    case .failure(let error) where error.kind == .rateLimited && demand.isPatient: return .again
    case .failure(let error): return .failure(error)
    }
  }

  private func find(_ demand: Demand, _ state: inout State) -> QueryResult? {
    if let kept = state.results.find(demand.question), isCurrent(kept, at: demand.timestamp) {
      return kept.result
    }
    guard state.observesIdentity[demand.question.function] == true,
      let kept = state.results.find(demand.ownQuestion), isCurrent(kept, at: demand.timestamp)
    else { return nil }
    return kept.result
  }

  private func isCurrent(_ kept: QueryResultStore.Kept, at timestamp: Timestamp) -> Bool {
    guard kept.result.isValid(at: timestamp) else { return false }
    guard let expiry = kept.expiry else { return true }
    return time.uptime() <= expiry
  }

  private func keep(_ result: QueryResult, of flight: Flight, _ state: inout State) {
    guard let dependencies = result.outcome.dependencies else { return }
    let question = flight.demand.question
    // One that fails may have ended before it would have looked; that it looked is known.
    if !result.outcome.isFailure || dependencies.observedIdentity {
      state.observesIdentity[question.function] = dependencies.observedIdentity
    }
    if result.outcome.isFailure { return }
    let asker =
      dependencies.observedIdentity
      ? QueryQuestion.Asker.exactly(flight.demand.identity) : .anyone
    let expiry = dependencies.observedTime ? time.uptime() + timeDependentLifetime : nil
    let kept = QueryResultStore.Kept(result: result, expiry: expiry)
    var journals = [question.journal]
    // Run again with the new journal, it gives the same.
    if let journal = result.journal, journal != question.journal { journals.append(journal) }
    for journal in journals {
      let key = question.with(journal: journal, asker: asker)
      // A slow run of an old snapshot does not displace the answer of a newer one.
      if let other = state.results.find(key),
        other.result.subscription.since > result.subscription.since
      {
        continue
      }
      state.counters.evictions += state.results.insert(kept, for: key)
    }
  }
}

/// How the cache has fared.
package struct QueryCacheCounters: Sendable, Hashable {
  /// Demands that were answered from a kept result.
  package var hits = 0
  /// Demands that took a run.
  package var misses = 0
  /// Demands that waited for a run somebody else had begun.
  package var shared = 0
  /// Results that had to make room.
  package var evictions = 0
  /// How many results are kept.
  package var entries = 0
  /// About how much memory they take.
  package var bytes = 0
}
