import Hull
import HullRuntime
import Testing

@Suite struct FunctionErrorTests {
  struct Boom: Error, CustomStringConvertible {
    var description: String { "boom" }
  }

  struct Silent: Error, CustomStringConvertible {
    var description: String { "" }
  }

  @Test func `an uncaught error names itself and the place of the function`() async throws {
    let backend = try await BackendFixture {
      $0.query("f", fileID: "PetShop/m.swift", line: 7) { _, _ in throw Boom() }
    }
    let failure = try await backend.failure("f", .query)
    #expect(failure.text == "Uncaught Error: boom\n    at f (convex/m.swift:7)\n")
    #expect(failure.data == nil)
  }

  @Test func `a file that is not named after its module is named as it is`() async throws {
    let backend = try await BackendFixture {
      $0.query("f", fileID: "PetShop/other.swift", line: 7) { _, _ in throw Boom() }
    }
    #expect(try await backend.failure("f", .query).frames == ["f (PetShop/other.swift:7)"])
  }

  @Test func `an error without a text is just uncaught`() async throws {
    let backend = try await BackendFixture { $0.query("f") { _, _ in throw Silent() } }
    #expect(try await backend.failure("f", .query).message == "Uncaught Error")
  }

  @Test(arguments: [
    (ConvexValue.object(["code": "FULL", "count": 2.0]), #"{"code":"FULL","count":2}"#),
    ("just text", "just text"),
    (.null, "null"),
  ])
  func `a ConvexError shows its data and keeps it`(data: ConvexValue, text: String) async throws {
    let backend = try await BackendFixture {
      $0.mutation("f") { _, _ in throw ConvexError(data) }
    }
    let failure = try await backend.failure("f", .mutation)
    #expect(failure.message == "Uncaught ConvexError: \(text)")
    #expect(failure.data == data)
    #expect(failure.frames.count == 1)
  }

  @Test func `what the database refuses is an ordinary error of the function`() async throws {
    let schema = SchemaDefinition(tables: [
      TableDefinition(name: "things", documentType: v.object(["n": v.float64()]))
    ])
    let backend = try await BackendFixture(schema: schema) {
      $0.mutation("f") { ctx, _ in
        _ = try await ctx.db.insert("things", ["n": "one"])
      }
      $0.mutation("caught") { ctx, _ in
        do {
          _ = try await ctx.db.insert("things", ["n": "one"])
          return "inserted"
        } catch {
          return "caught"
        }
      }
    }
    let failure = try await backend.failure("f", .mutation)
    #expect(
      failure.message.hasPrefix(
        "Uncaught Error: Failed to insert or update a document in table \"things\" because it "
          + "does not match the schema: Value does not match validator.\nPath: .n\n"
      )
    )
    #expect(failure.frames.count == 1)
    #expect(try await backend.value("caught", .mutation) == "caught")
  }

  @Test func `a failed mutation keeps its log lines and loses its writes`() async throws {
    let backend = try await BackendFixture {
      $0.mutation("f") { ctx, _ in
        _ = try await ctx.db.insert("things", ["n": 1.0])
        ctx.log("about to fail", 1)
        throw Boom()
      }
      $0.query("count") { ctx, _ in try await ctx.db.query("things").count() }
    }
    let outcome = try await backend.run("f", .mutation)
    #expect(outcome.logLines.map(\.text) == ["[LOG] 'about to fail' 1"])
    #expect(try await backend.value("count", .query) == 0.0)
  }

  @Test func `texts end at 64 KiB`() async throws {
    let backend = try await BackendFixture {
      $0.query("f") { _, _ in throw ConvexError(.string(String(repeating: "x", count: 100_000))) }
    }
    let failure = try await backend.failure("f", .query)
    #expect(failure.message.utf8.count == 65_536)
    #expect(failure.data?.string?.utf8.count == 100_000)
  }
}
