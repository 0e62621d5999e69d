// A connection between a client and the backend, which may break at any moment.

import HullRuntime
import HullSync

/// Carries messages in order, each after a while, until it is cut: then what is under way is lost,
/// and each side hears of it in its own time.
///
/// `@unchecked Sendable`: everything happens on the simulation's one thread.
final class Connection: SyncTransport, @unchecked Sendable {
  private enum Packet {
    case message([UInt8])
    case close(reason: String)
  }

  /// Why a connection has ended, if the server did not end it.
  static let (cut, crash) = ("cut", "crash")

  let number: Int
  private unowned let simulation: Simulation
  private unowned let client: SyncClient
  private var worker: SyncWorker?
  private var toServer: [[UInt8]] = []
  private var toClient: [Packet] = []
  private var isCut = false
  private var clientKnowsOfEnd = false

  init(
    _ client: SyncClient,
    of simulation: Simulation,
    to backend: Backend,
    on loop: SimulatedLoop,
    number: Int
  ) {
    self.number = number
    self.client = client
    self.simulation = simulation
    let worker = SyncWorker(
      backend: backend,
      mailbox: loop.mailbox,
      client: ClientInfo(userAgent: "simulation"),
      takesChunks: false
    )
    self.worker = worker
    worker.opened(self)
  }

  // MARK: The server's side

  var queuedMessages: Int { toClient.count }

  func send(_ message: [UInt8]) { put(.message(message)) }

  func close(code: UInt16?, reason: String) {
    put(.close(reason: reason.isEmpty ? "closed with code \(code ?? 1005)" : reason))
    simulation.schedule.after(.zero) { [self] in endServerSide() }
  }

  private func put(_ packet: Packet) {
    if isCut { return }
    toClient.append(packet)
    simulation.schedule.after(simulation.latency()) { [self] in deliverToClient() }
  }

  private func endServerSide() {
    worker?.closed()
    worker = nil
  }

  /// Lets the session look at the clock.
  func tick() { worker?.tick() }

  // MARK: The client's side

  /// Sends a message of the client.
  func send(toServer message: [UInt8]) {
    if isCut { return }
    toServer.append(message)
    simulation.schedule.after(simulation.latency()) { [self] in deliverToServer() }
  }

  // MARK: On the way

  private func deliverToServer() {
    if isCut || toServer.isEmpty { return }
    let message = toServer.removeFirst()
    client.wasHeard = true
    simulation.trace(number, message, "client \(client.number) says")
    worker?.received(text: message)
  }

  private func deliverToClient() {
    if isCut || toClient.isEmpty { return }
    switch toClient.removeFirst() {
    case .message(let message):
      simulation.trace(number, message, "client \(client.number) hears")
      client.receive(message)
      worker?.drained()
    case .close(let reason): tellClient(reason)
    }
  }

  private func tellClient(_ reason: String) {
    if clientKnowsOfEnd { return }
    clientKnowsOfEnd = true
    isCut = true
    endServerSide()
    client.connectionLost(reason)
  }

  /// Breaks the connection.
  func cut() {
    if isCut { return }
    isCut = true
    (toServer, toClient) = ([], [])
    simulation.schedule.after(simulation.latency()) { [self] in endServerSide() }
    simulation.schedule.after(simulation.latency()) { [self] in tellClient(Self.cut) }
  }

  /// The server is gone.
  func serverCrashed() {
    isCut = true
    (toServer, toClient) = ([], [])
    endServerSide()
    simulation.schedule.after(simulation.latency()) { [self] in tellClient(Self.crash) }
  }
}
