// Serves one connection: a session, and what it wants done.

import Hull
import HullDatabase
import HullPersistence
package import HullRuntime
import HullValues

/// Carries messages between a connection and its session, and runs what the session asks for.
///
/// Every method is called on the connection's event loop, except that of
/// ``SubscriptionWatcher``. What runs elsewhere comes back through the loop's mailbox.
///
/// `@unchecked Sendable`: everything mutable is touched on the loop only; other threads hold the
/// worker to post news for it.
package final class SyncWorker: SubscriptionWatcher, @unchecked Sendable {
  private var session: SyncSession
  private let backend: Backend
  private let mailbox: SyncMailbox
  private let client: ClientInfo
  private let auditor: TransitionAuditor?
  /// The connection; nil once it is closed.
  private var transport: (any SyncTransport)?
  /// The queries of the session, looked up for an identity.
  private var prepared: [QueryID: (query: PreparedQuery, identity: IdentityVersion)] = [:]
  /// Whether the worker is at work already, and will come to what was added.
  private var isWorking = false

  /// Makes the worker of a connection.
  ///
  /// - Parameters:
  ///   - backend: Runs the functions.
  ///   - mailbox: Brings news to the connection's loop.
  ///   - client: What is known of the program at the other end.
  ///   - takesChunks: Whether it takes a long Transition in pieces.
  ///   - limits: The bounds on the connection.
  ///   - auditor: Checks what is sent; nil for nobody.
  package init(
    backend: Backend,
    mailbox: SyncMailbox,
    client: ClientInfo,
    takesChunks: Bool,
    limits: SessionLimits = SessionLimits(),
    auditor: TransitionAuditor? = nil
  ) {
    self.backend = backend
    self.mailbox = mailbox
    self.client = client
    self.auditor = auditor
    session = SyncSession(
      limits: limits,
      takesChunks: takesChunks,
      isRedacted: backend.configuration.redactsClientErrors,
      uptime: backend.configuration.time.uptime(),
      makeRequestID: { [backend] in backend.makeRequestID() },
      shared: mailbox.transitions
    )
  }

  // MARK: The connection

  /// Begins to serve a connection.
  package func opened(_ transport: any SyncTransport) { self.transport = transport }

  /// Takes the client for someone, as if it had shown a token; for clients in the same process.
  package func assume(_ identity: SessionIdentity) {
    session.become(identity)
    work()
  }

  /// Takes a text message.
  package func received(text: [UInt8]) {
    let message: ClientMessage
    do {
      message = try ClientMessage(json: text)
    } catch {
      session.receiveInvalid(error.reason)
      work()
      return
    }
    session.receive(
      message,
      bytes: text.count,
      now: backend.configuration.time.now(),
      latest: backend.latestTimestamp
    )
    work()
  }

  /// Takes a binary message.
  package func receivedBinary() {
    session.receiveBinary()
    work()
  }

  /// What was sent has left for the client.
  package func drained() { work() }

  /// How long the texts are of all that the client asked for and that is kept for it, in bytes.
  package var retainedBytes: Int { session.retainedBytes }

  /// Lets time pass.
  package func tick() {
    let time = backend.configuration.time
    session.tick(uptime: time.uptime(), now: time.now())
    work()
  }

  /// The connection is gone.
  package func closed() {
    transport = nil
    session.disconnected()
    for case .unwatch(let result) in session.effects { result.subscription.unwatch(self) }
    session.effects = []
    prepared = [:]
  }

  // MARK: News

  package func subscriptionWasInvalidated() { mailbox.post(.invalidated(self)) }

  func invalidated() {
    session.invalidated()
    work()
  }

  func fetched(_ fetch: SessionFetch, _ result: Result<QueryResult, BackendError>) {
    session.fetched(fetch, result, now: backend.configuration.time.now())
    work()
  }

  func verified(_ result: Result<SessionIdentity, BackendError>) {
    session.verified(
      result,
      now: backend.configuration.time.now(),
      latest: backend.latestTimestamp
    )
    work()
  }

  func mutationFinished(_ result: Result<FunctionOutcome, BackendError>) {
    session.mutationFinished(result)
    work()
  }

  func actionFinished(
    _ id: RequestSequenceNumber,
    _ result: Result<FunctionOutcome, BackendError>
  ) {
    session.actionFinished(id, result)
    work()
  }

  // MARK: Work

  /// New Transitions wait while this many messages have not left, so that a slow client gets fewer
  /// and larger ones (spec/sync-protocol.md 11.3).
  private static let unsentMessages = 2

  /// Does what the session wants, until it wants nothing more.
  private func work() {
    // What is done may add to what is wanted: the outermost call does all of it.
    if isWorking { return }
    isWorking = true
    defer {
      isWorking = false
      giveBackEffects()
      transport?.flush()
    }
    while true {
      while !session.effects.isEmpty {
        let effects = session.effects
        session.effects = mailbox.takeEffects()
        for effect in effects { perform(effect) }
        mailbox.giveBack(effects)
      }
      guard let transport, session.wantsUpdate, transport.queuedMessages < Self.unsentMessages
      else { return }
      // The snapshot is chosen last: it includes every commit the session has been told of.
      session.beginUpdate(at: snapshot(), now: backend.configuration.time.now())
    }
  }

  /// Lets other sessions use the list of what this one wants done, which is empty.
  private func giveBackEffects() {
    assert(session.effects.isEmpty, "a session rests when all it wanted is done")
    let effects = session.effects
    session.effects = []
    mailbox.giveBack(effects)
  }

  /// A snapshot that includes every commit the session has been told of; the same one for all that
  /// are told their news together, so that they need the same results.
  private func snapshot() -> Timestamp {
    guard mailbox.isDelivering else { return backend.latestTimestamp }
    if let timestamp = mailbox.fetches.timestamp { return timestamp }
    let timestamp = backend.latestTimestamp
    mailbox.fetches.timestamp = timestamp
    return timestamp
  }

  private func perform(_ effect: SessionEffect) {
    // The connection may have ended at an earlier effect of the same batch: what nobody would be
    // told of is not begun, and what nobody would give back is not taken.
    if transport == nil {
      if case .unwatch(let result) = effect { result.subscription.unwatch(self) }
      return
    }
    switch effect {
    case .send(let message): transport?.send(message)
    case .sendContinuation(let message): transport?.send(continuation: message)
    case .close(let code, let reason): transport?.close(code: code, reason: reason)
    case .watch(let result):
      if !result.subscription.watch(self) {
        // It has ended since: the snapshot that others of this news share is too old to say so.
        mailbox.fetches.timestamp = nil
        session.invalidated()
      }
    case .unwatch(let result): result.subscription.unwatch(self)
    case .forget(let id): prepared[id] = nil
    case .fetch(let fetch): perform(fetch)
    case .runMutation(let mutation): perform(mutation)
    case .runAction(let action): perform(action)
    case .verify(let token): verify(token)
    case .audit(let version, let sent): audit(version, sent)
    }
  }

  private func perform(_ fetch: SessionFetch) {
    switch mailbox.fetches.begin(fetch, for: self) {
    case .wait: break
    case .answer(let result):
      session.fetched(fetch, .success(result), now: backend.configuration.time.now())
    case .lead:
      guard let result = begin(fetch) else { return }
      // Nobody can have joined what took no time.
      _ = mailbox.fetches.finish(fetch, with: .success(result))
      session.fetched(fetch, .success(result), now: backend.configuration.time.now())
    }
  }

  /// Asks for a result that the one who was asked first got for itself only.
  func fetchAlone(_ fetch: SessionFetch) {
    let fetch = fetch.alone
    guard transport != nil, let result = begin(fetch) else { return }
    fetched(fetch, .success(result))
  }

  /// Asks for a result.
  ///
  /// - Returns: The result if it is there at once; otherwise it comes as news.
  private func begin(_ fetch: SessionFetch) -> QueryResult? {
    let query = query(of: fetch)
    let mailbox = mailbox
    return backend.fetch(query, journal: fetch.journal, at: fetch.timestamp) {
      mailbox.post(.fetched(self, fetch, $0))
    }
  }

  /// The query of a fetch, looked up once per identity.
  private func query(of fetch: SessionFetch) -> PreparedQuery {
    if let known = prepared[fetch.queryID], known.identity == fetch.identityVersion {
      return known.query
    }
    let query = backend.prepareQuery(
      fetch.subscription.value.path,
      fetch.subscription.value.arguments,
      identity: fetch.identity,
      client: client
    )
    prepared[fetch.queryID] = (query, fetch.identityVersion)
    return query
  }

  private func perform(_ mutation: SessionMutation) {
    let request = FunctionRequest(
      path: mutation.call.path,
      kind: .mutation,
      arguments: mutation.call.arguments,
      identity: mutation.identity,
      requestID: backend.makeRequestID(),
      client: client(of: mutation.token),
      sessionRequest: mutation.sessionID.map {
        SessionRequestID(
          session: .init(high: $0.high, low: $0.low),
          number: mutation.call.requestID
        )
      },
      ticket: mutation.ticket,
      // Refused, the client would connect anew and send it again, with everything else it wants.
      isPatient: true
    )
    run(request) { .mutationFinished($0, $1) }
  }

  private func perform(_ action: SessionAction) {
    let request = FunctionRequest(
      path: action.call.path,
      kind: .action,
      arguments: action.call.arguments,
      identity: action.identity,
      requestID: backend.makeRequestID(),
      client: client(of: action.token)
    )
    let id = action.call.requestID
    run(request) { .actionFinished($0, id, $1) }
  }

  /// The program at the other end, as it was when it showed a token.
  private func client(of token: String?) -> ClientInfo {
    var client = client
    client.authToken = token
    return client
  }

  /// Runs a function to its end, whatever becomes of the connection.
  private func run(
    _ request: FunctionRequest,
    news:
      @escaping @Sendable (SyncWorker, Result<FunctionOutcome, BackendError>) ->
      SyncMailbox
      .News
  ) {
    let (backend, mailbox) = (backend, mailbox)
    Task(executorPreference: FunctionExecutor.shared) {
      let result: Result<FunctionOutcome, BackendError>
      do throws(BackendError) {
        result = .success(try await backend.run(request))
      } catch {
        result = .failure(error)
      }
      mailbox.post(news(self, result))
    }
  }

  private func verify(_ token: AuthenticationToken) {
    let (backend, mailbox) = (backend, mailbox)
    Task(executorPreference: FunctionExecutor.shared) {
      let result: Result<SessionIdentity, BackendError>
      do throws(BackendError) {
        result = .success(try await backend.identity(of: token))
      } catch {
        result = .failure(error)
      }
      mailbox.post(.verified(self, result))
    }
  }

  private func audit(_ version: StateVersion, _ sent: [QueryID]) {
    guard let auditor else { return }
    // One that was not sent, too: it was held to be the same.
    let ids = sent + [session.unsentQuery(besides: sent)].compactMap { $0 }
    let results = ids.compactMap { id -> (PreparedQuery, QueryResult)? in
      guard let query = prepared[id]?.query, let result = session.result(of: id) else { return nil }
      return (query, result)
    }
    auditor.check(results, at: version.timestamp)
  }
}

extension Backend {
  /// Who shows a token.
  func identity(of token: AuthenticationToken) async throws(BackendError) -> SessionIdentity {
    switch token {
    case .none: return .anonymous
    case .user(let text):
      let verified = try await authenticate(userToken: text)
      return SessionIdentity(
        caller: .user(verified.identity),
        expiresAt: verified.expiresAt,
        token: text
      )
    case .admin(let key, let actingAs):
      return SessionIdentity(caller: try authenticate(adminKey: key, actingAs: actingAs))
    }
  }
}
