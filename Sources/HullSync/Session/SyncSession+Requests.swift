// Mutations, one after the other, and actions, side by side (spec/sync-protocol.md 7, 8).

import HullPersistence
package import HullRuntime

extension SyncSession {
  // MARK: Mutations

  mutating func handle(mutation call: ClientMessage.Call, bytes: Int, now: Timestamp) {
    guard checkIdentity(now: now), checkComponent(call.componentPath) else { return }
    requestBytes += bytes
    guard mutations.count - firstMutation < limits.queuedMutations,
      requestBytes <= limits.requestBytes
    else {
      close(code: 1013, reason: "TooManyConcurrentMutations")
      return
    }
    mutations.append(
      SessionMutation(
        call: call,
        bytes: bytes,
        identity: identity.caller,
        token: identity.token,
        sessionID: sessionID
      )
    )
    runNextMutation()
  }

  private mutating func runNextMutation() {
    guard runningMutation == nil, firstMutation < mutations.count else { return }
    let mutation = mutations[firstMutation]
    firstMutation += 1
    if firstMutation == mutations.count {
      mutations.removeAll(keepingCapacity: false)
      firstMutation = 0
    } else if firstMutation >= 32 {
      // Those that have begun are not kept, even if the queue never runs dry.
      mutations.removeFirst(firstMutation)
      firstMutation = 0
    }
    runningMutation = (mutation, uptime + limits.mutationTime)
    effects.append(.runMutation(mutation))
  }

  /// Answers the running mutation and begins the next.
  ///
  /// - Parameter result: What came of it, or why nothing did.
  package mutating func mutationFinished(_ result: Result<FunctionOutcome, BackendError>) {
    guard !isClosed, let mutation = runningMutation?.mutation else { return }
    let call = mutation.call
    requestBytes -= mutation.bytes
    runningMutation = nil
    switch result {
    case .success(let outcome):
      let logLines = isRedacted ? EncodedLogLines.none : EncodedLogLines(outcome.logLines)
      switch outcome.result {
      case .success(let value):
        send(
          ServerMessage.mutationSucceeded(
            call.requestID,
            value,
            committed: outcome.timestamp,
            logLines: logLines
          ).bytes
        )
      case .failure(let failure): respond(to: call, failure, logLines)
      }
    case .failure(let error) where error.isDeterministic:
      respond(to: call, FunctionFailure(message: error.message), .none)
    case .failure(let error):
      fail(error)
      return
    }
    sendHeld()
    // Even if nothing changed: clients take a mutation for done when a Transition says so.
    isUpdateDue = true
    runNextMutation()
  }

  private mutating func respond(
    to call: ClientMessage.Call,
    _ failure: FunctionFailure,
    _ logLines: EncodedLogLines
  ) {
    send(
      ServerMessage.mutationFailed(
        call.requestID,
        message: failure.clientMessage(requestID: makeRequestID(), isRedacted: isRedacted),
        data: failure.data,
        logLines: logLines
      ).bytes
    )
  }

  // MARK: Actions

  mutating func handle(action call: ClientMessage.Call, bytes: Int, now: Timestamp) {
    guard checkIdentity(now: now), checkComponent(call.componentPath) else { return }
    requestBytes += bytes
    guard runningActions.count <= limits.runningActions, requestBytes <= limits.requestBytes else {
      close(code: 1013, reason: "TooManyInflightActionsForSingleClient")
      return
    }
    // No two responses may carry one id.
    guard runningActions.updateValue(bytes, forKey: call.requestID) == nil else {
      fail(.internal)
      return
    }
    effects.append(
      .runAction(SessionAction(call: call, identity: identity.caller, token: identity.token))
    )
  }

  /// Answers an action.
  ///
  /// - Parameters:
  ///   - requestID: What the client asked for it with.
  ///   - result: What came of it, or why nothing did.
  package mutating func actionFinished(
    _ requestID: RequestSequenceNumber,
    _ result: Result<FunctionOutcome, BackendError>
  ) {
    if isClosed { return }
    requestBytes -= runningActions.removeValue(forKey: requestID) ?? 0
    switch result {
    case .success(let outcome):
      let logLines = isRedacted ? EncodedLogLines.none : EncodedLogLines(outcome.logLines)
      switch outcome.result {
      case .success(let value):
        send(ServerMessage.actionSucceeded(requestID, value, logLines: logLines).bytes)
      case .failure(let failure): respond(toAction: requestID, failure, logLines)
      }
    // A typo in one call must not end the connection (spec/README.md 2).
    case .failure(let error) where error.code == "BadConvexFunctionIdentifier":
      respond(toAction: requestID, FunctionFailure(message: error.message), .none)
    case .failure(let error):
      fail(error)
      return
    }
    isUpdateDue = true
  }

  private mutating func respond(
    toAction requestID: RequestSequenceNumber,
    _ failure: FunctionFailure,
    _ logLines: EncodedLogLines
  ) {
    send(
      ServerMessage.actionFailed(
        requestID,
        message: failure.clientMessage(requestID: makeRequestID(), isRedacted: isRedacted),
        data: failure.data,
        logLines: logLines
      ).bytes
    )
  }

  /// Ends the connection of a client that asks for a component: there are none.
  mutating func checkComponent(_ path: String?) -> Bool {
    guard let path, !path.isEmpty else { return true }
    guard identity.caller.isAdmin else {
      fail(.internal)
      return false
    }
    fail(
      BackendError(
        kind: .badRequest,
        code: "ComponentPathNotFound",
        message: "Component path '\(path)' not found"
      )
    )
    return false
  }
}

extension BackendError {
  /// Whether the request is at fault, so that asking again gets the same answer.
  fileprivate var isDeterministic: Bool {
    switch kind {
    case .badRequest, .paginationLimit, .unauthenticated, .forbidden, .contentTooLarge: true
    case .notFound, .clientDisconnect, .rateLimited, .internal, .conflict, .outOfRetention,
      .overloaded:
      false
    }
  }
}
