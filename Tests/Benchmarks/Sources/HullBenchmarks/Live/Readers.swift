// Clients that are shown every write.

import BenchmarkSupport
import NIOConcurrencyHelpers
import NIOCore
import Synchronization

/// Clients of Hull that each subscribe to one query.
struct Readers {
  /// Arrives once for all of them.
  let gathering: Gathering
  private let clients: [SocketClient]
  private let size: NIOLockedValueBox<Int>
  private let last: LastNote

  /// Knows when all clients have been shown the note that ends a load.
  private final class LastNote: Sendable {
    static let number = -7.5
    private static let text = Array(#""number":-7.5"#.utf8)
    /// Looked for only when it is due, since looking takes time.
    let isDue = Atomic(false)
    let gathering: Gathering

    init(count: Int) { gathering = Gathering(count: count, of: "sights of the last note") }

    func look(in text: ByteBuffer) {
      guard isDue.load(ordering: .relaxed) else { return }
      if text.readableBytesView.firstRange(of: Self.text) != nil { gathering.arrive() }
    }
  }

  /// Connects clients and waits for their first results.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - path: The query.
  ///   - arguments: The arguments of each, as JSON.
  ///   - port: The server's.
  ///   - group: The event loops of the clients.
  /// - Returns: The clients.
  /// - Throws: What keeps them from connecting.
  static func subscribe(
    _ count: Int,
    to path: String,
    _ arguments: (Int) -> String,
    on port: Int,
    _ group: any EventLoopGroup
  ) async throws -> Readers {
    let gathering = Gathering(count: count)
    let size = NIOLockedValueBox(0)
    let last = LastNote(count: count)
    var clients: [SocketClient] = []
    for _ in 0..<count {
      let client = try await SocketClient.open(port, "/api/sync", on: group) { text in
        size.withLockedValue { $0 = text.readableBytes }
        gathering.arrive()
        last.look(in: text)
      }
      clients.append(client)
    }
    try await gathering.round {
      for (reader, client) in clients.enumerated() {
        client.subscribe(to: path, [arguments(reader)])
      }
    }
    return Readers(gathering: gathering, clients: clients, size: size, last: last)
  }

  /// The length of the last message.
  var payloadBytes: Int { size.withLockedValue { $0 } }

  /// Messages per second that reach all of them together while 16 clients write over HTTP, and how
  /// many mutations of these are answered.
  func rate(
    _ server: BackgroundProcess,
    seconds: Double
  ) async throws -> (updates: Double, mutations: Double) {
    let before = gathering.total
    let start = ContinuousClock.now
    let report = try server.load(
      "mutation",
      "notes:add",
      #"{"number":1{n},"text":"\#(BenchmarkRun.text)"}"#,
      connections: 16,
      seconds: seconds
    )
    let rate = Double(gathering.total - before) / (ContinuousClock.now - start).inSeconds
    // What is still on its way belongs to no later round: shown the last note, a client has been shown
    // all others or will not be.
    last.isDue.store(true, ordering: .relaxed)
    let arguments = #"{"number":\#(LastNote.number),"text":""}"#
    try server.call("mutation", "notes:add", arguments)
    try await last.gathering.wait()
    last.isDue.store(false, ordering: .relaxed)
    gathering.clear()
    return (rate, report.perSecond)
  }

  func close() async throws { for client in clients { try await client.close() } }
}
