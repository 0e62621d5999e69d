// A client with a sync session, which survives its connections.

import HullPersistence
import HullRuntime
import HullSync
import HullTesting
import HullValues

/// A client as the official ones are: it resubscribes and sends again what was not answered, and is
/// as strict with what it hears.
///
/// `@unchecked Sendable`: everything happens on the simulation's one thread.
final class SyncClient: @unchecked Sendable {
  private struct Held {
    var question: Question
    /// From which query set on the server must know of it.
    var querySet: UInt32
    var value: ConvexValue?
    var journal: String?
    /// Where a page ends, from its first value on.
    var end: ItemPage.End?
  }

  private struct Request {
    var operation: Int
    var text: [UInt8]
    var firstConnection: Int?
    /// The commit it was told of, if it was.
    var commit: Timestamp?
  }

  let number: Int
  private unowned let simulation: Simulation
  private let sessionID: SessionID
  private var stepsLeft: Int
  /// Whether it is gone for good, whatever it waited for.
  private(set) var isGone = false
  /// Whether the server has heard of it.
  var wasHeard = false

  private var connection: Connection?
  private var connectionCount: UInt32 = 0
  private var lastCloseReason = "InitialConnect"
  private var maxObserved: Timestamp?
  private var version = ServerText.Version.initial
  private var sentQuerySet: UInt32 = 0

  private var queries: [QueryID: Held] = [:]
  private var nextQuery: QueryID = 0
  private var requests: [RequestSequenceNumber: Request] = [:]
  private var nextRequest: RequestSequenceNumber = 0
  /// The operation of every request there was.
  private var operations: [RequestSequenceNumber: Int] = [:]

  private static let mostQueries = 4

  init(_ simulation: Simulation, number: Int, steps: Int, sessionID: SessionID) {
    self.simulation = simulation
    self.number = number
    self.sessionID = sessionID
    stepsLeft = steps
  }

  private var name: String { "client \(number)" }

  /// Whether it wants nothing more, and has what it asked for.
  var isDone: Bool { stepsLeft == 0 && unfinished == nil }

  /// Whether the server has heard of it, and it wants more.
  var isAtWork: Bool { wasHeard && !isDone }

  /// What it still waits for; nil for nothing.
  var unfinished: String? {
    if isGone { return nil }
    if connection == nil { return "\(name) has no connection" }
    if !requests.isEmpty { return "\(name) waits for requests \(requests.keys.sorted())" }
    if version.querySet != sentQuerySet { return "\(name) waits for query set \(sentQuerySet)" }
    return nil
  }

  /// What it shows now: what its queries return, if there is nothing new.
  var shown: [(question: Question, value: ConvexValue?, end: ItemPage.End?)] {
    if isGone { return [] }
    return queries.sorted { $0.key < $1.key }.map(\.value).map { ($0.question, $0.value, $0.end) }
  }

  // MARK: What it does

  /// Does the next thing, and goes on after a while.
  func step() {
    guard stepsLeft > 0 else { return }
    stepsLeft -= 1
    switch simulation.chance.below(20) {
    case 0...5 where queries.count < Self.mostQueries: subscribe(simulation.workload.question())
    case 6, 7: unsubscribe()
    case 8 where simulation.plan.cutsPerMille > 0: connection?.cut()
    case 9 where simulation.plan.clientsLeave: leave()
    default: mutate()
    }
    simulation.schedule.after(simulation.thinking()) { [self] in step() }
  }

  private func leave() {
    isGone = true
    stepsLeft = 0
    connection?.cut()
    simulation.note("\(name) is gone")
  }

  private func subscribe(_ question: Question) {
    let id = nextQuery
    nextQuery += 1
    let (path, arguments) = question.call
    queries[id] = Held(question: question, querySet: sentQuerySet + 1)
    modify(adding: [.init(id: id, path: path, arguments: .object(arguments), journal: nil)])
  }

  private func unsubscribe() {
    guard let id = queries.keys.min() else { return }
    queries[id] = nil
    modify(removing: [id])
  }

