import FaultyDisk
import HullPersistence
import HullValues
import Synchronization
import Testing

/// How the write-ahead log is written.
@Suite struct JoinedLogTests {
  /// What happens to the log.
  private final class Operations: Sendable {
    /// Guards the list.
    private let list = Mutex<[DiskOperation.Kind]>([])

    func note(_ operation: DiskOperation) -> DiskFault? {
      if operation.isOnLog, !operation.isBlank { list.withLock { $0.append(operation.kind) } }
      return nil
    }

    func take() -> [DiskOperation.Kind] {
      list.withLock { list in
        defer { list = [] }
        return list
      }
    }
  }

  private func store(
    _ path: String,
    on disk: FaultyDisk,
    _ durability: Durability
  ) async throws -> SQLitePersistence {
    var options = SQLiteOptions(durability: durability)
    options.fileSystem = disk.name
    return try await SQLitePersistence.open(path: path, options: options)
  }

  private func record(at timestamp: Timestamp, _ numbers: Range<UInt64>) -> CommitRecord {
    CommitRecord(
      timestamp: timestamp,
      documents: numbers.map { .insert(document($0, ["text": .string("\($0) of many")])) },
      entries: numbers.map { .set(1, .string("\($0)"), id: id($0)) }
    )
  }

  @Test func `a commit is written to the log at once, and then synced`() async throws {
    try await withTemporaryFile { path in
      let (disk, operations) = (FaultyDisk(), Operations())
      let store = try await store(path, on: disk, .full)
      try await store.append([record(at: 1, 0..<1)])
      disk.setFault(operations.note)
      try await store.append([record(at: 2, 1..<2)])
      #expect(operations.take() == [.write, .sync])
      disk.setFault(nil)
      await store.close()
    }
  }

  @Test func `a commit of more pages than are written at once is whole, and seen by others`()
    async throws
  {
    try await withTemporaryFile { path in
      let (disk, operations) = (FaultyDisk(), Operations())
      let store = try await store(path, on: disk, .full)
      disk.setFault(operations.note)
      try await store.append([record(at: 1, 0..<2_000)])
      let writes = operations.take()
      #expect(writes.count { $0 == .write } > 3, "it was long enough")
      #expect(writes.last == .sync)
      disk.setFault(nil)
      // Of another connection, from the log, and again from what a power failure leaves.
      #expect(try await store.ids(.byID(users)).count == 2_000)
      let left = disk.afterCrash(.everything, seed: 1)
      await store.close()
      let reopened = try await self.store(path, on: left, .full)
      #expect(try await reopened.ids(.index(1)).count == 2_000)
      await reopened.close()
    }
  }

