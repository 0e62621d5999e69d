// The sync protocol of one connection, without socket, clock or database.

package import HullPersistence
package import HullRuntime

/// One connection's side of the sync protocol (spec/sync-protocol.md).
///
/// A value that is told what happens and says what to do: every method adds to ``effects``, which
/// the worker takes and carries out in order. Time is handed in.
///
/// What the client knows is a set of queries with their results at one ``StateVersion``. An *update*
/// brings it to a newer one: all results at one timestamp and for one identity, sent as one
/// Transition. At most one update is under way; what happens meanwhile is folded into the next.
package struct SyncSession: Sendable {
  /// What is to be done next, in order; the worker empties it.
  package var effects: [SessionEffect] = []

  let limits: SessionLimits
  /// Whether the client takes a long Transition in pieces.
  let takesChunks: Bool
  /// Whether texts and log lines are kept from the client.
  let isRedacted: Bool
  /// Draws the ids that errors are shown with.
  let makeRequestID: @Sendable () -> RequestID
  /// What it may have in common with other sessions of its event loop; nil if it is alone.
  let shared: SharedTransitions?

  // What the client has said.
  var sessionID: SessionID?
  var clockSkew: Int64?
  var receivedQuerySet: QuerySetVersion = 0
  var receivedIdentity: IdentityVersion = 0
  var identity = SessionIdentity.anonymous

  // What the client knows.
  var version = StateVersion.initial
  var queries: [QueryID: SubscribedQuery] = [:]

  // How it gets to know more.
  var modifications: [ClientMessage.ModifyQuerySet.Modification] = []
  var removed: Set<QueryID> = []
  /// Whether the client is owed a Transition, even one that says nothing.
  var isUpdateDue = false
  /// Whether a result may not hold any more.
  var isStale = false
  var update: SessionUpdate?
  var updateCount: UInt64 = 0
  /// A Transition that must not go out before the response to the running mutation.
  var held: [UInt8]?

  // What it has asked for.
  var mutations: [SessionMutation] = []
  var firstMutation = 0
  var runningMutation: (mutation: SessionMutation, deadline: Duration)?
  var runningActions: [RequestSequenceNumber: Int] = [:]
  /// How long the messages are whose mutations and actions are not done.
  var requestBytes = 0
  /// How long the texts are that describe the queries, those still to be added or removed included.
  var subscriptionBytes = 0

  /// Messages that wait for a token to be verified, and how long they are.
  var deferred: [(message: ClientMessage, bytes: Int)]?
  var deferredBytes = 0

  /// Time since some moment, as of the latest event; it never goes backwards.
  var uptime: Duration
  var lastSent: Duration
  package private(set) var isClosed = false

  /// Begins a connection.
  ///
  /// - Parameters:
  ///   - limits: The bounds on it.
  ///   - takesChunks: Whether the client takes a long Transition in pieces.
  ///   - isRedacted: Whether texts and log lines are kept from the client.
  ///   - uptime: The time, on a clock that never goes backwards.
  ///   - makeRequestID: Draws the ids that errors are shown with.
  ///   - shared: What it may have in common with other sessions of its event loop; nil if it is
  ///     alone.
  package init(
    limits: SessionLimits = SessionLimits(),
    takesChunks: Bool,
    isRedacted: Bool,
    uptime: Duration,
    makeRequestID: @escaping @Sendable () -> RequestID,
    shared: SharedTransitions? = nil
  ) {
    self.limits = limits
    self.takesChunks = takesChunks
    self.isRedacted = isRedacted
    self.uptime = uptime
    self.makeRequestID = makeRequestID
    self.shared = shared
    lastSent = uptime
  }

  /// How long the texts are of all that the client asked for and that is kept for it, in bytes.
  package var retainedBytes: Int { requestBytes + subscriptionBytes + deferredBytes }

  // MARK: Messages

  /// Takes a message of the client.
  ///
  /// - Parameters:
  ///   - message: The message.
  ///   - bytes: Its length.
  ///   - now: The wall clock.
  ///   - latest: The newest published commit.
  package mutating func receive(
    _ message: ClientMessage,
    bytes: Int,
    now: Timestamp,
    latest: Timestamp
  ) {
    if isClosed { return }
    guard deferred == nil else {
      deferredBytes += bytes
      if deferredBytes > limits.deferredBytes {
        close(code: 1013, reason: "TooManyPendingMessages")
        return
      }
      deferred?.append((message, bytes))
      return
    }
    handle(message, bytes: bytes, now: now, latest: latest)
  }

  private mutating func handle(
    _ message: ClientMessage,
    bytes: Int,
    now: Timestamp,
    latest: Timestamp
  ) {
    switch message {
    case .connect(let connect): handle(connect, now: now, latest: latest)
    case .modifyQuerySet(let change): handle(change)
    case .mutation(let call): handle(mutation: call, bytes: bytes, now: now)
    case .action(let call): handle(action: call, bytes: bytes, now: now)
    case .authenticate(let authenticate): handle(authenticate)
    case .event: break
    }
  }

  /// Takes a message that is none.
  ///
  /// - Parameter reason: What is wrong with it.
  package mutating func receiveInvalid(_ reason: String) {
    fail(
      BackendError(
        kind: .badRequest,
        code: "WSMessageInvalidJson",
        message: "Received Invalid JSON on websocket: \(reason)"
      )
    )
  }

  /// Takes a binary message, which no client sends.
  package mutating func receiveBinary() { fail(.internal) }

  private mutating func handle(
    _ connect: ClientMessage.Connect,
    now: Timestamp,
    latest: Timestamp
  ) {
    sessionID = connect.sessionID
    clockSkew = connect.clientTimestamp.map { client in
      let (skew, overflow) = client.subtractingReportingOverflow(now.rawValue / 1_000_000)
      return overflow ? (client < 0 ? .min : .max) : skew
    }
    // A client from the future has seen commits this database lost. It keeps trying, and should.
    if let seen = connect.maxObservedTimestamp, seen > latest { fail(.internal) }
  }

  /// Handles what waited for a token, as far as it gets.
  mutating func handleDeferred(now: Timestamp, latest: Timestamp) {
    let waiting = deferred ?? []
    deferred = nil
    deferredBytes = 0
    for position in waiting.indices {
      if isClosed { return }
      guard deferred == nil else {
        deferred?.append(contentsOf: waiting[position...])
        deferredBytes += waiting[position...].reduce(0) { $0 + $1.bytes }
        return
      }
      let (message, bytes) = waiting[position]
      handle(message, bytes: bytes, now: now, latest: latest)
    }
  }

  // MARK: Time

  /// Lets time pass.
  ///
  /// - Parameters:
  ///   - uptime: The time, on a clock that never goes backwards.
  ///   - now: The wall clock.
  package mutating func tick(uptime: Duration, now: Timestamp) {
    self.uptime = uptime
    if isClosed { return }
    if let runningMutation, runningMutation.deadline <= uptime {
      fail(.internal)
      return
    }
    retryFetches(now: now)
    if uptime - lastSent >= limits.pingInterval { send(ServerMessage.ping.bytes) }
  }

  // MARK: Sending and closing

  mutating func send(_ message: [UInt8]) {
    lastSent = uptime
    effects.append(.send(message))
  }

  mutating func close(code: UInt16?, reason: String) {
    if isClosed { return }
    isClosed = true
    effects.append(.close(code: code, reason: reason))
  }

  /// Ends the connection because the server, or the client, cannot go on (spec/sync-protocol.md
  /// 10.1).
  mutating func fail(_ error: BackendError) {
    if isClosed { return }
    switch error.kind {
    case .unauthenticated: refuseIdentity(error.message, updateAttempted: false)
    case .badRequest:
      send(ServerMessage.fatalError(message: error.message).bytes)
      close(code: nil, reason: "")
    case .paginationLimit, .forbidden, .contentTooLarge:
      send(ServerMessage.fatalError(message: error.message).bytes)
      close(code: 1000, reason: error.code)
    case .notFound: close(code: 1000, reason: error.code)
    case .clientDisconnect: close(code: 1000, reason: "ClientDisconnected")
    case .conflict, .overloaded, .rateLimited: close(code: 1013, reason: error.code)
    case .outOfRetention: close(code: 1013, reason: BackendError.internal.code)
    case .internal: close(code: 1011, reason: BackendError.internal.code)
    }
  }

  /// Takes note that the connection is gone: nothing more is to be done for it.
  package mutating func disconnected() {
    isClosed = true
    effects.removeAll()
    for query in queries.values {
      if let result = query.result { effects.append(.unwatch(result)) }
    }
    queries = [:]
    update = nil
    held = nil
    modifications = []
    mutations = []
    firstMutation = 0
    deferred = nil
    (requestBytes, subscriptionBytes, deferredBytes) = (0, 0, 0)
  }
}
