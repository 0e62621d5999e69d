// A client of the sync protocol in the process of its server, as strict as the official ones.

import Hull
import HullPersistence
import HullRuntime
import HullSync
import HullValues

/// The client's side of one connection after another.
///
/// `@unchecked Sendable`: everything is touched on the loop only.
final class LocalClient: @unchecked Sendable {
  let loop = LocalLoop()
  private let backend: Backend
  private let auditor: TransitionAuditor?
  private let mailbox: SyncMailbox
  private let sessionID: SessionID
  private var user: UserIdentity?

  // The connection.
  private var worker: SyncWorker?
  private var pipe: Pipe?
  private var connectionCount: UInt32 = 0
  private var closeReason = "InitialConnect"
  private var maxObserved: Timestamp?
  private var version = ServerText.Version.initial
  private var sentQuerySet: UInt32 = 0
  private var sentIdentity: UInt32 = 0

  // What the client wants.
  private var queries: [QueryID: TestLiveQuery.Feed] = [:]
  private var nextQuery: QueryID = 0
  private var requests: [RequestSequenceNumber: Request] = [:]
  private var nextRequest: RequestSequenceNumber = 0
  private var waiting: [(querySet: UInt32, continuation: CheckedContinuation<Void, any Error>)] = []

  private var idleWaiters: [CheckedContinuation<Void, Never>] = []
  private var breakWaiters: [CheckedContinuation<Void, Never>] = []

  /// How many more messages pass in each direction before the connection breaks; nil for all.
  private var sendsLeft: Int?
  private var receivesLeft: Int?
  /// What the server did that the protocol forbids.
  private(set) var violations: [String] = []

  private struct Request {
    var text: [UInt8]
    var isMutation: Bool
    var wasSent = false
    /// On which connection it was sent first.
    var firstConnection: UInt32?
    var continuation: CheckedContinuation<ConvexValue, any Error>
    /// The response to a mutation, until a Transition shows its commit.
    var response: (value: ConvexValue, timestamp: Timestamp)?
  }

  /// One connection's transport; what it carries after it was replaced is dropped.
  ///
  /// `@unchecked Sendable`: used on the loop only, like its client.
  private final class Pipe: SyncTransport, @unchecked Sendable {
    private weak var client: LocalClient?

    init(_ client: LocalClient) { self.client = client }

    var queuedMessages: Int { 0 }

    func send(_ message: [UInt8]) {
      guard let client, client.pipe === self else { return }
      // Not at once: the worker is in the middle of its work.
      client.loop.execute { [weak self] in
        guard let self, let client = self.client, client.pipe === self else { return }
        client.receive(message)
      }
    }

    func close(code: UInt16?, reason: String) {
      guard let client, client.pipe === self else { return }
      client.loop.execute { [weak self] in
        guard let self, let client = self.client, client.pipe === self else { return }
        client.connectionLost(
          reason.isEmpty ? "closed with code \(code.map(String.init) ?? "1005")" : reason
        )
      }
    }
  }

  init(_ backend: Backend, user: UserIdentity?, auditor: TransitionAuditor?) {
    self.backend = backend
    self.user = user
    self.auditor = auditor
    sessionID = SessionID(
      high: backend.configuration.random.next(),
      low: backend.configuration.random.next()
    )
    mailbox = SyncMailbox { [loop] body in loop.execute(body) }
  }

  // MARK: The connection

  var isConnected: Bool { worker != nil }