  @Test func `on a disk whose last sector is filled up after the sync nothing is joined`()
    async throws
  {
    try await withTemporaryFile { path in
      let (disk, operations) = (FaultyDisk(isPowersafe: false), Operations())
      let store = try await store(path, on: disk, .full)
      for number: UInt64 in 0..<20 {
        disk.setFault(operations.note)
        try await store.append([
          self.record(at: Timestamp(rawValue: Int64(number) + 1), number..<number + 1)
        ])
        disk.setFault(nil)
        #expect(operations.take().last == .write, "SQLite filled up the sector")
        #expect(try await store.ids(.index(1)).count == Int(number) + 1)
      }
      await store.close()
      #expect(
        try SQLiteFile(path, fileSystem: disk.name).texts("PRAGMA integrity_check") == [["ok"]]
      )
    }
  }

  @Test func `however little of the last piece is missing, the commit is not there`() async throws {
    for missing in [1, 4_096, 4_120] {
      for documents: UInt64 in [1, 2_000] {
        try await withTemporaryFile { path in
          let (disk, operations) = (FaultyDisk(), Operations())
          let store = try await store(path, on: disk, .full)
          disk.setFault(operations.note)
          try await store.append([record(at: 1, 0..<documents)])
          let writes = operations.take().count { $0 == .write }
          // As long a commit again fails at its last piece, or before if it is shorter.
          let left = Mutex(writes)
          disk.setFault { operation in
            guard operation.isOnLog, operation.kind == .write, !operation.isBlank
            else { return nil }
            let isLast = left.withLock { left in
              left -= 1
              return left <= 0
            }
            return isLast ? .full(operation.bytes - missing) : nil
          }
          let error = await #expect(throws: PersistenceError.self) {
            try await store.append([self.record(at: 2, documents..<documents * 3)])
          }
          #expect(error?.code == .diskFull)
          disk.setFault(nil)
          let image = disk.afterCrash(.nothing, seed: 1)
          #expect(try await store.ids(.byID(users)).count == Int(documents))
          await store.close()
          let reopened = try await self.store(path, on: image, .full)
          #expect(reopened.lastTimestamp == 1)
          #expect(try await reopened.ids(.index(1)).count == Int(documents))
          await reopened.close()
        }
      }
    }
  }

  @Test func `the file of the log becomes longer for one commit in many`() async throws {
    try await withTemporaryFile { path in
      let store = try await SQLitePersistence.open(path: path, options: SQLiteOptions())
      var lengths: [Int] = []
      for number: UInt64 in 0..<200 {
        let timestamp = Timestamp(rawValue: Int64(number) + 1)
        try await store.append([record(at: timestamp, number..<number + 1)])
        lengths.append(await store.statistics().logSizeBytes)
      }
      #expect(lengths == lengths.sorted())
      let last = try #require(lengths.last)
      #expect(last > 200 * 2 * 4_120, "every commit changes two pages at least")
      #expect(Set(lengths).count < 40, "\(Set(lengths).sorted())")
      let steps = zip(lengths.dropFirst(), lengths).map { $0 - $1 }
      #expect(steps.allSatisfy { $0 <= 300 << 10 }, "\(Set(steps).sorted())")
      await store.close()
      #expect(try SQLiteFile(path).texts("PRAGMA integrity_check") == [["ok"]])
    }
  }

  @Test(arguments: [DiskFault.failed, .shortWrite(100), .full(5_000)])
  func `a commit is there, whether or not there is room for zeros after it`(
    fault: DiskFault
  ) async throws {
    try await withTemporaryFile { path in
      let disk = FaultyDisk()
      disk.setFault { $0.isOnLog && $0.isBlank ? fault : nil }
      let store = try await store(path, on: disk, .full)
      for number: UInt64 in 0..<40 {
        let timestamp = Timestamp(rawValue: Int64(number) + 1)
        try await store.append([self.record(at: timestamp, number..<number + 1)])
      }
      #expect(disk.faults.count > 2)
      let left = disk.afterCrash(.everything, seed: 1)
      #expect(try await store.ids(.index(1)).count == 40)
      await store.close()
      let reopened = try await self.store(path, on: left, .full)
      #expect(reopened.lastTimestamp == 40)
      #expect(try await reopened.ids(.byID(users)).count == 40)
      await reopened.close()
    }
  }

  @Test func `a commit that found the disk full is not there, though every byte was written`()
    async throws
  {
    try await withTemporaryFile { path in
      let disk = FaultyDisk()
      let store = try await store(path, on: disk, .full)
      try await store.append([record(at: 1, 0..<5)])
      disk.setFault { operation in
        guard operation.isOnLog, operation.kind == .write, !operation.isBlank else { return nil }
        return .full(operation.bytes)
      }
      let error = await #expect(throws: PersistenceError.self) {
        try await store.append([self.record(at: 2, 5..<10)])
      }
      #expect(error?.code == .diskFull)
      let image = disk.afterCrash(.nothing, seed: 1)
      disk.setFault(nil)
      await store.close()
      let reopened = try await self.store(path, on: image, .full)
      #expect(reopened.lastTimestamp == 1)
      #expect(try await reopened.ids(.byID(users)).count == 5)
      await reopened.close()
    }
  }

  @Test func `no zeros are written over what another program has committed`() async throws {
    try await withTemporaryFile { path in
      let disk = FaultyDisk()
      // The log ends where the last commit of this store does, as on a full disk.
      disk.setFault { $0.isOnLog && $0.isBlank ? .full(0) : nil }
      let store = try await store(path, on: disk, .full)
      try await store.append([record(at: 1, 0..<5)])
      disk.setFault(nil)
      let other = try SQLiteFile(path, fileSystem: disk.name)
      _ = try other.texts("CREATE TABLE other AS SELECT 'theirs' AS text")
      // Has the log copied, and syncs it before.
      await store.close()
      let file = try SQLiteFile(path, fileSystem: disk.name)
      #expect(try file.texts("PRAGMA integrity_check") == [["ok"]])
      #expect(try file.texts("SELECT text FROM other") == [["theirs"]])
    }
  }

  @Test(arguments: [Durability.normal, .off])
  func `a commit that is not synced is in the log before others see it`(
    durability: Durability
  ) async throws {
    try await withTemporaryFile { path in
      let (disk, operations) = (FaultyDisk(), Operations())
      let store = try await store(path, on: disk, durability)
      try await store.append([record(at: 1, 0..<1)])
      disk.setFault(operations.note)
      try await store.append([record(at: 2, 1..<50)])
      #expect(!operations.take().contains(.sync))
      disk.setFault(nil)
      #expect(try await store.ids(.index(1)).count == 50)
      // The program is gone, the system is not.
      let left = disk.afterCrash(.nothing, seed: 1)
      await store.close()
      let reopened = try await self.store(path, on: left, durability)
      #expect(reopened.lastTimestamp == 2)
      #expect(try await reopened.ids(.byID(users)).count == 50)
      await reopened.close()
    }
  }

  @Test func `a piece that did not fit takes nothing of the commits before and after it along`()
    async throws
  {
    try await withTemporaryFile { path in
      let disk = FaultyDisk()
      let store = try await store(path, on: disk, .full)
      try await store.append([record(at: 1, 0..<5)])
      disk.setFault { $0.isOnLog && $0.kind == .write ? .full(5_000) : nil }
      await #expect(throws: PersistenceError.self) {
        try await store.append([self.record(at: 2, 5..<10)])
      }
      let operations = Operations()
      disk.setFault(operations.note)
      #expect(try await store.ids(.byID(users)).count == 5)
      _ = operations.take()
      try await store.append([record(at: 3, 10..<15)])
      let changes = operations.take().filter { $0 != .read }
      #expect(changes == [.write, .sync], "nothing was left of the commit before")
      disk.setFault(nil)
      let left = disk.afterCrash(.everything, seed: 1)
      await store.close()
      let reopened = try await self.store(path, on: left, .full)
      #expect(reopened.lastTimestamp == 3)
      let numbers = Array<UInt64>(0..<5) + Array(10..<15)
      #expect(try await reopened.ids(.byID(users)) == numbers.map { id($0) })
      await reopened.close()
    }
  }
}
