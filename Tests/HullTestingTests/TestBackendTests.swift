import Hull
import HullTesting
import Testing

@Suite struct TestBackendTests {
  @Test func `a fresh backend answers`() async throws {
    let t = try await TestBackend(modules: [
      Module("m") { $0.query("f") { _, _ in "hi" } }
    ])
    #expect(try await t.query("m:f") == "hi")
  }
}