  func connect() {
    guard worker == nil else { return }
    let worker = SyncWorker(
      backend: backend,
      mailbox: mailbox,
      client: ClientInfo(userAgent: "HullTesting"),
      takesChunks: false,
      auditor: auditor
    )
    let pipe = Pipe(self)
    self.worker = worker
    self.pipe = pipe
    version = .initial
    worker.opened(pipe)
    send(
      ClientText.connect(
        sessionID,
        connectionCount: connectionCount,
        lastCloseReason: closeReason,
        maxObserved: maxObserved
      )
    )
    connectionCount += 1
    sentIdentity = 0
    if user != nil { become(user) }
    sentQuerySet = 1
    let adding = queries.sorted { $0.key < $1.key }.map { id, feed in
      ClientText.Add(id: id, path: feed.path, arguments: feed.arguments, journal: feed.journal)
    }
    send(ClientText.modifyQuerySet(from: 0, to: 1, adding: adding))
    for id in requests.keys.sorted() { resend(id) }
  }

  private func resend(_ id: RequestSequenceNumber) {
    guard let request = requests[id] else { return }
    if request.wasSent, !request.isMutation {
      requests[id] = nil
      request.continuation.resume(throwing: ConnectionLost())
      return
    }
    requests[id]?.wasSent = true
    if request.firstConnection == nil { requests[id]?.firstConnection = connectionCount }
    send(request.text)
  }

  func disconnect() {
    if worker != nil { connectionLost("closed with code 1006") }
  }

  private func connectionLost(_ reason: String) {
    closeReason = reason
    sendsLeft = nil
    receivesLeft = nil
    let worker = worker
    self.worker = nil
    pipe = nil
    worker?.closed()
    for waiter in waiting { waiter.continuation.resume(throwing: ConnectionLost()) }
    waiting = []
    serveIdleWaiters()
    for waiter in breakWaiters { waiter.resume() }
    breakWaiters = []
  }

  /// Has the connection break after so many more messages.
  func breakAfter(sending sends: Int?, receiving receives: Int?) {
    sendsLeft = sends
    receivesLeft = receives
    if sends == 0 || receives == 0 { disconnect() }
  }

  func become(_ user: UserIdentity?) {
    self.user = user
    guard let worker else { return }
    sentIdentity += 1
    worker.assume(SessionIdentity(caller: user.map(CallerIdentity.user) ?? .anonymous))
  }

  // MARK: What the client wants

  func subscribe(_ path: String, _ arguments: ConvexValue, _ feed: TestLiveQuery.Feed) -> QueryID {
    let id = nextQuery
    nextQuery += 1
    queries[id] = feed
    modify(adding: [ClientText.Add(id: id, path: path, arguments: arguments, journal: nil)])
    return id
  }

  func unsubscribe(_ id: QueryID) {
    guard queries.removeValue(forKey: id) != nil else { return }
    modify(removing: [id])
  }

  private func modify(adding: [ClientText.Add] = [], removing: [QueryID] = []) {
    guard worker != nil else { return }
    sentQuerySet += 1
    send(
      ClientText.modifyQuerySet(
        from: sentQuerySet - 1,
        to: sentQuerySet,
        adding: adding,
        removing: removing
      )
    )
  }

  func call(
    _ type: String,
    _ path: String,
    _ arguments: ConvexValue,
    _ continuation: CheckedContinuation<ConvexValue, any Error>
  ) {
    let id = nextRequest
    nextRequest += 1
    requests[id] = Request(
      text: ClientText.call(type, id, path, arguments),
      isMutation: type == "Mutation",
      continuation: continuation
    )
    guard worker != nil else { return }
    resend(id)
  }

  /// Waits for a Transition that shows everything committed so far.
  func settle(_ continuation: CheckedContinuation<Void, any Error>) {
    guard worker != nil else {
      continuation.resume(throwing: ConnectionLost())
      return
    }
    waiting.append((sentQuerySet + 1, continuation))
    modify()
  }

  /// Waits until every request has been answered and shown, or there is no connection.
  func awaitIdle(_ continuation: CheckedContinuation<Void, Never>) {
    idleWaiters.append(continuation)
    serveIdleWaiters()
  }

  /// Waits until there is no connection.
  func awaitBreak(_ continuation: CheckedContinuation<Void, Never>) {
    if worker == nil { continuation.resume() } else { breakWaiters.append(continuation) }
  }

