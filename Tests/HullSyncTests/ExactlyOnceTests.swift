// A mutation happens once, wherever the connection breaks.

import Hull
import HullTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct ExactlyOnceTests {
  /// Cuts the connection once after so many messages of one side, and connects again.
  @Test(arguments: 0..<6, [true, false])
  func `a mutation whose connection is cut at any message happens once`(
    messages: Int,
    isClients: Bool
  ) async throws {
    let t = try await Board.backend()
    let connection = await t.connect()
    let live = try await connection.subscribe("counter:read")
    await connection.breakAfter(
      sending: isClients ? messages : nil,
      receiving: isClients ? nil : messages
    )
    async let first = connection.mutation("counter:add")
    async let second = connection.mutation("counter:add")
    // The cut is felt when a message meets it; a cut that comes too late meets none.
    await connection.untilIdleOrBroken()
    await connection.breakAfter()
    await connection.reconnect()
    let values = try await [first, second]
    #expect(values.sorted { "\($0)" < "\($1)" } == [1, 2])
    try await connection.settle()
    #expect(try live.value == 2)
    #expect(try await t.query(Counting.$read) == 2)
    #expect(await connection.violations == [])
  }

  @Test func `cuts at every boundary one after the other move the counter once each`() async throws
  {
    let t = try await Board.backend()
    let connection = await t.connect()
    _ = try await connection.subscribe("counter:read")
    for round in 1...12 {
      await connection.breakAfter(
        sending: round % 2 == 0 ? round / 4 : nil,
        receiving: round % 2 == 1 ? round / 4 : nil
      )
      async let value = connection.mutation("counter:add")
      await connection.untilIdleOrBroken()
      await connection.breakAfter()
      await connection.reconnect()
      #expect(try await value == .float64(Double(round)))
    }
    #expect(try await t.query(Counting.$read) == 12)
    #expect(await connection.violations == [])
  }

  @Test func `a mutation that failed runs again when it is sent again`() async throws {
    let t = try await Board.backend()
    let connection = await t.connect()
    try await connection.settle()
    // The refusal is lost on the way.
    await connection.breakAfter(sending: 1)
    async let value = connection.mutation("counter:addIfNotZero")
    await connection.untilBroken()
    try await t.mutation(Counting.$add)
    await connection.reconnect()
    #expect(try await value == 2)
  }

  @Test func `an action that was sent is not sent again`() async throws {
    let t = try await Board.backend()
    let connection = await t.connect()
    await connection.breakAfter(sending: 1)
    let action = Task { try await connection.action("counter:addTwice") }
    await connection.untilBroken()
    await connection.reconnect()
    await #expect(throws: ConnectionLost.self) { try await action.value }
  }
}
