import CSQLite
import Foundation
import HullPersistence
import HullValues
import Testing

/// What becomes of the file: opening, refusing, closing and recovering it.
@Suite struct SQLiteFileTests {
  private func open(
    _ path: String,
    _ options: SQLiteOptions = SQLiteOptions(durability: .off)
  ) async throws -> SQLitePersistence {
    try await SQLitePersistence.open(path: path, options: options)
  }

  private func code(opening path: String) async -> PersistenceError.Code? {
    await error(opening: path)?.code
  }

  private func error(opening path: String) async -> PersistenceError? {
    do {
      await (try open(path)).close()
      return nil
    } catch {
      return error as? PersistenceError
    }
  }

  @Test(arguments: Durability.allCases)
  func `a store opened again has everything`(durability: Durability) async throws {
    try await withTemporaryFile { path in
      let options = SQLiteOptions(durability: durability)
      var store = try await open(path, options)
      let record = CommitRecord(
        timestamp: 10,
        documents: [.insert(document(1)), .insert(document(2))],
        entries: [.set(1, "a", id: id(1))],
        metadata: ["key": [1, 2]]
      )
      try await store.append([record])
      await store.close()
      #expect(!FileManager.default.fileExists(atPath: path + "-wal"))

      store = try await open(path, options)
      #expect(store.lastTimestamp == 10)
      #expect(try await store.document(id(1)) == stored(document(1), at: 10))
      #expect(try await store.ids(.index(1)) == [id(1)])
      #expect(try await store.metadata("key") == [1, 2])
      #expect(try await store.changes(after: .zero, upTo: nil, limit: 10).count == 2)
      try await store.append([
        CommitRecord(timestamp: 11, documents: [.insert(document(3))])
      ])
      #expect(try await store.ids(.byID(users)) == [id(1), id(2), id(3)])
      await store.close()
      #expect(try SQLiteFile(path).texts("PRAGMA integrity_check") == [["ok"]])
    }
  }

  @Test func `the files of a store that was never closed open with every commit`() async throws {
    try await withTemporaryFile { path in
      let store = try await open(path, SQLiteOptions(durability: .full, checkpointFrames: 50))
      for n in Int64(1)...300 {
        let record = CommitRecord(
          timestamp: Timestamp(rawValue: n),
          documents: [.insert(document(UInt64(n)))],
          entries: [.set(1, .int64(n % 7), id: id(UInt64(n)))]
        )
        try await store.append([record])
        // What a process killed now would leave behind.
        guard n % 60 == 0 else { continue }
        let image = path + ".image\(n)"
        for suffix in ["-wal", ""] {
          try FileManager.default.copyItem(atPath: path + suffix, toPath: image + suffix)
        }
        let recovered = try await open(image)
        // A checkpoint may have run between the two copies, which only moves what is there.
        #expect(recovered.lastTimestamp.rawValue == n)
        #expect(try await recovered.ids(.byID(users)).count == Int(n))
        #expect(try await recovered.ids(.index(1)).count == Int(n))
        await recovered.close()
        #expect(try SQLiteFile(image).texts("PRAGMA integrity_check") == [["ok"]])
      }
      await store.close()
    }
  }

