// Whatever a client says, the server neither crashes nor breaks the chain of versions.

import Foundation
import Hull
import HullPersistence
import HullRuntime
import HullTesting
import HullValues
import TestRandomness
import Testing

@testable import HullSync
@testable import HullTesting

/// Reads what a worker sends as strictly as a client does.
///
/// `@unchecked Sendable`: used on one loop.
private final class ChainReader: SyncTransport, @unchecked Sendable {
  private var version = ServerText.Version(querySet: 0, identity: 0, timestamp: .zero)
  private(set) var violations: [String] = []
  private(set) var messages = 0
  private(set) var closes = 0
  /// Yields with the Transition that follows the answer to the mutation of ``awaited``, and at the close.
  let settled: AsyncStream<Void>
  private let settle: AsyncStream<Void>.Continuation
  /// The number of a mutation that was sent to wait for its answer.
  var awaited: UInt32?
  private var isAnswered = false

  init() { (settled, settle) = AsyncStream.makeStream() }

  var queuedMessages: Int { 0 }

  func send(_ message: [UInt8]) {
    messages += 1
    if closes > 0 { violations.append("a message after the close") }
    do {
      switch try ServerText(message) {
      case .transition(let transition):
        if transition.start != version { violations.append("\(transition.start) after \(version)") }
        version = transition.end
        if isAnswered { settle.yield() }
        isAnswered = false
      case .mutationResponse(let response) where response.id == awaited: isAnswered = true
      default: break
      }
    } catch {
      violations.append("\(error): \(String(decoding: message, as: UTF8.self))")
    }
  }

  func close(code: UInt16?, reason: String) {
    closes += 1
    settle.yield()
  }
}

@Suite(.timeLimit(.minutes(10))) struct SessionFuzzTests {
  /// Messages like those of clients, and some that no client sends.
  private struct Chatter {
    var random: SeededGenerator
    var querySet = 0
    var identity = 0

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    mutating func message() -> [UInt8] {
      var bytes = Array(sensible().utf8)
      guard below(15) == 0 else { return bytes }
      for _ in 0...below(3) where !bytes.isEmpty {
        let position = below(bytes.count)
        switch below(4) {
        case 0: bytes[position] = UInt8(below(256))
        case 1: bytes.remove(at: position)
        case 2: bytes.insert(UInt8(below(256)), at: position)
        default: bytes.removeLast(min(bytes.count, below(20)))
        }
      }
      return bytes
    }

    private mutating func sensible() -> String {
      switch below(9) {
      case 0:
        return #"{"type":"Connect","sessionId":"00000000-0000-4000-8000-00000000000"#
          + #"\#(below(10))","connectionCount":\#(below(5)),"clientTs":\#(below(1_000_000))}"#
      case 1...4:
        let base = below(12) == 0 ? below(5) : querySet
        querySet = base + 1 + below(2)
        let changes = (0..<below(4)).map { _ in
          below(3) == 0
            ? #"{"type":"Remove","queryId":\#(below(8))}"#
            : #"{"type":"Add","queryId":\#(below(200)),"udfPath":"\#(path())","args":\#(args())}"#
        }
        return #"{"type":"ModifyQuerySet","baseVersion":\#(base),"newVersion":\#(querySet),"#
          + #""modifications":[\#(changes.joined(separator: ","))]}"#
      case 5, 6:
        return #"{"type":"Mutation","requestId":\#(below(1000)),"udfPath":"\#(path())","#
          + #""args":\#(args())}"#
      case 7:
        return #"{"type":"Action","requestId":\#(below(1_000_000)),"udfPath":"\#(path())","#
          + #""args":\#(args())}"#
      default:
        defer { identity += 1 }
        return #"{"type":"Authenticate","baseVersion":\#(identity),"tokenType":"#
          + ["\"None\"}", "\"User\",\"value\":\"x.y.z\"}", "\"Admin\",\"value\":\"x|y\"}"][
            below(8) == 0 ? 1 + below(2) : 0
          ]
      }
    }

    private mutating func path() -> String {
      [
        "counter:read", "counter:add", "notes:room", "people:me", "counter:addTwice", "later:list",
        "no:such", "a.txt:b", "", "notes.ts:strict",
      ][below(10)]
    }

    private mutating func args() -> String {
      ["[{}]", #"[{"room":"a"}]"#, "[]", "{}", "[1,2]", #"[{"$x":1}]"#][below(6)]
    }
  }

  /// Waits until the server has answered what it was sent, or has closed the connection.
  private func settle(
    _ worker: SyncWorker,
    _ reader: ChainReader,
    on loop: LocalLoop,
    number: UInt32
  ) async {
    // Mutations run in order, and a Transition follows the answer to each.
    let last =
      #"{"type":"Mutation","requestId":\#(number),"udfPath":"counter:add","args":[{}]}"#
    let isOpen = await loop.run {
      guard reader.closes == 0 else { return false }
      reader.awaited = number
      worker.received(text: Array(last.utf8))
      return true
    }
    if isOpen { for await _ in reader.settled { break } }
  }

  @Test func `random conversations never break the chain of versions`() async throws {
    let seed =
      ProcessInfo.processInfo.environment["HULL_SEED"].flatMap { UInt64($0) }
      ?? UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    let t = try await Board.backend()
    var (messages, closes) = (0, 0)
    for round in 0..<300 {
      var chatter = Chatter(random: SeededGenerator(seed: seed &+ UInt64(round)))
      let loop = LocalLoop()
      let reader = ChainReader()
      let mailbox = SyncMailbox { body in loop.execute(body) }
      let worker = SyncWorker(
        backend: t.session.backend,
        mailbox: mailbox,
        client: ClientInfo(),
        takesChunks: false,
        auditor: t.session.auditor
      )
      await loop.run { worker.opened(reader) }
      for number in 0..<40 {
        let message = chatter.message()
        await loop.run {
          // Like a socket, the transport brings nothing once it is to be closed, and only UTF-8.
          guard reader.closes == 0, String(validating: message, as: UTF8.self) != nil else {
            return
          }
          worker.received(text: message)
        }
        // Most clients listen now and then; some say all at once.
        if round % 5 != 0, chatter.below(3) == 0 {
          await settle(worker, reader, on: loop, number: 1_000_000 + UInt32(number))
        }
      }
      let found = await loop.run {
        worker.closed()
        return (reader.violations, reader.messages, reader.closes)
      }
      #expect(found.0 == [], "round \(round), seed \(seed)")
      messages += found.1
      closes += found.2
    }
    print("\(messages) messages, \(closes) closes")
    #expect(messages > 800)
    #expect(closes > 30)
    await t.session.auditor.settle()
    #expect(t.findings.discrepancies == [], "seed \(seed)")
  }
}
