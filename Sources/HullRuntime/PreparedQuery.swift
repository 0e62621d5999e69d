// A query that is asked again and again: what a subscription holds.

import Hull
import HullDatabase
package import HullPersistence
import HullValues

/// A query with its arguments, looked up and encoded once.
package final class PreparedQuery: Sendable {
  enum Target: Sendable {
    case function(FunctionRunner.Call, QueryQuestion)
    /// A call with arguments that are no values: it has a result, but none to be shared.
    case unshared(FunctionRunner.Call)
    /// There is no such function, and there never will be.
    case rejected(QueryResult)
  }

  let target: Target

  init(_ target: Target) { self.target = target }
}

extension Backend {
  /// Looks up a query for a caller who will ask it repeatedly.
  ///
  /// - Parameters:
  ///   - path: The path in any spelling; one that is none has a result, too, which says so.
  ///   - arguments: What it is called with.
  ///   - identity: Who asks.
  ///   - client: What is known of the program that asks.
  /// - Returns: The query.
  package func prepareQuery(
    _ path: String,
    _ arguments: FunctionArguments,
    identity: CallerIdentity,
    client: ClientInfo = ClientInfo()
  ) -> PreparedQuery {
    let function: RegisteredFunction
    do {
      function = try find(path, .query, for: identity)
    } catch {
      let message =
        (error as? CallValidation.Rejection)?.message ?? (error as? BackendError)?.message
        ?? BackendError.internal.message
      return PreparedQuery(.rejected(result(of: FunctionFailure(message: message))))
    }
    let call = FunctionRunner.Call(
      function: function,
      arguments: arguments,
      identity: identity,
      requestID: makeRequestID(),
      client: client,
      isPatient: true
    )
    guard let question = QueryQuestion(call) else { return PreparedQuery(.unshared(call)) }
    return PreparedQuery(.function(call, question))
  }

  /// A result that depends on nothing.
  private func result(of failure: FunctionFailure) -> QueryResult {
    QueryResult(
      FunctionOutcome(result: .failure(failure), logLines: [], timestamp: .zero),
      subscription: database.subscribeToNothing(since: .zero),
      journal: nil
    )
  }

  /// The result of a query at a timestamp.
  ///
  /// - Parameters:
  ///   - query: The query.
  ///   - journal: The journal of its former run for the same subscription.
  ///   - timestamp: The snapshot, a published one.
  ///   - completion: Called once, from any thread, unless the result is there at once.
  /// - Returns: The result if it is there; then `completion` is not called.
  package func fetch(
    _ query: PreparedQuery,
    journal: String?,
    at timestamp: Timestamp,
    completion: @escaping @Sendable (Result<QueryResult, BackendError>) -> Void
  ) -> QueryResult? {
    switch query.target {
    case .rejected(let result): return result
    case .unshared(let call):
      let call = call.with(journal: journal, at: timestamp)
      let runner = runner
      Task(executorPreference: FunctionExecutor.shared) {
        do throws(BackendError) {
          completion(.success(runner.watch(try await runner.execute(call))))
        } catch {
          completion(.failure(error))
        }
      }
      return nil
    case .function(let call, let question):
      let demand = QueryCache.Demand(
        question: journal == question.journal
          ? question : question.with(journal: journal, asker: .anyone),
        identity: call.identity.user,
        timestamp: timestamp,
        isPatient: call.isPatient
      )
      return fetch(query, demand, completion)
    }
  }

  private func fetch(
    _ query: PreparedQuery,
    _ demand: QueryCache.Demand,
    _ completion: @escaping @Sendable (Result<QueryResult, BackendError>) -> Void
  ) -> QueryResult? {
    let admission = runner.cache.admit(demand) { delivery in
      switch delivery {
      case .result(let result): completion(.success(result))
      case .failure(let error): completion(.failure(error))
      case .again:
        if let result = self.fetch(query, demand, completion) { completion(.success(result)) }
      }
    }
    switch admission {
    case .hit(let result): return result
    case .wait: return nil
    case .lead(let flight):
      guard case .function(let unfixed, _) = query.target else { return nil }
      let call = unfixed.with(journal: demand.question.journal, at: flight.demand.timestamp)
      let runner = runner
      Task(executorPreference: FunctionExecutor.shared) {
        do throws(BackendError) {
          completion(.success(try await runner.lead(flight, call)))
        } catch {
          completion(.failure(error))
        }
      }
      return nil
    }
  }

  /// Runs a query anew at a timestamp, whatever is known of it, to compare the result.
  ///
  /// - Returns: The outcome.
  /// - Throws: ``BackendError`` when there is none, such as for a snapshot that is not kept any more.
  package func recompute(
    _ query: PreparedQuery,
    journal: String?,
    at timestamp: Timestamp
  ) async throws(BackendError) -> FunctionOutcome {
    switch query.target {
    case .rejected(let result): return result.outcome
    case .unshared(let call), .function(let call, _):
      return try await runner.execute(call.with(journal: journal, at: timestamp))
    }
  }

  /// How many results are watched: kept ones and those that clients have.
  package var subscriptionCount: Int { database.subscriptionCount }

  /// How the cache of queries has fared.
  package var queryCacheCounters: QueryCacheCounters { runner.cache.counters }
}

extension PreparedQuery {
  /// A question asked at one moment: equal ones have equal answers.
  package struct Occasion: Sendable, Hashable {
    private let question: QueryQuestion
    private let identity: UserIdentity?
    private let timestamp: Timestamp

    fileprivate init(_ question: QueryQuestion, _ identity: UserIdentity?, _ timestamp: Timestamp) {
      self.question = question
      self.identity = identity
      self.timestamp = timestamp
    }
  }

  /// The query at a moment; `nil` for one without a question to compare.
  package func occasion(journal: String?, at timestamp: Timestamp) -> Occasion? {
    guard case .function(let call, let question) = target else { return nil }
    return Occasion(
      question.with(journal: journal, asker: .anyone),
      call.identity.user,
      timestamp
    )
  }
}

extension PreparedQuery: CustomStringConvertible {
  /// The function and its arguments.
  package var description: String {
    switch target {
    case .function(let call, let question):
      "\(call.function.path)(\(String(decoding: question.arguments, as: UTF8.self)))"
    case .unshared(let call): "\(call.function.path)"
    case .rejected: "a function that does not exist"
    }
  }
}
