// Signs of life, slow clients and long Transitions (spec/sync-protocol.md 4.2, 11).

import Hull
import HullPersistence
import HullRuntime
import HullSync
import HullTesting
import HullValues
import Testing

@Suite(.timeLimit(.minutes(1))) struct LivenessTests {
  private let notes = Notes()

  // MARK: Pings

  @Test func `after fifteen seconds without a message there is a Ping`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    server.time.advance(by: .seconds(14))
    await wire.tick()
    #expect(wire.unread == [])
    server.time.advance(by: .seconds(1))
    await wire.tick()
    #expect(wire.unread == [.message(#"{"type":"Ping"}"#)])
    await wire.tick()
    #expect(wire.unread.count == 1)
    server.time.advance(by: .seconds(15))
    await wire.tick()
    #expect(wire.unread.count == 2)
  }

  @Test func `other messages put the Ping off`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    for _ in 0..<4 {
      server.time.advance(by: .seconds(10))
      await wire.tick()
      #expect(try await wire.sync().count == 1)
    }
    #expect(wire.unread == [])
  }

  @Test func `a closed connection is not pinged`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.sendBinary()
    _ = try await wire.close()
    server.time.advance(by: .seconds(60))
    await wire.tick()
    #expect(wire.unread == [])
    #expect(wire.violations == [])
  }

  // MARK: Slow clients

  @Test func `a slow client gets fewer Transitions and ends at the newest state`() async throws {
    let server = try await notes.backend()
    let slow = await server.wire()
    let quick = await server.wire()
    for wire in [slow, quick] {
      await wire.connect()
      await wire.add(0, "m:count")
      _ = try await wire.transition()
    }
    await slow.setQueued(2)
    for number in 1...50 {
      try await server.run("add", .mutation)
      _ = try await quick.transition { $0[0]?["value"]?.number == Double(number) }
    }
    await slow.loop.run {}
    #expect(slow.unread == [])
    // Answers are not held back.
    await slow.mutation(0, "m:nothing")
    #expect(try await slow.message("MutationResponse")["success"] == true)
    #expect(slow.unread == [])
    await slow.setQueued(0)
    let transition = try await slow.transition()
    #expect(transition[0]?["value"]?.number == 50)
    #expect(transition.end.timestamp == server.backend.latestTimestamp)
    #expect(try await slow.sync().count <= 2)
    #expect(slow.violations == [])
  }

  @Test func `one unsent message holds nothing back`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.setQueued(1)
    await wire.add(0, "m:count")
    #expect(try await wire.transition()[0]?["value"] == 0.0)
  }

  // MARK: Pieces

  @Test(arguments: [true, false])
  func `a long Transition comes in pieces, to clients that know about them`(
    takesChunks: Bool
  ) async throws {
    let text = String(repeating: "ü\"😀x", count: 100)
    let server = try await notes.backend { m in m.query("long") { _, _ in text } }
    var limits = SessionLimits()
    limits.largestTransition = 100
    let wire = await server.wire(limits: limits, takesChunks: takesChunks)
    await wire.add(0, "m:long")
    guard takesChunks else {
      #expect(try await wire.transition()[0]?["value"] == .string(text))
      return
    }
    var whole = ""
    var part: Int64 = 0
    while true {
      let piece = try await wire.message("TransitionChunk")
      #expect(piece["partNumber"] == .integer(part))
      let chunk = try #require(piece["chunk"]?.string)
      #expect(chunk.utf8.count <= 100)
      whole += chunk
      part += 1
      if piece["totalParts"] == .integer(part) {
        #expect(piece["transitionId"]?.string == String(whole.utf8.count))
        break
      }
    }
    let transition = try WireTransition(try JSONParser().json(Array(whole.utf8)))
    #expect(transition[0]?["value"] == .string(text))
    #expect(transition.start.timestamp == .zero)
  }

  @Test func `a Transition of the longest length goes whole, one byte more does not`()
    async throws
  {
    let server = try await notes.backend()
    let probe = await server.wire()
    await probe.add(0, "m:list")
    let length = try await probe.text().utf8.count
    for (limit, isWhole) in [(length, true), (length - 1, false)] {
      var limits = SessionLimits()
      limits.largestTransition = limit
      let wire = await server.wire(limits: limits, takesChunks: true)
      await wire.add(0, "m:list")
      #expect(try await wire.message()["type"] == (isWhole ? "Transition" : "TransitionChunk"))
    }
  }
}
