import Foundation
import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullValues
import Synchronization
import TestRandomness
import Testing

/// Stored files on disks that fail, in processes that end.
@Suite(.timeLimit(.minutes(2))) struct StorageFaultTests {
  /// What fails now, and how much of the time.
  private struct Plan {
    var random = SeededGenerator(seed: 0)
    var percent: UInt64 = 0
    var step: SQLiteWriteStep?
  }

  /// A backend on a data file and a directory of files, opened again and again.
  private final class Machine: Sendable {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "hull-\(UUID().uuidString)")
    /// Guards what is to fail, which the threads of the disk look at.
    let plan = Mutex(Plan())

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Opens the machine; no two of its lives may draw the same keys.
    func open(seed: UInt64 = 1) async throws -> BackendFixture {
      var options = SQLiteOptions(durability: .off)
      options.fault = { [self] step in
        guard plan.withLock({ $0.step == step }) else { return }
        throw PersistenceError(code: .inputOutput, message: "The disk failed.")
      }
      var fileOptions = FileStoreOptions(durability: .off)
      fileOptions.fault = { [self] _ in
        let fails = plan.withLock { plan in plan.random.next() % 100 < plan.percent }
        if fails { throw PersistenceError(code: .diskFull, message: "No space is left.") }
      }
      let persistence = try await SQLitePersistence.open(
        path: directory.appending(path: "data.sqlite").path,
        options: options
      )
      let files = try await DirectoryFileStore.open(
        path: directory.appending(path: "storage").path,
        options: fileOptions
      )
      return try await BackendFixture(
        persistence: persistence,
        seed: seed,
        configure: { $0.files = files }
      ) {
        $0.action("store", args: v.object(["bytes": v.bytes()])) { ctx, args in
          try await ctx.storage.store(args["bytes"]?.bytes ?? []).string
        }
        $0.mutation("delete", args: v.object(["id": v.string(), "fails": v.boolean()])) {
          ctx,
          args in
          try await ctx.storage.delete(args["id"] ?? .null)
          if args["fails"] == .boolean(true) { throw ConvexError("no") }
        }
        $0.query("ids") { ctx, _ -> ConvexValue in
          .array(
            try await ctx.db.system.query(StoredFile.self).collect().map { .string($0.id.string) }
          )
        }
        $0.query("key", args: v.object(["id": v.string()])) { ctx, args in
          try await ctx.storage.getMetadata(args["id"] ?? .null)?.storageId
        }
        $0.action("load", args: v.object(["id": v.string()])) { ctx, args -> ConvexValue in
          guard let blob = try await ctx.storage.get(args["id"] ?? .null) else { return .null }
          return .bytes(try await blob.bytes())
        }
      }
    }

    /// The names of the files on the disk, those that were not finished included.
    func names() throws -> Set<String> {
      Set(
        try ["incoming", "files"].flatMap {
          try FileManager.default.contentsOfDirectory(
            atPath: directory.appending(path: "storage/\($0)").path
          )
        }
      )
    }
  }

  /// The ids of the files there are, having checked that rows and bytes belong together.
  private func ids(_ fixture: BackendFixture, _ machine: Machine) async throws -> Set<String> {
    let ids = try await fixture.value("ids", .query).array?.compactMap(\.string) ?? []
    var names: Set<String> = []
    for id in ids {
      names.insert(try #require(try await fixture.value("key", .query, ["id": .string(id)]).string))
    }
    #expect(try machine.names() == names)
    return Set(ids)
  }

  @Test func `rows and bytes belong together whatever fails`() async throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["HULL_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let machine = Machine()
    machine.plan.withLock { $0.random = SeededGenerator(seed: seed &+ 1) }
    var expected: [String: [UInt8]] = [:]
    var failures = 0
    for life in 0..<6 {
      machine.plan.withLock { $0.percent = 0 }
      let fixture = try await machine.open(seed: seed &+ UInt64(life))
      #expect(try await ids(fixture, machine) == Set(expected.keys), "seed \(seed)")
      machine.plan.withLock { $0.percent = 15 }
      for _ in 0..<40 {
        let victim = expected.keys.sorted().randomElement(using: &random)
        if let victim, Int.random(in: 0..<3, using: &random) == 0 {
          let fails = Bool.random(using: &random)
          let arguments: ConvexValue = ["id": .string(victim), "fails": .boolean(fails)]
          let outcome = try await fixture.run("delete", .mutation, arguments)
          if case .success = outcome.result { expected[victim] = nil }
        } else {
          let bytes = (0..<Int.random(in: 0...300, using: &random)).map { UInt8($0 & 0xFF) }
          do {
            let id = try await fixture.value("store", .action, ["bytes": .bytes(bytes)])
            expected[try #require(id.string)] = bytes
          } catch is BackendError {
            failures += 1
          }
        }
      }
      for (id, bytes) in expected {
        let loaded = try await fixture.value("load", .action, ["id": .string(id)])
        #expect(loaded == .bytes(bytes), "seed \(seed)")
      }
      await fixture.backend.close()
    }
    #expect(failures > 0 && !expected.isEmpty, "seed \(seed)")
  }

  @Test func `a row that was not committed takes its bytes along`() async throws {
    let machine = Machine()
    let fixture = try await machine.open()
    machine.plan.withLock { $0.step = .commit }
    await #expect(throws: BackendError.internal) {
      try await fixture.run("store", .action, ["bytes": .bytes([1, 2])])
    }
    machine.plan.withLock { $0.step = nil }
    await fixture.backend.close()
    #expect(try machine.names() == [])
  }

  @Test func `bytes whose row may have been committed wait for the next start`() async throws {
    let machine = Machine()
    var fixture = try await machine.open()
    machine.plan.withLock { $0.step = .committed }
    await #expect(throws: BackendError.internal) {
      try await fixture.run("store", .action, ["bytes": .bytes([1, 2])])
    }
    machine.plan.withLock { $0.step = nil }
    await fixture.backend.close()
    fixture = try await machine.open()
    let ids = try await ids(fixture, machine)
    let id = try #require(ids.first)
    #expect(ids.count == 1)
    let loaded = try await fixture.value("load", .action, ["id": .string(id)])
    #expect(loaded == .bytes([1, 2]))
    await fixture.backend.close()
  }
}
