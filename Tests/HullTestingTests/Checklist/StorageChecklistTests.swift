import Hull
import HullTesting
import Testing

/// spec/testing.md 9, storage.test.ts.
@Suite struct StorageChecklistTests {
  private static let bytes = Array("Hello, world".utf8)
  /// The SHA-256 of ``bytes`` in base64.
  private static let digest = "SufDtqwL7/Zx76jPVzhhUcBuWMpTp42D82EHMWzsEl8="

  @Test func `a stored blob has a row with its size and base64 digest`() async throws {
    let t = try await TestBackend()
    let id = try await t.action { ctx in try await ctx.storage.store(Self.bytes) }
    let file = try #require(try await t.run { ctx in try await ctx.db.system.get(id) })
    #expect(file.sha256 == Self.digest)
    #expect(file.size == 12)
    #expect(file.contentType == nil)
    #expect(file.id == id)
    let rows = try await t.query { ctx in try await ctx.db.system.query("_storage").collect() }
    #expect(
      rows.map { Set($0.fields.map(\.name)) } == [
        ["_id", "_creationTime", "contentType", "sha256", "size"]
      ]
    )
  }

  @Test func `get returns the bytes`() async throws {
    let t = try await TestBackend()
    let id = try await t.run { ctx in try await ctx.storage.store(Self.bytes) }
    let bytes = try await t.action { ctx in try await ctx.storage.get(id)?.bytes() }
    #expect(bytes == Self.bytes)
    #expect(try await t.run { ctx in try await ctx.storage.get(id)?.bytes() } == Self.bytes)
  }

  @Test func `get returns nil after an action deleted the file`() async throws {
    let t = try await TestBackend()
    let id = try await t.action { ctx in
      let id = try await ctx.storage.store(Self.bytes)
      try await ctx.storage.delete(id)
      return id
    }
    #expect(try await t.action { ctx in try await ctx.storage.get(id) == nil })
  }

  @Test func `get returns nil after a mutation deleted the file`() async throws {
    let t = try await TestBackend()
    let id = try await t.action { ctx in try await ctx.storage.store(Self.bytes) }
    try await t.mutation { ctx in try await ctx.storage.delete(id) }
    #expect(try await t.action { ctx in try await ctx.storage.get(id) == nil })
    #expect(try await t.run { ctx in try await ctx.db.system.get(id) } == nil)
  }

  @Test func `getUrl gives a URL, and nil after the file is deleted`() async throws {
    let t = try await TestBackend()
    let id = try await t.action { ctx in try await ctx.storage.store(Self.bytes) }
    let url = try await t.query { ctx in try await ctx.storage.getUrl(id) }
    #expect(try #require(url).hasPrefix("https://some.convex.cloud/api/storage/"))
    try await t.mutation { ctx in try await ctx.storage.delete(id) }
    #expect(try await t.query { ctx in try await ctx.storage.getUrl(id) } == nil)
  }

  @Test func `generateUploadUrl gives a URL`() async throws {
    let t = try await TestBackend()
    let url = try await t.mutation { ctx in try await ctx.storage.generateUploadUrl() }
    #expect(url.hasPrefix("https://some.convex.cloud/api/storage/upload?token="))
    #expect(try await t.action { ctx in try await ctx.storage.generateUploadUrl() } != url)
  }
}