  @Test func `a file of a newer version is refused by name and left alone`() async throws {
    try await withTemporaryFile { path in
      await (try open(path)).close()
      try SQLiteFile(path).execute("PRAGMA user_version = 7")
      let before = try Data(contentsOf: URL(filePath: path))
      let error = await error(opening: path)
      #expect(error?.code == .newerFormat)
      #expect(error?.message.contains("format version 7") == true)
      #expect(error?.message.contains(path) == true)
      #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }
  }

  @Test func `an older file is migrated step by step`() async throws {
    try await withTemporaryFile { path in
      let old = try await open(path)
      try await old.append([CommitRecord(timestamp: 1, documents: [.insert(document(1))])])
      await old.close()
      var options = SQLiteOptions(durability: .off)
      options.format = SQLiteFormat(
        version: 3,
        migrations: [
          1: "CREATE TABLE _hull_new (n INTEGER); INSERT INTO _hull_new VALUES (1);",
          2: "UPDATE _hull_new SET n = n + 1",
        ]
      )
      let store = try await open(path, options)
      #expect(try await store.document(id(1)) == stored(document(1), at: 1))
      await store.close()
      #expect(try SQLiteFile(path).texts("SELECT n FROM _hull_new") == [["2"]])
      #expect(try SQLiteFile(path).texts("PRAGMA user_version") == [["3"]])
      #expect(await code(opening: path) == .newerFormat)
    }
  }

  @Test func `a migration that fails changes nothing`() async throws {
    try await withTemporaryFile { path in
      await (try open(path)).close()
      var options = SQLiteOptions(durability: .off)
      options.format = SQLiteFormat(
        version: 2,
        migrations: [1: "CREATE TABLE _hull_new (n INTEGER); INSERT INTO nowhere VALUES (1)"]
      )
      await #expect(throws: PersistenceError.self) { try await open(path, options) }
      #expect(try SQLiteFile(path).texts("PRAGMA user_version") == [["1"]])
      #expect(
        try SQLiteFile(path).texts("SELECT name FROM sqlite_schema WHERE name = '_hull_new'") == []
      )
      await (try open(path)).close()

      options.format = SQLiteFormat(version: 2, migrations: [:])
      let error = await #expect(throws: PersistenceError.self) { try await open(path, options) }
      #expect(error?.code == .migrationFailed)
    }
  }

