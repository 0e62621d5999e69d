import Hull
import HullTesting
import Testing

/// spec/testing.md 9, convexError.test.ts.
@Suite struct ErrorDataTests {
  private static let data: ConvexValue = ["code": 42.0, "tags": ["a", "b"]]

  private static let module = Module("e") { m in
    m.query("query") { _, _ -> ConvexValue in throw ConvexError(data) }
    m.mutation("mutation") { _, _ -> ConvexValue in throw ConvexError(data) }
    m.action("action") { _, _ -> ConvexValue in throw ConvexError(data) }
    m.mutation("text") { _, _ -> ConvexValue in throw ConvexError("just text") }
    m.action("catching", args: v.object(["kind": v.string()])) { ctx, args -> ConvexValue in
      do {
        switch args["kind"] {
        case "query"?: return try await ctx.runQuery("e:query")
        case "mutation"?: return try await ctx.runMutation("e:mutation")
        default: return try await ctx.runAction("e:action")
        }
      } catch let error as ConvexError {
        return error.data
      }
    }
    m.mutation("catchingMutation") { ctx, _ -> ConvexValue in
      do {
        return try await ctx.runMutation("e:mutation")
      } catch let error as ConvexError {
        return error.data
      }
    }
  }

  @Test(arguments: ["query", "mutation", "action"])
  func `data caught in an action is what was thrown`(kind: String) async throws {
    let t = try await TestBackend(modules: [Self.module])
    #expect(try await t.action("e:catching", ["kind": .string(kind)]) == Self.data)
  }

  @Test func `data at the test's boundary is what was thrown`() async throws {
    let t = try await TestBackend(modules: [Self.module])
    #expect(try await convexError { try await t.query("e:query") }.data == Self.data)
    #expect(try await convexError { try await t.mutation("e:mutation") }.data == Self.data)
    #expect(try await convexError { try await t.action("e:action") }.data == Self.data)
  }

  @Test func `data caught in a mutation from a nested one is what was thrown`() async throws {
    let t = try await TestBackend(modules: [Self.module])
    #expect(try await t.mutation("e:catchingMutation") == Self.data)
  }

  @Test func `a text is data, too`() async throws {
    let t = try await TestBackend(modules: [Self.module])
    #expect(try await convexError { try await t.mutation("e:text") }.data == "just text")
  }

  @Test func `inline functions and run throw the same data`() async throws {
    let t = try await TestBackend(modules: [Self.module])
    let error = ConvexError(Self.data)
    await #expect(throws: error) { try await t.query { _ in throw error } }
    await #expect(throws: error) { try await t.mutation { _ in throw error } }
    await #expect(throws: error) { try await t.action { _ in throw error } }
    await #expect(throws: error) { try await t.run { _ in throw error } }
  }
}
