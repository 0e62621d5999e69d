// Queries answered from results that still hold, or run once for everyone who asks.

import Hull
import HullDatabase
import HullPersistence

extension FunctionRunner {
  /// The result of a query at a timestamp, from the cache if it still holds.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  func answer(
    _ call: Call,
    _ question: QueryQuestion,
    at timestamp: Timestamp,
    wasLookedUp: Bool = false
  ) async throws(BackendError) -> QueryResult {
    let demand = QueryCache.Demand(
      question: question,
      identity: call.identity.user,
      timestamp: timestamp,
      isPatient: call.isPatient
    )
    if !wasLookedUp, let result = cache.lookUp(demand) {
      observer?(FunctionLogRecord(call, result.outcome, duration: .zero, isCached: true))
      return result
    }
    while true {
      let turn = await turn(for: demand)
      switch turn {
      case .delivered(.result(let result)):
        observer?(FunctionLogRecord(call, result.outcome, duration: .zero, isCached: true))
        return result
      case .delivered(.failure(let error)): throw error
      case .delivered(.again): continue
      case .lead(let flight): return try await lead(flight, call)
      }
    }
  }

  private enum Turn: Sendable {
    case delivered(QueryCache.Delivery)
    case lead(QueryCache.Flight)
  }

  /// Waits until a demand is answered or its own to answer.
  private func turn(for demand: QueryCache.Demand) async -> Turn {
    switch cache.admitAtOnce(demand) {
    case .hit(let result)?: return .delivered(.result(result))
    case .lead(let flight)?: return .lead(flight)
    case .wait?, nil: break
    }
    return await withCheckedContinuation { continuation in
      let admission = cache.admit(demand) { continuation.resume(returning: .delivered($0)) }
      switch admission {
      case .hit(let result): continuation.resume(returning: .delivered(.result(result)))
      case .lead(let flight): continuation.resume(returning: .lead(flight))
      case .wait: break
      }
    }
  }

  /// Runs a query for everyone who waits for it.
  func lead(_ flight: QueryCache.Flight, _ call: Call) async throws(BackendError) -> QueryResult {
    let timestamp = flight.demand.timestamp
    let call =
      call.timestamp == timestamp ? call : call.with(journal: call.journal, at: timestamp)
    do throws(BackendError) {
      let result = watch(try await execute(call))
      cache.finish(flight, with: .success(result))
      return result
    } catch {
      cache.finish(flight, with: .failure(error))
      throw error
    }
  }

  /// Has what an outcome depends on watched.
  func watch(_ outcome: FunctionOutcome) -> QueryResult {
    let dependencies = outcome.dependencies
    let subscription: Subscription
    if let reads = dependencies?.readSet {
      let watched = database.subscribe(reads, since: outcome.timestamp)
      let variables = dependencies?.observedEnvironment ?? [:]
      // A variable that was changed before it was watched counts as changed since.
      subscription =
        variables.allSatisfy { environment[$0.key] == $0.value }
        ? watched : database.subscribeToChanged(since: outcome.timestamp)
    } else {
      subscription = database.subscribeToUnknown(since: outcome.timestamp)
    }
    return QueryResult(outcome, subscription: subscription, journal: dependencies?.journal)
  }
}
