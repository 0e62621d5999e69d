import Foundation
import HullPersistence
import HullValues
import Testing

/// Files that are taken away from a running store.
@Suite struct StoreFilesTests {
  private func commit(_ n: Int64, to store: SQLitePersistence) async throws {
    let record = CommitRecord(
      timestamp: Timestamp(rawValue: n),
      documents: [.insert(document(UInt64(n)))]
    )
    try await store.append([record])
  }

  /// Opens a store with two commits.
  private func open(_ path: String) async throws -> SQLitePersistence {
    let store = try await SQLitePersistence.open(
      path: path,
      options: SQLiteOptions(durability: .off)
    )
    for n in Int64(1)...2 { try await commit(n, to: store) }
    // From now on there is a connection that reads; another cannot be opened without the files.
    #expect(try await store.document(id(1)) != nil)
    return store
  }

  private func expectRefusal(
    _ store: SQLitePersistence,
    of file: String,
    saying text: String
  ) async throws {
    let error = await #expect(throws: PersistenceError.self) { try await commit(3, to: store) }
    #expect(error?.code == .filesChanged)
    #expect(error?.message.contains("\(file) was \(text)") == true, "\(error?.message ?? "")")
    #expect(try await store.ids(.byID(users)) == [id(1), id(2)], "reading goes on")
  }

  @Test(arguments: ["", "-wal", ".lock"])
  func `a file that is moved away stops commits, not reads, until it is put back`(
    suffix: String
  ) async throws {
    try await withTemporaryFile { path in
      let store = try await open(path)
      let file = path + suffix
      try FileManager.default.moveItem(atPath: file, toPath: path + ".away")
      try await expectRefusal(store, of: file, saying: "deleted or moved away")
      // Another in its place is no better.
      try FileManager.default.copyItem(atPath: path + ".away", toPath: file)
      try await expectRefusal(store, of: file, saying: "replaced by another file")
      try FileManager.default.removeItem(atPath: file)
      try FileManager.default.moveItem(atPath: path + ".away", toPath: file)
      try await commit(4, to: store)
      #expect(try await store.ids(.byID(users)) == [id(1), id(2), id(4)])
      await store.close()
      #expect(try SQLiteFile(path).texts("PRAGMA integrity_check") == [["ok"]])
    }
  }

  @Test func `a file put in the place of the data is left alone when the store closes`()
    async throws
  {
    try await withTemporaryFile { path in
      let other = try await open(path + ".other")
      for n in Int64(5)...6 { try await commit(n, to: other) }
      let store = try await open(path)
      for suffix in ["", "-wal"] {
        try FileManager.default.removeItem(atPath: path + suffix)
        try FileManager.default.copyItem(atPath: path + ".other" + suffix, toPath: path + suffix)
      }
      try await expectRefusal(store, of: path, saying: "replaced by another file")
      await store.close()
      await other.close()
      let opened = try await SQLitePersistence.open(path: path)
      #expect(try await opened.ids(.byID(users)) == [id(1), id(2), id(5), id(6)])
      await opened.close()
    }
  }

  @Test func `a log that is cut off stops commits, and what is whole of it is there afterwards`()
    async throws
  {
    try await withTemporaryFile { path in
      let store = try await open(path)
      let log = URL(filePath: path + "-wal")
      let whole = try Data(contentsOf: log)
      try await commit(5, to: store)
      // In the middle of the third commit.
      let handle = try FileHandle(forWritingTo: log)
      try handle.truncate(atOffset: UInt64(whole.count + 4000))
      let error = await #expect(throws: PersistenceError.self) { try await commit(6, to: store) }
      #expect(error?.code == .filesChanged)
      #expect(error?.message.contains("\(path)-wal was cut off") == true)
      await store.close()
      let opened = try await SQLitePersistence.open(path: path)
      #expect(try await opened.ids(.byID(users)) == [id(1), id(2)])
      #expect(opened.lastTimestamp == 2)
      await opened.close()
      #expect(try SQLiteFile(path).texts("PRAGMA integrity_check") == [["ok"]])
    }
  }

  @Test func `another program may empty the log in the orderly way`() async throws {
    try await withTemporaryFile { path in
      let store = try await open(path)
      await store.releaseSnapshots()
      do {
        let other = try SQLiteFile(path)
        #expect(try other.texts("PRAGMA wal_checkpoint(TRUNCATE)").first?.first == "0")
      }
      #expect(try Data(contentsOf: URL(filePath: path + "-wal")).isEmpty)
      try await commit(3, to: store)
      #expect(try await store.ids(.byID(users)) == [id(1), id(2), id(3)])
      await store.close()
    }
  }

  #if os(Linux)
    @Test func `looking at an emptied log keeps the locks that tell others of the store`()
      async throws
    {
      try await withTemporaryFile { path in
        let store = try await open(path)
        let index = try FileManager.default.attributesOfItem(atPath: path + "-shm")
        let number = try #require(index[.systemFileNumber] as? Int)
        func isLocked() throws -> Bool {
          let locks = try String(contentsOfFile: "/proc/locks", encoding: .utf8)
          return locks.split(separator: "\n").contains {
            $0.contains(":\(number) ") && $0.contains(" \(getpid()) ")
          }
        }
        #expect(try isLocked())
        await store.releaseSnapshots()
        do {
          let other = try SQLiteFile(path)
          #expect(try other.texts("PRAGMA wal_checkpoint(TRUNCATE)").first?.first == "0")
        }
        try await commit(3, to: store)
        #expect(try isLocked())
        await store.close()
      }
    }
  #endif

  @Test(.enabled(if: geteuid() != 0, "root may write anywhere"))
  func `a data file that may only be read is refused`() async throws {
    try await withTemporaryFile { path in
      await (try open(path)).close()
      try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
      let error = await #expect(throws: PersistenceError.self) {
        _ = try await SQLitePersistence.open(path: path)
      }
      #expect(error?.code == .notWritable)
      #expect(error?.message.contains(path) == true)
    }
  }
}

extension SQLitePersistence {
  /// Has idle readers let go of their snapshots, as pruning does.
  fileprivate func releaseSnapshots() async {
    try? await prune(changesBefore: .zero)
  }
}