  private func modify(adding: [ClientText.Add] = [], removing: [QueryID] = []) {
    guard connection != nil else { return }
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

  private func mutate() {
    let operation = simulation.begin(.session(client: number))
    let id = nextRequest
    nextRequest += 1
    operations[id] = operation.number
    let (path, arguments) = operation.operation.call(as: operation.number)
    requests[id] = Request(
      operation: operation.number,
      text: ClientText.call("Mutation", id, path, .object(arguments))
    )
    sendRequest(id)
  }

  private func sendRequest(_ id: RequestSequenceNumber) {
    guard let connection, let request = requests[id] else { return }
    if request.firstConnection == nil { requests[id]?.firstConnection = connection.number }
    send(request.text)
  }

  private func send(_ text: [UInt8]) {
    connection?.send(toServer: text)
    if simulation.cutsNow() { connection?.cut() }
  }

  // MARK: The connection

  /// Connects, once there is a server.
  func connect() {
    guard connection == nil, !isGone else { return }
    guard let connection = simulation.connection(for: self) else {
      simulation.schedule.after(.milliseconds(50)) { [self] in connect() }
      return
    }
    self.connection = connection
    version = .initial
    send(
      ClientText.connect(
        sessionID,
        connectionCount: connectionCount,
        lastCloseReason: lastCloseReason,
        maxObserved: maxObserved
      )
    )
    connectionCount += 1
    sentQuerySet = 1
    let ids = queries.keys.sorted()
    for id in ids { queries[id]?.querySet = 1 }
    let adding = ids.compactMap { id -> ClientText.Add? in
      guard let held = queries[id] else { return nil }
      let (path, arguments) = held.question.call
      return .init(id: id, path: path, arguments: .object(arguments), journal: held.journal)
    }
    send(ClientText.modifyQuerySet(from: 0, to: 1, adding: adding))
    // Answered ones too, if no Transition has shown them: this connection's first one may not.
    for id in requests.keys.sorted() { sendRequest(id) }
  }

  /// Hears that the connection is gone.
  func connectionLost(_ reason: String) {
    connection = nil
    lastCloseReason = reason
    simulation.note("\(name) has lost its connection: \(reason)")
    if reason != Connection.cut, reason != Connection.crash, simulation.plan.faultsPerMille == 0 {
      simulation.report(
        Violation("\(name) was disconnected, and nothing went wrong: \(reason)")
      )
    }
    simulation.schedule.after(simulation.chance.pause(upTo: 200)) { [self] in connect() }
  }

  // MARK: What it hears

  func receive(_ text: [UInt8]) {
    if isGone { return }
    do {
      switch try ServerText(text) {
      case .transition(let transition): try apply(transition)
      case .mutationResponse(let response): try apply(response)
      case .actionResponse, .authError:
        throw Violation("\(name) was sent \(String(decoding: text, as: UTF8.self))")
      case .fatalError(let message):
        throw Violation("\(name) was told of a fatal error: \(message)")
      case .ping: break
      }
    } catch let violation as Violation {
      simulation.report(violation)
    } catch {
      simulation.report(Violation("\(name) was sent what it cannot read: \(error)"))
    }
  }

  private func apply(_ transition: ServerText.Transition) throws {
    let end = transition.end
    guard transition.start == version else {
      throw Violation("a Transition starts at \(transition.start), \(name) is at \(version)")
    }
    guard end.querySet >= version.querySet, end.timestamp >= version.timestamp else {
      throw Violation("a Transition takes \(name) back from \(version) to \(end)")
    }
    version = end
    maxObserved = max(maxObserved ?? .zero, end.timestamp)
    simulation.see(end.timestamp)
    for (id, modification) in transition.modifications {
      switch modification {
      case .updated(let value, let journal, _):
        queries[id]?.value = value
        queries[id]?.journal = journal
      case .failed(let error, _, _):
        throw Violation("a query of \(name) failed: \(error.message)")
      case .removed: break
      }
    }
    for (id, held) in queries.sorted(by: { $0.key < $1.key }) where held.querySet <= end.querySet {
      guard let value = held.value else {
        throw Violation("a Transition leaves \(name) without the result of \(held.question)")
      }
      simulation.observe(
        .answer(held.question, value, end: held.end),
        at: end.timestamp,
        by: name
      )
      if held.end == nil, case .page = held.question { queries[id]?.end = ItemPage(value)?.end }
    }
    for (id, request) in requests {
      if let commit = request.commit, commit <= end.timestamp { requests[id] = nil }
    }
  }

  private func apply(_ response: ServerText.Response) throws {
    guard let operation = operations[response.id] else {
      throw Violation("\(name) was answered request \(response.id), which it has not made")
    }
    switch response.result {
    case .success(let value):
      guard let timestamp = response.timestamp else {
        throw Violation("\(name) was told of success without a commit")
      }
      if timestamp <= version.timestamp, let request = requests[response.id],
        request.firstConnection == connection?.number
      {
        throw Violation("\(name) was shown a commit before it was told of it")
      }
      // Also if it was answered before: the answer must be the same.
      simulation.acknowledge(operation, value, timestamp)
      requests[response.id]?.commit = timestamp
      maxObserved = max(maxObserved ?? .zero, timestamp)
    case .failure(let error):
      guard let data = error.data else {
        throw Violation("an operation of \(name) failed: \(error.message)")
      }
      simulation.refuse(operation, data, by: name)
      requests[response.id] = nil
    }
  }
}
