// How a client gets from one version to the next (spec/sync-protocol.md 5).

import HullDatabase
package import HullPersistence
package import HullRuntime
import HullValues

/// A query of the client's set.
struct SubscribedQuery: Sendable {
  let subscription: SubscriptionReference
  /// What the client has; nil until its first result is sent.
  var result: QueryResult?
  /// Where its page ended, last time.
  var journal: String?

  init(_ subscription: ClientMessage.Subscription) {
    self.subscription = SubscriptionReference(subscription)
    journal = subscription.journal
  }
}

/// An update under way: which version it leads to and the results that are there already.
struct SessionUpdate: Sendable {
  let serial: UInt64
  let end: StateVersion
  /// Whose results these are; the client may become someone else meanwhile.
  let identity: CallerIdentity
  /// Whether the client was someone else before.
  let isOtherIdentity: Bool
  /// Queries whose results have not been asked for yet, the next one last.
  var toFetch: [QueryID]
  var results: [(id: QueryID, result: QueryResult)] = []
  /// Results that have been asked for.
  var outstanding = 0
  /// Queries that failed through no fault of their own, when to try them again, and the pause
  /// before that.
  var toRetry: [QueryID] = []
  var retryTime: Duration = .zero
  var retryPause: Duration

  var isComplete: Bool { toFetch.isEmpty && outstanding == 0 && toRetry.isEmpty }
}

extension SyncSession {
  mutating func handle(_ change: ClientMessage.ModifyQuerySet) {
    guard change.baseVersion == receivedQuerySet else {
      fail(
        BackendError(
          kind: .badRequest,
          code: "BaseVersionMismatch",
          message: "Base version \(change.baseVersion) passed up doesn't match the current "
            + "version \(receivedQuerySet)"
        )
      )
      return
    }
    guard change.newVersion > change.baseVersion else {
      fail(.internal)
      return
    }
    for case .add(_, let subscription) in change.modifications {
      guard checkComponent(subscription.componentPath) else { return }
      subscriptionBytes += subscription.bytes
    }
    guard queries.count + modifications.count + change.modifications.count <= limits.queries else {
      close(code: 1013, reason: "TooManyQueries")
      return
    }
    guard subscriptionBytes <= limits.subscriptionBytes else {
      close(code: 1013, reason: "TooLargeQueries")
      return
    }
    receivedQuerySet = change.newVersion
    modifications += change.modifications
    isUpdateDue = true
  }

  /// Takes note that a result the client has does not hold any more.
  package mutating func invalidated() {
    if !isClosed { isStale = true }
  }

  // MARK: Beginning

  /// Whether an update should begin now, if what was sent has left for the client.
  ///
  /// None does while a token is verified: the one before it may be over by now, which is no reason to
  /// end the connection.
  package var wantsUpdate: Bool {
    (isUpdateDue || isStale) && !isClosed && update == nil && held == nil && deferred == nil
  }

  /// Begins the update that is due.
  ///
  /// - Parameters:
  ///   - latest: The newest published commit, read after everything the session has been told of.
  ///   - now: The wall clock.
  package mutating func beginUpdate(at latest: Timestamp, now: Timestamp) {
    guard wantsUpdate, checkIdentity(now: now) else { return }
    let isOwed = isUpdateDue
    isUpdateDue = false
    isStale = false
    guard applyModifications() else { return }
    let isOtherIdentity = receivedIdentity != version.identity
    let end = StateVersion(
      querySet: receivedQuerySet,
      identity: receivedIdentity,
      timestamp: max(latest, version.timestamp)
    )
    var toFetch: [QueryID] = []
    for (id, query) in queries {
      if !isOtherIdentity, let result = query.result, result.isValid(at: end.timestamp) { continue }
      toFetch.append(id)
    }
    // The news of a commit, one for each result it ends, may come after an update that has it.
    if toFetch.isEmpty, !isOwed { return }
    updateCount += 1
    update = SessionUpdate(
      serial: updateCount,
      end: end,
      identity: identity.caller,
      isOtherIdentity: isOtherIdentity,
      toFetch: toFetch,
      retryPause: limits.retryPause
    )
    fetchNext(now: now)
  }