  @Test func `a file in use is refused, by this process and by another`() async throws {
    try await withTemporaryFile { path in
      let store = try await open(path)
      let error = await error(opening: path)
      #expect(error?.code == .inUse)
      #expect(
        error?.message.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true
      )
      await store.close()

      // Another process takes the lock, tells so, and holds it until its input ends.
      let script = """
        import fcntl, os, sys
        file = open(sys.argv[1], "w")
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(str(os.getpid())); file.flush()
        print("locked", flush=True)
        sys.stdin.read()
        """
      let other = Process()
      let (input, output) = (Pipe(), Pipe())
      other.executableURL = URL(filePath: "/usr/bin/env")
      other.arguments = ["python3", "-c", script, path + ".lock"]
      other.standardInput = input
      other.standardOutput = output
      try other.run()
      var said = Data()
      while said.last != UInt8(ascii: "\n") {
        let more = output.fileHandleForReading.availableData
        try #require(!more.isEmpty, "the other process ended")
        said += more
      }
      let refusal = await self.error(opening: path)
      #expect(refusal?.code == .inUse)
      #expect(refusal?.message.contains("process \(other.processIdentifier)") == true)
      try input.fileHandleForWriting.close()
      other.waitUntilExit()
      await (try open(path)).close()
    }
  }

  #if os(Linux)
    @Test func `a closed store is free though a child that is just starting has its files open`()
      async throws
    {
      try await withTemporaryFile { path in
        let store = try await open(path)
        let lock = path + ".lock"
        let descriptor = try #require(
          FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init)
            .first { number in
              let target = "/proc/self/fd/\(number)"
              return (try? FileManager.default.destinationOfSymbolicLink(atPath: target))
                == URL(filePath: lock).resolvingSymlinksInPath().path
            }
        )
        // What a child has between its beginning and its program.
        let copy = dup(descriptor)
        defer { Foundation.close(copy) }
        await store.close()
        #expect(await error(opening: path) == nil)
      }
    }
  #endif

  @Test func `a store that goes without being closed lets go of the file`() async throws {
    try await withTemporaryFile { path in
      do {
        let store = try await open(path)
        try await store.append([CommitRecord(timestamp: 1, documents: [.insert(document(1))])])
      }
      let store = try await open(path)
      #expect(try await store.document(id(1)) == stored(document(1), at: 1))
      await store.close()
    }
  }

  @Test func `what is no database of Hull's is refused and left alone`() async throws {
    try await withTemporaryFile { path in
      let garbage = Data(repeating: 0x61, count: 10_000)
      try garbage.write(to: URL(filePath: path))
      let error = await error(opening: path)
      #expect(error?.code == .notADatabase)
      #expect(error?.message.contains(path) == true)
      #expect(try Data(contentsOf: URL(filePath: path)) == garbage)

      let other = path + ".other"
      try SQLiteFile(other).execute("CREATE TABLE t (n)")
      let before = try Data(contentsOf: URL(filePath: other))
      #expect(await code(opening: other) == .notADatabase)
      #expect(try Data(contentsOf: URL(filePath: other)) == before)

      let empty = path + ".empty"
      try Data().write(to: URL(filePath: empty))
      #expect(await code(opening: empty) == nil)
    }
  }

  @Test func `a place that cannot be written to is refused`() async throws {
    try await withTemporaryFile { path in
      try Data().write(to: URL(filePath: path))
      #expect(await code(opening: path + "/below/a/file.sqlite") == .notWritable)
      let directory = path + ".directory"
      try FileManager.default.createDirectory(
        atPath: directory,
        withIntermediateDirectories: false
      )
      let error = await error(opening: directory)
      #expect(error?.code == .notWritable)
      #expect(error?.message.contains(directory) == true)
    }
  }

  @Test(.enabled(if: geteuid() != 0, "root may write anywhere"))
  func `a read-only directory is refused`() async throws {
    try await withTemporaryFile { path in
      let directory = URL(filePath: path).deletingLastPathComponent().path
      try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: directory)
      #expect(await code(opening: path) == .notWritable)
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: directory)
    }
  }

  @Test func `missing directories are created`() async throws {
    try await withTemporaryFile { path in
      #expect(await code(opening: path + ".d/a/b/data.sqlite") == nil)
      #expect(FileManager.default.fileExists(atPath: path + ".d/a/b/data.sqlite"))
    }
  }

  @Test func `a damaged file is reported as such, not read as if it were whole`() async throws {
    try await withTemporaryFile { path in
      let store = try await open(path)
      let text = ConvexValue.string(String(repeating: "x", count: 500))
      try await store.append([
        CommitRecord(
          timestamp: 1,
          documents: (1...500).map { .insert(document($0, ["text": text])) }
        )
      ])
      await store.close()
      var bytes = try Data(contentsOf: URL(filePath: path))
      // Pages of documents; the ones that are needed to open the file stay whole.
      bytes.replaceSubrange(4096 * 20..<4096 * 40, with: Data(repeating: 0xA5, count: 4096 * 20))
      try bytes.write(to: URL(filePath: path))
      let damaged = try await open(path)
      let error = await #expect(throws: PersistenceError.self) {
        for n in 1...500 { _ = try await damaged.document(id(UInt64(n))) }
      }
      #expect(error?.code == .corrupt)
      await damaged.close()
    }
  }
}

/// A connection of its own to a file, as another program would have.
final class SQLiteFile {
  struct Failure: Error { var message: String }
  private var handle: OpaquePointer?

  init(_ path: String, fileSystem: String? = nil) throws {
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let result = sqlite3_open_v2(path, &handle, flags, fileSystem)
    guard result == SQLITE_OK else { throw Failure(message: "cannot open \(path)") }
    sqlite3_busy_timeout(handle, 10_000)
  }

  deinit { sqlite3_close_v2(handle) }

  func execute(_ sql: String) throws {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
  }

  /// The rows of a query as text; "NULL" for null.
  func texts(_ sql: String) throws -> [[String]] {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure }
    defer { sqlite3_finalize(statement) }
    var rows: [[String]] = []
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW:
        rows.append(
          (0..<sqlite3_column_count(statement)).map { column in
            sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "NULL"
          }
        )
      case SQLITE_DONE: return rows
      default: throw failure
      }
    }
  }

  private var failure: Failure { Failure(message: String(cString: sqlite3_errmsg(handle))) }
}
