// A connection to a worker at the level of messages: a test sends texts and reads texts.

import Hull
import HullPersistence
import HullRuntime
import HullSync
import HullTesting
import HullValues
import Synchronization
import Testing

/// What a server sent.
enum WireEvent: Sendable, Equatable {
  case message(String)
  case close(code: UInt16?, reason: String)
}

/// One connection, in the process, over a real worker.
///
/// Whatever arrives is checked by ``WireRules``; what breaks them is in ``violations``.
final class Wire: Sendable {
  let loop: LocalLoop
  let worker: SyncWorker
  let transport = WireTransport()
  let mailbox: SyncMailbox
  private let querySet = Mutex<UInt32>(0)

  /// Makes a connection; on the event loop of `neighbour`, if there is one.
  init(
    _ backend: Backend,
    limits: SessionLimits,
    takesChunks: Bool,
    auditor: TransitionAuditor?,
    beside neighbour: Wire? = nil
  ) {
    let loop = neighbour?.loop ?? LocalLoop()
    self.loop = loop
    mailbox = neighbour?.mailbox ?? SyncMailbox { body in loop.execute(body) }
    worker = SyncWorker(
      backend: backend,
      mailbox: mailbox,
      client: ClientInfo(),
      takesChunks: takesChunks,
      limits: limits,
      auditor: auditor
    )
  }

  func open() async {
    let (worker, transport) = (worker, transport)
    await loop.run { worker.opened(transport) }
  }

  // MARK: Sending

  func send(_ text: String) async { await send(Array(text.utf8)) }

  func send(_ text: [UInt8]) async {
    let worker = worker
    await loop.run { worker.received(text: text) }
  }

  func sendBinary() async {
    let worker = worker
    await loop.run { worker.receivedBinary() }
  }

