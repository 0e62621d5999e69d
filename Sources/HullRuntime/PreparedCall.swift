// A call on its way: looked up, and not run yet.

import Hull
import HullDatabase

/// A call from outside whose function has been looked up.
package struct PreparedCall: Sendable {
  enum Target: Sendable {
    /// A call, with the question it asks if it is a query.
    case function(FunctionRunner.Call, QueryQuestion?)
    /// There is nothing to run: the caller cannot call such a function.
    indirect case rejected(FunctionOutcome)
  }

  let target: Target
}

extension Backend {
  /// Looks up what a caller wants to run.
  ///
  /// - Parameter request: What to run, with what, for whom.
  /// - Returns: The call; one of a function that does not exist has an outcome, too.
  /// - Throws: ``BackendError`` `BadConvexFunctionIdentifier`, or what ``run(_:)`` throws for a
  ///   function the caller may not know of.
  package func prepare(_ request: FunctionRequest) throws(BackendError) -> PreparedCall {
    let function: RegisteredFunction
    do {
      function = try find(request.path, request.kind, for: request.identity)
    } catch let rejection as CallValidation.Rejection {
      return PreparedCall(
        target: .rejected(
          FunctionOutcome(
            result: .failure(FunctionFailure(message: rejection.message)),
            logLines: [],
            timestamp: latestTimestamp
          )
        )
      )
    } catch {
      throw error as? BackendError ?? .internal
    }
    let call = FunctionRunner.Call(
      function: function,
      arguments: request.arguments,
      identity: request.identity,
      requestID: request.requestID,
      client: request.client,
      timestamp: request.timestamp,
      journal: request.journal,
      sessionRequest: request.sessionRequest,
      ticket: request.ticket,
      isPatient: request.isPatient
    )
    let question = runner.cache.isEnabled ? QueryQuestion(call) : nil
    return PreparedCall(target: .function(call, question))
  }

  /// The outcome of a call that need not be run, for a caller who wants it at once.
  ///
  /// - Returns: The outcome; `nil` when the function has to be run.
  package func outcomeAtOnce(of call: PreparedCall) -> FunctionOutcome? {
    switch call.target {
    case .rejected(let outcome): return outcome
    case .function(_, nil): return nil
    case .function(let call, let question?):
      let demand = QueryCache.Demand(
        question: question,
        identity: call.identity.user,
        timestamp: call.timestamp ?? latestTimestamp,
        isPatient: call.isPatient
      )
      guard let result = runner.cache.lookUp(demand) else { return nil }
      runner.observer?(FunctionLogRecord(call, result.outcome, duration: .zero, isCached: true))
      return result.outcome
    }
  }

  /// The outcome of a query that need not be run, for a caller who wants it at once.
  ///
  /// - Parameter request: What to run, with what, for whom.
  /// - Returns: The outcome; `nil` when the query has to be run, or is none.
  package func cachedOutcome(of request: FunctionRequest) -> FunctionOutcome? {
    guard let call = try? prepare(request), case .function = call.target else { return nil }
    return outcomeAtOnce(of: call)
  }

  /// Runs a call that has been prepared.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - wasLookedUp: Whether there was no outcome at once, just before.
  /// - Returns: Its outcome.
  /// - Throws: ``BackendError`` when there is none, as for a call that was not prepared before.
  package func run(
    _ call: PreparedCall,
    wasLookedUp: Bool = true
  ) async throws(BackendError) -> FunctionOutcome {
    switch call.target {
    case .rejected(let outcome): return outcome
    case .function(let call, let question):
      return try await runner.run(call, question, wasLookedUp: wasLookedUp)
    }
  }
}
