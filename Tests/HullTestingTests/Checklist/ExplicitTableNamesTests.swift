import Hull
import HullTesting
import Testing

/// What the reference's harness checks of the forms that name a table.
@Suite struct ExplicitTableNamesTests {
  private let t: TestBackend
  private let ada: DocumentID
  private let bob: DocumentID

  init() async throws {
    t = try await TestBackend()
    (ada, bob) = try await t.run { ctx in
      (
        try await ctx.db.insert("users", ["name": "Ada"]),
        try await ctx.db.insert("guests", ["name": "Bob"])
      )
    }
  }

  private func refusal(
    _ body: @escaping @Sendable (MutationContext, DocumentID) async throws -> Void
  ) async throws -> String {
    let bob = bob
    let message = try await functionError { try await t.mutation { try await body($0, bob) } }
      .message
    // Nothing has happened to the document.
    #expect(try await t.query { ctx in try await ctx.db.get("guests", bob)?["name"] } == "Bob")
    return message
  }

  private func expectation(_ method: String) -> String {
    """
    Invalid argument `id` for `db.\(method)`: expected to be an Id<"users">, got Id<"guests"> \
    instead.
    """
  }

  @Test func `get, patch, replace and delete with the right table name work`() async throws {
    let ada = ada
    let names = try await t.mutation { ctx in
      var names = [try await ctx.db.get("users", ada)?["name"]]
      try await ctx.db.patch("users", ada, ["name": "Grace"])
      names.append(try await ctx.db.get("users", ada)?["name"])
      try await ctx.db.replace("users", ada, with: ["name": "Joan"])
      names.append(try await ctx.db.get("users", ada)?["name"])
      try await ctx.db.delete("users", ada)
      names.append(try await ctx.db.get("users", ada)?["name"])
      return names
    }
    #expect(names == ["Ada", "Grace", "Joan", nil])
  }

  @Test func `get with a wrong table name is refused, naming both`() async throws {
    let message = try await refusal { ctx, id in _ = try await ctx.db.get("users", id) }
    #expect(message.contains(expectation("get")))
  }

  @Test func `patch with a wrong table name is refused, naming both`() async throws {
    let message = try await refusal { ctx, id in
      try await ctx.db.patch("users", id, ["name": "x"])
    }
    #expect(message.contains(expectation("patch")))
  }

  @Test func `delete with a wrong table name is refused, naming both`() async throws {
    let message = try await refusal { ctx, id in try await ctx.db.delete("users", id) }
    #expect(message.contains(expectation("delete")))
  }

  @Test func `replace with a wrong table name is refused, naming both`() async throws {
    let message = try await refusal { ctx, id in
      try await ctx.db.replace("users", id, with: ["name": "x"])
    }
    #expect(message.contains(expectation("replace")))
  }
}