  func connect(
    _ session: String = "7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11",
    maxObserved: Timestamp? = nil
  ) async {
    let seen = maxObserved.map { #","maxObservedTimestamp":"\#($0.text)""# } ?? ""
    await send(
      #"{"type":"Connect","sessionId":"\#(session)","connectionCount":0,"lastCloseReason":null\#(seen)}"#
    )
  }

  /// Changes the query set by modifications in JSON.
  func modify(_ modifications: String...) async {
    let base = querySet.withLock { version in
      defer { version += 1 }
      return version
    }
    await send(
      """
      {"type":"ModifyQuerySet","baseVersion":\(base),"newVersion":\(base + 1),\
      "modifications":[\(modifications.joined(separator: ","))]}
      """
    )
  }

  func add(
    _ id: Int,
    _ path: String,
    _ args: String = "[{}]",
    journal: String? = nil
  ) async {
    await modify(Self.add(id, path, args, journal: journal))
  }

  static func add(
    _ id: Int,
    _ path: String,
    _ args: String = "[{}]",
    journal: String? = nil
  ) -> String {
    let journal = journal.map { #","journal":\#(JSONValue.string($0))"# } ?? ""
    return #"{"type":"Add","queryId":\#(id),"udfPath":"\#(path)","args":\#(args)\#(journal)}"#
  }

  static func remove(_ id: Int) -> String { #"{"type":"Remove","queryId":\#(id)}"# }

  func mutation(_ id: Int, _ path: String, _ args: String = "[{}]") async {
    await send(#"{"type":"Mutation","requestId":\#(id),"udfPath":"\#(path)","args":\#(args)}"#)
  }

  func action(_ id: Int, _ path: String, _ args: String = "[{}]") async {
    await send(#"{"type":"Action","requestId":\#(id),"udfPath":"\#(path)","args":\#(args)}"#)
  }

  func authenticate(_ base: Int, token: String?) async {
    let token = token.map { #""tokenType":"User","value":"\#($0)""# } ?? #""tokenType":"None""#
    await send(#"{"type":"Authenticate","baseVersion":\#(base),\#(token)}"#)
  }

  // MARK: The socket

  func tick() async {
    let worker = worker
    await loop.run { worker.tick() }
  }

  /// Says how many messages the client has not taken.
  func setQueued(_ count: Int) async {
    let (worker, transport) = (worker, transport)
    await loop.run {
      transport.queuedMessages = count
      if count == 0 { worker.drained() }
    }
  }

  /// The connection is gone.
  func drop() async {
    let worker = worker
    await loop.run { worker.closed() }
  }

  // MARK: Receiving

  /// What has arrived and has not been read.
  var unread: [WireEvent] { transport.inbox.unread }

  /// What the server did that it must not do.
  var violations: [String] { transport.inbox.violations }

  func next() async -> WireEvent { await transport.inbox.next() }

  struct Unexpected: Error, CustomStringConvertible {
    var description: String
  }

  func text() async throws -> String {
    switch await next() {
    case .message(let text): return text
    case .close(let code, let reason):
      throw Unexpected(description: "closed with \(code.map(String.init) ?? "no code") \(reason)")
    }
  }

  func message() async throws -> JSONValue {
    try JSONParser().json(Array(try await text().utf8))
  }

  /// The next message, which must be of a type.
  func message(_ type: String) async throws -> JSONValue {
    let message = try await message()
    guard message["type"]?.string == type else {
      throw Unexpected(description: "expected \(type), received \(message)")
    }
    return message
  }

  func transition() async throws -> WireTransition {
    try WireTransition(try await message("Transition"))
  }

  /// Reads Transitions up to one that satisfies a condition.
  func transition(until isLast: (WireTransition) throws -> Bool) async throws -> WireTransition {
    while true {
      let transition = try await transition()
      if try isLast(transition) { return transition }
    }
  }

  func close() async throws -> WireEvent {
    let event = await next()
    guard case .close = event else {
      throw Unexpected(description: "expected a close, received \(event)")
    }
    return event
  }

  /// Sends an empty change of the query set and reads everything up to the Transition with it.
  func sync() async throws -> [JSONValue] {
    await modify()
    let version = querySet.withLock { $0 }
    var messages: [JSONValue] = []
    while true {
      let message = try await message()
      messages.append(message)
      if message["endVersion"]?["querySet"]?.integer == Int64(version) { return messages }
    }
  }
}

/// One Transition.
struct WireTransition: CustomStringConvertible {
  struct Version: Equatable {
    var querySet: Int64
    var identity: Int64
    var timestamp: Timestamp
  }

  let json: JSONValue
  let start: Version
  let end: Version
  let modifications: [JSONValue]

  init(_ json: JSONValue) throws {
    self.json = json
    start = try Version(json["startVersion"])
    end = try Version(json["endVersion"])
    modifications = try #require(json["modifications"]?.array)
  }

  /// The modification of one query.
  subscript(id: Int) -> JSONValue? {
    modifications.first { $0["queryId"]?.integer == Int64(id) }
  }

  /// Which queries have modifications.
  var ids: [Int] { modifications.compactMap { $0["queryId"]?.integer.map(Int.init) } }

  var description: String { json.description }
}

extension WireTransition.Version {
  init(_ json: JSONValue?) throws {
    querySet = try #require(json?["querySet"]?.integer)
    identity = try #require(json?["identity"]?.integer)
    timestamp = try Timestamp(text: try #require(json?["ts"]?.string))
  }
}

/// The socket's side of a wire; used on its loop only, except for the inbox.
///
/// `@unchecked Sendable`: its variables are touched on the loop.
final class WireTransport: SyncTransport, @unchecked Sendable {
  let inbox = Inbox()
  var queuedMessages = 0
  /// Called after each message.
  var onSend: (() -> Void)?

  func send(_ message: [UInt8]) {
    inbox.put(.message(String(decoding: message, as: UTF8.self)))
    onSend?()
  }

  func close(code: UInt16?, reason: String) { inbox.put(.close(code: code, reason: reason)) }
}

/// What has arrived, checked on arrival.
final class Inbox: Sendable {
  private struct State {
    var events: [WireEvent] = []
    var waiting: [CheckedContinuation<WireEvent, Never>] = []
    var rules = WireRules()
  }

  /// Guards what has arrived and who waits for it.
  private let state = Mutex(State())

  var unread: [WireEvent] { state.withLock { $0.events } }
  var violations: [String] { state.withLock { $0.rules.violations } }

  func put(_ event: WireEvent) {
    let waiter = state.withLock { state in
      state.rules.check(event)
      if state.waiting.isEmpty {
        state.events.append(event)
        return nil as CheckedContinuation<WireEvent, Never>?
      }
      return state.waiting.removeFirst()
    }
    waiter?.resume(returning: event)
  }

  /// The next event; a close if the test is cancelled, as one is that takes too long.
  func next() async -> WireEvent {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let event: WireEvent? = state.withLock { state in
          if !state.events.isEmpty { return state.events.removeFirst() }
          if Task.isCancelled { return Self.cancelled }
          state.waiting.append(continuation)
          return nil
        }
        if let event { continuation.resume(returning: event) }
      }
    } onCancel: {
      let waiting = state.withLock { state in
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in waiting { continuation.resume(returning: Self.cancelled) }
    }
  }

  private static let cancelled = WireEvent.close(code: nil, reason: "the test was cancelled")
}

/// What holds for every message of every connection (spec/sync-protocol.md 4, 5, 7.3, 14).
struct WireRules {
  private var version = WireTransition.Version(querySet: 0, identity: 0, timestamp: .zero)
  private var answered: Set<Int64> = []
  private var isClosed = false
  private(set) var violations: [String] = []

  mutating func check(_ event: WireEvent) {
    if isClosed { violations.append("after the end: \(event)") }
    switch event {
    case .close(let code, let reason):
      isClosed = true
      if reason.utf8.count > 123 { violations.append("a reason of \(reason.utf8.count) bytes") }
      if code == nil, !reason.isEmpty { violations.append("a reason without a code") }
    case .message(let text):
      do {
        try check(try JSONParser().json(Array(text.utf8)))
      } catch {
        violations.append("\(error): \(text.prefix(300))")
      }
    }
  }

  private struct Broken: Error {
    var rule: String
  }

  private mutating func check(_ message: JSONValue) throws {
    switch message["type"]?.string {
    case "Transition": try check(transition: message)
    case "MutationResponse", "ActionResponse":
      guard let id = message["requestId"]?.integer, message["logLines"]?.array != nil else {
        throw Broken(rule: "an incomplete response")
      }
      guard answered.insert(id).inserted else { throw Broken(rule: "request \(id) answered twice") }
      guard message["success"]?.bool == true, message["type"] == "MutationResponse" else { return }
      _ = try Timestamp(text: message["ts"]?.string ?? "")
    case "TransitionChunk", "AuthError", "FatalError", "Ping": break
    default: throw Broken(rule: "unknown message")
    }
  }

  private mutating func check(transition message: JSONValue) throws {
    let transition = try WireTransition(message)
    guard transition.start == version else { throw Broken(rule: "the chain is broken") }
    let end = transition.end
    guard end.querySet >= version.querySet, end.identity >= version.identity,
      end.timestamp >= version.timestamp
    else { throw Broken(rule: "a Transition goes back") }
    version = end
    guard message["serverTs"]?.integer != nil, message.object?["clientClockSkew"] != nil else {
      throw Broken(rule: "an incomplete Transition")
    }
    let ids = transition.ids
    guard ids == Set(ids).sorted(), ids.count == transition.modifications.count else {
      throw Broken(rule: "modifications are not in order")
    }
    for modification in transition.modifications {
      guard let members = modification.object else { throw Broken(rule: "no modification") }
      switch modification["type"]?.string {
      case "QueryUpdated":
        guard members["value"] != nil, members["logLines"]?.array != nil, members["journal"] != nil
        else { throw Broken(rule: "an incomplete QueryUpdated") }
      case "QueryFailed":
        guard members["errorMessage"]?.string != nil, members["logLines"]?.array != nil,
          members["journal"] != nil
        else { throw Broken(rule: "an incomplete QueryFailed") }
      case "QueryRemoved": break
      default: throw Broken(rule: "an unknown modification")
      }
    }
  }
}
