import Hull
import HullTesting
import Testing

/// spec/testing.md 9, getFunctionMetadata.test.ts and getDeploymentMetadata.test.ts.
@Suite struct MetadataTests {
  private static func describe(_ metadata: FunctionMetadata) -> ConvexValue {
    [
      "name": .string(metadata.name), "component": .string(metadata.componentPath),
      "type": .string(metadata.type.rawValue),
      "visibility": .string(metadata.visibility == .public ? "public" : "internal"),
    ]
  }

  private static let modules = [
    Module("dir/m") { m in
      m.query("query") { ctx, _ in describe(ctx.meta.getFunctionMetadata()) }
      m.mutation("mutation") { ctx, _ in describe(ctx.meta.getFunctionMetadata()) }
      m.internalAction("action") { ctx, _ in describe(ctx.meta.getFunctionMetadata()) }
    },
    Module("lone") { m in
      m.query("default") { ctx, _ in describe(ctx.meta.getFunctionMetadata()) }
    },
  ]

  @Test func `inline functions are called inline and are public`() async throws {
    let t = try await TestBackend(modules: Self.modules)
    func inline(_ kind: FunctionKind) -> FunctionMetadata {
      FunctionMetadata(name: "inline", type: kind, visibility: .public)
    }
    #expect(try await t.query { $0.meta.getFunctionMetadata() } == inline(.query))
    #expect(try await t.mutation { $0.meta.getFunctionMetadata() } == inline(.mutation))
    #expect(try await t.action { $0.meta.getFunctionMetadata() } == inline(.action))
  }

  @Test func `a function has the name of its module and its own`() async throws {
    let t = try await TestBackend(modules: Self.modules)
    let (component, visibility): (ConvexValue, ConvexValue) = ("", "public")
    #expect(
      try await t.query("dir/m:query") == [
        "name": "dir/m:query", "component": component, "type": "query", "visibility": visibility,
      ]
    )
    #expect(
      try await t.mutation("dir/m:mutation") == [
        "name": "dir/m:mutation", "component": component, "type": "mutation",
        "visibility": visibility,
      ]
    )
    #expect(
      try await t.action("dir/m:action") == [
        "name": "dir/m:action", "component": component, "type": "action", "visibility": "internal",
      ]
    )
  }

  @Test func `a default export has the name of its module`() async throws {
    let t = try await TestBackend(modules: Self.modules)
    #expect(try await t.query("lone")["name"] == "lone")
  }

  @Test func `the deployment of a test has a name, no region and the smallest class`() async throws
  {
    let t = try await TestBackend(modules: Self.modules)
    let expected = DeploymentMetadata(name: "test")
    #expect(expected.region == nil)
    #expect(expected.deploymentClass == "s16")
    #expect(try await t.query { $0.meta.getDeploymentMetadata() } == expected)
    #expect(try await t.mutation { $0.meta.getDeploymentMetadata() } == expected)
    #expect(try await t.action { $0.meta.getDeploymentMetadata() } == expected)
  }
}