  /// Brings the query set up to date; false if that ended the connection.
  private mutating func applyModifications() -> Bool {
    for modification in modifications {
      switch modification {
      case .add(let id, let subscription):
        guard queries[id] == nil else {
          fail(.internal)
          return false
        }
        queries[id] = SubscribedQuery(subscription)
        removed.remove(id)
      case .remove(let id):
        guard let query = queries.removeValue(forKey: id) else {
          fail(.internal)
          return false
        }
        subscriptionBytes -= query.subscription.value.bytes
        if let result = query.result { effects.append(.unwatch(result)) }
        effects.append(.forget(id))
        removed.insert(id)
      }
    }
    modifications.removeAll(keepingCapacity: false)
    return true
  }

  // MARK: Fetching

  private mutating func fetchNext(now: Timestamp) {
    while let id = update?.toFetch.last, let serial = update?.serial, let end = update?.end,
      let identity = update?.identity, let isOther = update?.isOtherIdentity,
      update?.outstanding ?? 0 < limits.concurrentFetches
    {
      update?.toFetch.removeLast()
      guard let query = queries[id] else { continue }
      update?.outstanding += 1
      effects.append(
        .fetch(
          SessionFetch(
            queryID: id,
            subscription: query.subscription,
            identity: identity,
            identityVersion: end.identity,
            journal: query.journal,
            former: isOther ? nil : query.result,
            timestamp: end.timestamp,
            update: serial
          )
        )
      )
    }
    if update?.isComplete ?? false { finishUpdate(now: now) }
  }

  /// Learns the result of a query.
  ///
  /// - Parameters:
  ///   - fetch: What was asked for.
  ///   - result: The result, or why there is none.
  ///   - now: The wall clock.
  package mutating func fetched(
    _ fetch: SessionFetch,
    _ result: Result<QueryResult, BackendError>,
    now: Timestamp
  ) {
    guard !isClosed, update?.serial == fetch.update else { return }
    update?.outstanding -= 1
    switch result {
    case .success(let result): update?.results.append((fetch.queryID, result))
    case .failure(let error):
      switch error.kind {
      case .outOfRetention:
        // The snapshot has grown too old meanwhile: all over again, on a newer one.
        update = nil
        isUpdateDue = true
        return
      case .overloaded: retryLater(fetch.queryID)
      // What goes on failing is told in the end: until then the client hears nothing of its other
      // queries either.
      case .internal where update?.retryPause ?? .zero < limits.longestRetryPause:
        retryLater(fetch.queryID)
      default:
        fail(error)
        return
      }
    }
    fetchNext(now: now)
  }

  private mutating func retryLater(_ id: QueryID) {
    guard var update else { return }
    if update.toRetry.isEmpty {
      update.retryTime = uptime + update.retryPause * (0.5 + spread(of: id) / 2)
      update.retryPause = min(update.retryPause * 2, limits.longestRetryPause)
    }
    update.toRetry.append(id)
    self.update = update
  }

  /// A number from 0 to 1 that differs between clients, so that those whose queries failed together
  /// do not come back together.
  private func spread(of id: QueryID) -> Double {
    let seed = (sessionID?.low ?? 0) &+ UInt64(id) &+ updateCount
    return Double((seed &* 0x9E37_79B9_7F4A_7C15) >> 32) / Double(UInt32.max)
  }

  /// Asks again for results that could not be had, once their pause is over.
  mutating func retryFetches(now: Timestamp) {
    guard let retryTime = update?.retryTime, let toRetry = update?.toRetry, !toRetry.isEmpty,
      retryTime <= uptime
    else { return }
    update?.toRetry = []
    update?.toFetch += toRetry
    fetchNext(now: now)
  }

  // MARK: Finishing

