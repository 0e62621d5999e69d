import Foundation
import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import Synchronization
import Testing

/// Rows and bytes of stored files, together under all circumstances.
@Suite struct StorageTests {
  private func open(
    _ persistence: any Persistence,
    _ files: any FileStore,
    configure: (inout BackendConfiguration) -> Void = { _ in }
  ) async throws -> BackendFixture {
    let configure: (inout BackendConfiguration) -> Void = {
      $0.files = files
      configure(&$0)
    }
    return try await BackendFixture(persistence: persistence, configure: configure) {
      $0.action("store", args: v.object(["text": v.string()])) { ctx, args in
        try await ctx.storage.store(Array((args["text"]?.string ?? "").utf8)).string
      }
      $0.action("load", args: v.object(["id": v.string()])) { ctx, args -> ConvexValue in
        guard let blob = try await ctx.storage.get(args["id"] ?? .null) else { return .null }
        return .string(String(decoding: try await blob.bytes(), as: UTF8.self))
      }
      $0.mutation("delete", args: v.object(["id": v.string(), "fails": v.boolean()])) {
        ctx,
        args in
        try await ctx.storage.delete(args["id"] ?? .null)
        if args["fails"] == .boolean(true) { throw ConvexError("no") }
      }
      $0.action("remove", args: v.object(["id": v.string()])) { ctx, args in
        try await ctx.storage.delete(args["id"] ?? .null)
      }
      $0.query("url", args: v.object(["id": v.string()])) { ctx, args in
        try await ctx.storage.getUrl(args["id"] ?? .null)
      }
    }
  }

  private func withStore(_ body: (BackendFixture, InMemoryFileStore) async throws -> Void)
    async throws
  {
    let files = InMemoryFileStore()
    let fixture = try await open(InMemoryPersistence(), files)
    try await body(fixture, files)
    await fixture.backend.close()
  }

  @Test func `bytes go after the commit that deletes the file, and not without it`() async throws {
    try await withStore { fixture, files in
      let ids = [
        try await fixture.value("store", .action, ["text": "one"]),
        try await fixture.value("store", .action, ["text": "two"]),
      ]
      #expect(files.keys().count == 2)
      _ = try await fixture.failure("delete", .mutation, ["id": ids[0], "fails": true])
      #expect(try await fixture.value("load", .action, ["id": ids[0]]) == "one")
      _ = try await fixture.value("delete", .mutation, ["id": ids[0], "fails": false])
      _ = try await fixture.value("remove", .action, ["id": ids[1]])
      #expect(try await fixture.value("load", .action, ["id": ids[0]]) == .null)
      // Closing waits for what is being removed.
      await fixture.backend.close()
      #expect(files.keys() == [])
    }
  }

  @Test func `what an action stores may be as long as an upload, and no longer`() async throws {
    let files = InMemoryFileStore()
    let fixture = try await open(InMemoryPersistence(), files) { $0.maximumUploadBytes = 10 }
    _ = try await fixture.value("store", .action, ["text": "ten bytes!"])
    #expect(files.keys().count == 1)
    let failure = try await fixture.failure("store", .action, ["text": "eleven byte"])
    #expect(failure.message.contains("Files may have at most 10 bytes here."))
    #expect(files.keys().count == 1)
    await fixture.backend.close()
  }

  @Test func `the start removes bytes that no row names, and no others`() async throws {
    let persistence = InMemoryPersistence()
    let files = InMemoryFileStore()
    var fixture = try await open(persistence, files)
    let id = try await fixture.value("store", .action, ["text": "kept"])
    let kept = files.keys()
    let orphan = files.begin()
    try await orphan.write([1, 2, 3])
    try await orphan.publish(as: FileKey(from: SeededRandomSource(seed: 9)))
    #expect(files.keys().count == 2)
    fixture = try await open(persistence, files)
    #expect(files.keys() == kept)
    #expect(try await fixture.value("load", .action, ["id": id]) == "kept")
    await fixture.backend.close()
  }

  @Test func `a start that finds bytes missing serves everything else`() async throws {
    let persistence = InMemoryPersistence()
    let files = InMemoryFileStore()
    var fixture = try await open(persistence, files)
    let lost = try await fixture.value("store", .action, ["text": "lost"])
    for key in files.keys() { files.remove(key) }
    fixture = try await open(persistence, files)
    #expect(try await fixture.value("load", .action, ["id": lost]) == .null)
    let id = try await fixture.value("store", .action, ["text": "new"])
    #expect(try await fixture.value("load", .action, ["id": id]) == "new")
    await fixture.backend.close()
  }

  @Test func `a file of a store on disk survives a restart`() async throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "hull-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    var id = ConvexValue.null
    for round in 0..<2 {
      let fixture = try await open(
        try await SQLitePersistence.open(path: directory.appending(path: "data.sqlite").path),
        try await DirectoryFileStore.open(path: directory.appending(path: "storage").path)
      )
      if round == 0 { id = try await fixture.value("store", .action, ["text": "durable"]) }
      #expect(try await fixture.value("load", .action, ["id": id]) == "durable")
      await fixture.backend.close()
    }
  }

  @Test func `a row that cannot be committed leaves no bytes`() async throws {
    try await withStore { fixture, files in
      await fixture.backend.database.close()
      await #expect(throws: BackendError.internal) {
        try await fixture.run("store", .action, ["text": "never"])
      }
      await fixture.backend.close()
      #expect(files.keys() == [])
    }
  }

  @Test func `two mutations that delete one file do it once`() async throws {
    try await withStore { fixture, _ in
      let id = try await fixture.value("store", .action, ["text": "once"])
      let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<8 {
          group.addTask {
            let arguments: ConvexValue = ["id": id, "fails": false]
            if case .success = try await fixture.run("delete", .mutation, arguments).result {
              return true
            }
            return false
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count { $0 } == 1)
    }
  }

  @Test func `the result of a query follows the origin clients are told of`() async throws {
    try await withStore { fixture, _ in
      let id = try await fixture.value("store", .action, ["text": "x"])
      let local = try await fixture.value("url", .query, ["id": id]).string
      #expect(local?.hasPrefix("http://127.0.0.1:3210/api/storage/") == true)
      fixture.backend.configuration.environment["CONVEX_CLOUD_URL"] = "https://shop.example"
      let published = try await fixture.value("url", .query, ["id": id]).string
      #expect(published?.hasPrefix("https://shop.example/api/storage/") == true)
    }
  }
}