  private func serveIdleWaiters() {
    guard worker == nil || requests.isEmpty else { return }
    let waiters = idleWaiters
    idleWaiters = []
    for waiter in waiters { waiter.resume() }
  }

  private func send(_ text: [UInt8]) {
    if let left = sendsLeft {
      if left == 0 {
        disconnect()
        return
      }
      sendsLeft = left - 1
    }
    worker?.received(text: text)
    if sendsLeft == 0 { disconnect() }
  }

  // MARK: What the server says

  private func receive(_ text: [UInt8]) {
    if let left = receivesLeft {
      if left == 0 {
        disconnect()
        return
      }
      receivesLeft = left - 1
    }
    do {
      switch try ServerText(text) {
      case .transition(let transition): try apply(transition)
      case .mutationResponse(let response): try apply(mutation: response)
      case .actionResponse(let response): finish(response.id, response.result)
      case .authError(let message), .fatalError(let message):
        for request in requests.values {
          request.continuation.resume(
            throwing: ClientError(message: message, data: nil, code: nil, status: 200)
          )
        }
        requests = [:]
      case .ping: break
      }
    } catch {
      violations.append("\(error)")
    }
    if receivesLeft == 0 { disconnect() }
    serveIdleWaiters()
  }

  private func apply(_ transition: ServerText.Transition) throws {
    guard transition.start == version else {
      throw ServerText.Unreadable(
        description: "a Transition starts at \(transition.start), the client is at \(version)"
      )
    }
    guard transition.end.querySet >= version.querySet, transition.end.identity >= version.identity,
      transition.end.timestamp >= version.timestamp
    else { throw ServerText.Unreadable(description: "a Transition goes back") }
    version = transition.end
    maxObserved = max(maxObserved ?? .zero, version.timestamp)
    if transition.modifications.map(\.id) != Set(transition.modifications.map(\.id)).sorted() {
      throw ServerText.Unreadable(description: "modifications are not ascending by id")
    }
    for (id, modification) in transition.modifications {
      guard let feed = queries[id] else { continue }
      switch modification {
      case .updated(let value, let journal, let logLines):
        feed.journal = journal
        feed.append(.success(value), logLines: logLines)
      case .failed(let error, let journal, let logLines):
        feed.journal = journal
        feed.append(.failure(error), logLines: logLines)
      case .removed: break
      }
    }
    for (id, request) in requests {
      guard let response = request.response, response.timestamp <= version.timestamp else {
        continue
      }
      requests[id] = nil
      request.continuation.resume(returning: response.value)
    }
    let served = waiting.filter { $0.querySet <= version.querySet }
    waiting.removeAll { $0.querySet <= version.querySet }
    for waiter in served { waiter.continuation.resume() }
  }

  private func apply(mutation response: ServerText.Response) throws {
    guard case .success(let value) = response.result else {
      finish(response.id, response.result)
      return
    }
    guard let timestamp = response.timestamp else {
      throw ServerText.Unreadable(description: "a mutation succeeded without a timestamp")
    }
    // Only a mutation that an earlier connection asked for may be shown before it is answered: that
    // connection's run may commit at any time.
    if timestamp <= version.timestamp, requests[response.id]?.firstConnection == connectionCount {
      violations.append("mutation \(response.id) was answered after its commit was shown")
    }
    requests[response.id]?.response = (value, timestamp)
    maxObserved = max(maxObserved ?? .zero, timestamp)
  }

  private func finish(_ id: RequestSequenceNumber, _ result: Result<ConvexValue, ClientError>) {
    guard let request = requests.removeValue(forKey: id) else { return }
    request.continuation.resume(with: result.mapError { $0 as any Error })
  }
}

/// The connection broke while something was under way that only this connection could have told of.
public struct ConnectionLost: Error, Sendable, CustomStringConvertible {
  /// What happened.
  public var description: String { "Connection lost while action was in flight" }
}