  private mutating func finishUpdate(now: Timestamp) {
    guard var results = update?.results, let end = update?.end else { return }
    update = nil
    if results.count > 1 { results.sort { $0.id < $1.id } }
    var changed: [(id: QueryID, result: QueryResult)] = []
    for (id, result) in results {
      let position = queries.index(forKey: id)
      let former = position.flatMap { queries.values[$0].result }
      if !(former.map(result.hasSameContent) ?? false) { changed.append((id, result)) }
      if let position {
        queries.values[position].result = result
        queries.values[position].journal = result.journal
      }
      if former === result { continue }
      if let former { effects.append(.unwatch(former)) }
      effects.append(.watch(result))
    }
    guard let transition = transition(to: end, changed, now: now) else {
      close(code: 1013, reason: "TransitionTooLong")
      return
    }
    version = end
    removed = []
    effects.append(.audit(version, sent: changed.map(\.id)))
    // A commit that is in this snapshot is answered before the snapshot is shown.
    if let commit = runningMutation?.mutation.ticket.timestamp, commit <= version.timestamp {
      held = transition
    } else {
      send(transition: transition)
    }
  }

  /// Writes a Transition, unless it would be too long; `changed` are in order of their ids.
  private func transition(
    to end: StateVersion,
    _ changed: [(id: QueryID, result: QueryResult)],
    now: Timestamp
  ) -> [UInt8]? {
    var gone = removed.isEmpty ? [] : removed.sorted(by: >)
    let capacity = changed.reduce((changed.count + gone.count) * TransitionWriter.overhead) {
      $0 + $1.result.contentBytes
    }
    if capacity > limits.longestTransition { return nil }
    // A failure has an id of its own in its text.
    let isShareable =
      gone.isEmpty && !changed.isEmpty && changed.allSatisfy { !$0.result.outcome.isFailure }
    let lookUp = isShareable ? shared?.lookUp(from: version, to: end, changed) : nil
    if case .hit(let text)? = lookUp {
      return TransitionWriter(continuing: text).finish(clockSkew: clockSkew, serverTimestamp: now)
    }
    var writer = TransitionWriter(from: version, to: end, capacity: capacity)
    for (id, result) in changed {
      while let next = gone.last, next < id {
        writer.removed(next)
        gone.removeLast()
      }
      let logLines = isRedacted ? .none : EncodedLogLines(json: result.encodedLogLines)
      switch result.outcome.result {
      case .success(let value):
        writer.updated(id, value: value, logLines: logLines, journal: result.journal)
      case .failure(let failure):
        writer.failed(
          id,
          message: failure.clientMessage(requestID: makeRequestID(), isRedacted: isRedacted),
          data: failure.data,
          logLines: logLines,
          journal: result.journal
        )
      }
    }
    while let next = gone.popLast() { writer.removed(next) }
    if case .miss(isRepeated: true)? = lookUp {
      shared?.insert(writer.text, from: version, to: end, changed)
    }
    return writer.finish(clockSkew: clockSkew, serverTimestamp: now)
  }

  mutating func sendHeld() {
    guard let transition = held else { return }
    held = nil
    send(transition: transition)
  }

  private mutating func send(transition: [UInt8]) {
    let largest = limits.largestTransition
    if takesChunks, TransitionChunks.areNeeded(for: transition, largestPiece: largest) {
      for (position, chunk) in TransitionChunks(transition, largestPiece: largest).enumerated() {
        lastSent = uptime
        effects.append(position == 0 ? .send(chunk) : .sendContinuation(chunk))
      }
    } else {
      send(transition)
    }
  }

  /// What the client has for a query.
  package func result(of id: QueryID) -> QueryResult? { queries[id]?.result }

  /// Some query whose result was not sent with the last update, a different one each time.
  package func unsentQuery(besides sent: [QueryID]) -> QueryID? {
    guard queries.count > sent.count else { return nil }
    let unsent = queries.keys.filter { !sent.contains($0) }.sorted()
    return unsent.isEmpty ? nil : unsent[Int(updateCount % UInt64(unsent.count))]
  }
}
