import FaultyDisk
import HullPersistence
import HullValues
import Synchronization
import Testing

/// Disks that fail while the log is copied into the file.
@Suite struct CheckpointFaultTests {
  @Test func `a sync that fails has everything copied again, also what was copied before`()
    async throws
  {
    try await withTemporaryFile { path in
      let disk = FaultyDisk()
      var options = SQLiteOptions(durability: .full, checkpointFrames: 30)
      options.fileSystem = disk.name
      let store = try await SQLitePersistence.open(path: path, options: options)
      var count: UInt64 = 0
      func append(_ documents: UInt64) async throws {
        let text = ConvexValue.string(String(repeating: "x", count: 3_000))
        let new = (count..<count + documents).map { document($0, ["text": text]) }
        count += documents
        let timestamp = Timestamp(rawValue: Int64(count))
        try await store.append([
          CommitRecord(timestamp: timestamp, documents: new.map { .insert($0) })
        ])
      }
      try await append(10)
      // Another program's snapshot, beyond which nothing is copied, and so nothing synced.
      var reader: SQLiteFile? = try SQLiteFile(path, fileSystem: disk.name)
      try reader?.execute("BEGIN")
      #expect(try reader?.texts("SELECT count(*) FROM _hull_documents") == [["10"]])
      let (copies, copying) = AsyncStream.makeStream(of: Void.self)
      disk.setFault { operation in
        if operation.kind == .write, !operation.isOnLog { copying.yield() }
        #expect(operation.kind != .sync || operation.isOnLog)
        return nil
      }
      try await append(20)
      var arrived = copies.makeAsyncIterator()
      await arrived.next()
      // Closing waits for the rest, and then for its own copying, whose first sync fails.
      disk.setFault(nil)
      reader = nil
      let syncs = Atomic<Int>(0)
      disk.setFault { operation in
        guard operation.kind == .sync, !operation.isOnLog else { return nil }
        let isFirst = syncs.add(1, ordering: .sequentiallyConsistent).oldValue == 0
        return isFirst ? .failedSyncForgetting : nil
      }
      await store.close()
      disk.setFault(nil)
      #expect(syncs.load(ordering: .sequentiallyConsistent) >= 1)
      let left = disk.afterCrash(.nothing, seed: 1)
      options.fileSystem = left.name
      let found = try await SQLitePersistence.open(path: path, options: options)
      #expect(try await found.ids(.byID(users)) == (0..<count).map { id($0) })
      await found.close()
      #expect(
        try SQLiteFile(path, fileSystem: left.name).texts("PRAGMA integrity_check") == [["ok"]]
      )
    }
  }
}
