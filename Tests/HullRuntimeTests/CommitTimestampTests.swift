import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullValues
import Testing

@Suite struct CommitTimestampTests {
  private func fixture() async throws -> BackendFixture {
    try await BackendFixture {
      $0.mutation("add") { ctx, _ -> ConvexValue in
        let id = try await ctx.db.insert("things", ["at": .commitTimestamp, "n": 1])
        let document = try await ctx.db.get(id)
        return [
          "direct": .commitTimestamp, "list": [1, .commitTimestamp], "read": document?["at"] ?? 0,
        ]
      }
      $0.mutation("plain") { _, _ -> ConvexValue in ["price": "{\"$commitTs\":null}"] }
      $0.query("all") { ctx, _ in try await ctx.db.query("things").collect() }
    }
  }

  @Test func `a mutation returns the timestamp of its commit where it could not know it`()
    async throws
  {
    let fixture = try await fixture()
    var request = fixture.request("add", .mutation)
    request.sessionRequest = SessionRequestID(session: .init(high: 1, low: 2), number: 3)
    let outcome = try await fixture.backend.run(request)
    let timestamp = ConvexValue.int64(outcome.timestamp.rawValue)
    let expected: ConvexValue = [
      "direct": timestamp, "list": [1, timestamp], "read": timestamp,
    ]
    #expect(try outcome.result.get().decoded() == expected)
    #expect(try await fixture.value("all", .query).array?.first?.object?["at"] == timestamp)
    // Asked for again, it says the same.
    let again = try await fixture.backend.run(request)
    #expect(try again.result.get().decoded() == expected)
    #expect(try await fixture.value("all", .query).array?.count == 1)
  }

  @Test func `a text that looks like one is left alone`() async throws {
    let fixture = try await fixture()
    #expect(try await fixture.value("plain", .mutation) == ["price": "{\"$commitTs\":null}"])
  }
}
