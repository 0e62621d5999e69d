// The deployment's environment variables: what may be set, who sees it, when queries run again.

import Foundation
import Hull
import HullDatabase
import HullPersistence
import Testing

@testable import HullRuntime

@Suite struct EnvironmentTests {
  private func fixture(
    persistence: any Persistence = InMemoryPersistence(),
    fixed: [String: String] = [:]
  ) async throws -> BackendFixture {
    try await BackendFixture(
      persistence: persistence,
      configure: { $0.environment = EnvironmentStore(fixed) }
    ) { module in
      module.query("read", args: v.object(["name": v.string()])) { ctx, args -> ConvexValue in
        guard case .string(let name)? = args["name"] else { return .null }
        return try await ctx.env[name].map(ConvexValue.string) ?? .null
      }
      module.action("act", args: v.object(["name": v.string()])) { ctx, args -> ConvexValue in
        guard case .string(let name)? = args["name"] else { return .null }
        return try await ctx.env[name].map(ConvexValue.string) ?? .null
      }
    }
  }

  private func set(_ fixture: BackendFixture, _ changes: [(String, String?)]) async throws {
    try await fixture.backend.updateEnvironmentVariables(
      changes.map { try EnvironmentVariableChange(name: $0.0, value: $0.1) }
    )
  }

  @Test func `queries and actions read what was set last`() async throws {
    let fixture = try await fixture()
    for kind in [FunctionKind.query, .action] {
      let name = kind == .query ? "read" : "act"
      #expect(try await fixture.value(name, kind, ["name": "KEY"]) == .null)
      for value in ["one", "", "two"] {
        try await set(fixture, [("KEY", value)])
        #expect(try await fixture.value(name, kind, ["name": "KEY"]) == .string(value))
      }
      try await set(fixture, [("KEY", nil)])
      #expect(try await fixture.value(name, kind, ["name": "KEY"]) == .null)
    }
  }

  @Test func `a change ends the subscriptions to its readers and to nobody else`() async throws {
    let fixture = try await fixture()
    func subscription(_ name: String) async throws -> Subscription {
      let outcome = try await fixture.run("read", .query, ["name": .string(name)])
      let reads = try #require(outcome.dependencies?.readSet)
      return fixture.backend.database.subscribe(reads, since: outcome.timestamp)
    }
    let reader = try await subscription("KEY")
    let other = try await subscription("OTHER")
    try await set(fixture, [("KEY", "value")])
    let now = fixture.backend.latestTimestamp
    #expect(!reader.isValid(at: now))
    #expect(other.isValid(at: now))
  }

  @Test func `variables are kept with the data`() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "hull-environment-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    func open() async throws -> BackendFixture {
      try await fixture(
        persistence: try await SQLitePersistence.open(path: folder.appending(path: "data").path)
      )
    }
    let first = try await open()
    try await set(first, [("B", "2"), ("A", "1"), ("C", "3")])
    try await set(first, [("C", nil), ("A", "4"), ("NEVER", nil)])
    await first.backend.close()
    let second = try await open()
    #expect(try await second.backend.environmentVariables() == ["A": "4", "B": "2"])
    await second.backend.close()
  }

  @Test func `changes are applied all or none, the last of each name`() async throws {
    let fixture = try await fixture()
    try await set(fixture, [("A", "1"), ("A", nil), ("A", "2")])
    #expect(try await fixture.backend.environmentVariables() == ["A": "2"])
    let many = (0..<512).map { ("N\($0)", Optional("x")) }
    let error = await #expect(throws: BackendError.self) { try await set(fixture, many) }
    #expect(error?.code == "EnvVarLimitMet")
    #expect(try await fixture.backend.environmentVariables() == ["A": "2"])
    try await set(fixture, Array(many.dropLast()))
    #expect(try await fixture.backend.environmentVariables().count == 512)
  }

  @Test func `all variables together are bounded`() async throws {
    let fixture = try await fixture()
    let value = String(repeating: "x", count: 8 << 10)
    let error = await #expect(throws: BackendError.self) {
      try await set(fixture, (0..<65).map { ("N\($0)", value) })
    }
    #expect(error?.code == "EnvVarTotalSizeLimitMet")
  }

  @Test func `what the server decides wins and is not listed`() async throws {
    let fixture = try await fixture(fixed: ["CONVEX_SITE_URL": "http://site", "MODE": "test"])
    try await set(fixture, [("MODE", "production")])
    #expect(try await fixture.value("read", .query, ["name": "MODE"]) == "test")
    #expect(try await fixture.value("read", .query, ["name": "CONVEX_SITE_URL"]) == "http://site")
    #expect(try await fixture.backend.environmentVariables() == ["MODE": "production"])
  }

  @Test(arguments: [
    ("", "EnvironmentVariableNameInvalid"), ("1A", "EnvironmentVariableNameInvalid"),
    ("A-B", "EnvironmentVariableNameInvalid"), ("É", "EnvironmentVariableNameInvalid"),
    ("A B", "EnvironmentVariableNameInvalid"), ("A\0", "EnvironmentVariableNameInvalid"),
    ("[", "EnvironmentVariableNameInvalid"), ("A@", "EnvironmentVariableNameInvalid"),
    (String(repeating: "A", count: 257), "EnvironmentVariableNameTooLong"),
    ("CONVEX_CLOUD_URL", "EnvVarNameForbidden"), ("CONVEX_SITE_URL", "EnvVarNameForbidden"),
  ])
  func `a name that cannot be is refused`(name: String, code: String) {
    let error = #expect(throws: BackendError.self) {
      try EnvironmentVariableChange(name: name, value: "x")
    }
    #expect(error?.code == code)
  }

  @Test(arguments: ["_", "a", "A1_b", String(repeating: "Z", count: 256)])
  func `a good name is accepted with a value of up to 8 KiB`(name: String) throws {
    let longest = String(repeating: "é", count: 4096)
    #expect(try EnvironmentVariableChange(name: name, value: longest).value == longest)
    let error = #expect(throws: BackendError.self) {
      try EnvironmentVariableChange(name: name, value: longest + "x")
    }
    #expect(error?.code == "EnvironmentVariableValueTooLarge")
  }
}
