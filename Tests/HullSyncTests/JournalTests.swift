// Pages that keep their ends (spec/sync-protocol.md 6, 13.4).

import Hull
import HullPersistence
import HullRuntime
import HullSync
import HullValues
import Testing

@Suite(.timeLimit(.minutes(1))) struct JournalTests {
  private func server(_ persistence: any Persistence = InMemoryPersistence()) async throws
    -> SyncBackend
  {
    let schema = SchemaDefinition(
      tables: [
        TableDefinition(
          name: "messages",
          indexes: [IndexDefinition(name: "by_rank", fields: ["rank"])]
        )
      ]
    )
    return try await SyncBackend(schema: schema, persistence: persistence) { m in
      m.query("page") { ctx, args in
        let options = try PaginationOptions(convexValue: args["paginationOpts"] ?? .null)
        return try await ctx.db.query("messages").withIndex("by_rank").paginate(options)
          .map { $0["body"] ?? .null }
      }
      m.mutation("insert") { ctx, args in _ = try await ctx.db.insert("messages", args) }
    }
  }

  private func insert(_ body: String, _ rank: Double, _ server: SyncBackend) async throws {
    try await server.run("insert", .mutation, ["body": .string(body), "rank": .float64(rank)])
  }

  private func options(_ cursor: String?) -> String {
    let cursor = cursor.map { JSONValue.string($0).description } ?? "null"
    return #"[{"paginationOpts":{"cursor":\#(cursor),"id":1,"numItems":2}}]"#
  }

  @Test func `13.4: pages stay gapless live, and after a reconnect with journals`() async throws {
    let server = try await server()
    for (rank, body) in ["A", "B", "C", "D", "E"].enumerated() {
      try await insert(body, Double(rank), server)
    }
    let wire = await server.wire()
    await wire.connect()
    await wire.add(1, "m:page", options(nil))
    let first = try #require(try await wire.transition()[1])
    #expect(first["value"]?["page"] == ["A", "B"])
    #expect(first["value"]?["isDone"] == false)
    let cursor = try #require(first["value"]?["continueCursor"]?.string)
    let endOfFirst = try #require(first["journal"]?.string)
    await wire.add(2, "m:page", options(cursor))
    let second = try #require(try await wire.transition()[2])
    #expect(second["value"]?["page"] == ["C", "D"])
    let endOfSecond = try #require(second["journal"]?.string)
    try await insert("A'", 0.5, server)
    let grown = try await wire.transition()
    #expect(grown.ids == [1])
    #expect(grown[1]?["value"]?["page"] == ["A", "A'", "B"])
    #expect(grown[1]?["value"]?["continueCursor"]?.string == cursor)
    #expect(grown[1]?["journal"]?.string == endOfFirst)
    await wire.drop()
    // What happens meanwhile is on the page it belongs to.
    try await insert("B'", 0.75, server)
    try await insert("C'", 2.5, server)
    let again = await server.wire()
    await again.connect()
    await again.modify(
      Wire.add(1, "m:page", options(nil), journal: endOfFirst),
      Wire.add(2, "m:page", options(cursor), journal: endOfSecond)
    )
    let both = try await again.transition()
    #expect(both[1]?["value"]?["page"] == ["A", "A'", "B'", "B"])
    #expect(both[2]?["value"]?["page"] == ["C", "C'", "D"])
    #expect(both[1]?["journal"]?.string == endOfFirst)
    #expect(both[2]?["journal"]?.string == endOfSecond)
    // Without a journal the first page is two long again: another question to the cache.
    let without = await server.wire()
    await without.add(1, "m:page", options(nil))
    #expect(try await without.transition()[1]?["value"]?["page"] == ["A", "A'"])
    #expect(wire.violations + again.violations == [])
  }

  @Test func `a journal nobody wrote is an invalid cursor, and clients start again`() async throws {
    let server = try await server()
    try await insert("A", 0, server)
    let other = try await self.server()
    try await insert("A", 0, other)
    let foreign = await other.wire()
    await foreign.add(0, "m:page", options(nil))
    let stolen = try #require(try await foreign.transition()[0]?["journal"]?.string)
    for journal in ["garbage", "", "!!", "AAAA"]
      + (stolen.isEmpty ? [] : [String(stolen.reversed())])
    {
      let wire = await server.wire()
      await wire.add(0, "m:page", options(nil), journal: journal)
      let failed = try #require(try await wire.transition()[0], "\(journal)")
      #expect(failed["type"] == "QueryFailed", "\(journal)")
      #expect(failed["errorMessage"]?.string?.contains("InvalidCursor") == true, "\(failed)")
      #expect(
        failed["errorData"]
          == ["isConvexSystemError": true, "paginationError": "InvalidCursor"],
        "\(journal)"
      )
      #expect(failed["journal"] == .null)
      await wire.modify(Wire.remove(0), Wire.add(1, "m:page", options(nil)))
      #expect(try await wire.transition()[1]?["value"]?["page"] == ["A"])
    }
  }

  @Test func `a journal belongs to its query`() async throws {
    let server = try await server()
    for rank in 0..<5 { try await insert("\(rank)", Double(rank), server) }
    let wire = await server.wire()
    await wire.add(0, "m:page", options(nil))
    let journal = try #require(try await wire.transition()[0]?["journal"]?.string)
    // The same journal, the same snapshot: the same result and journal.
    await wire.add(1, "m:page", options(nil), journal: journal)
    let again = try await wire.transition()[1]
    #expect(again?["journal"]?.string == journal)
    #expect(again?["value"]?["page"] == ["0", "1"])
  }

  @Test func `journals hold after the server was started again on its data`() async throws {
    let store = KeptPersistence()
    let server = try await server(store)
    for (rank, body) in ["A", "B", "C"].enumerated() {
      try await insert(body, Double(rank), server)
    }
    let wire = await server.wire()
    await wire.add(0, "m:page", options(nil))
    let journal = try #require(try await wire.transition()[0]?["journal"]?.string)
    await wire.drop()
    await server.backend.close()
    let later = try await self.server(store)
    try await insert("A'", 0.5, later)
    let again = await later.wire()
    await again.add(0, "m:page", options(nil), journal: journal)
    #expect(try await again.transition()[0]?["value"]?["page"] == ["A", "A'", "B"])
  }
}
