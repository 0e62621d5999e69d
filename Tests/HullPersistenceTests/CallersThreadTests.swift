import Foundation
import HullPersistence
import HullValues
import Testing

/// Commits that are written on the thread that hands them in.
@Suite struct CallersThreadTests {
  private func commit(_ n: UInt64) -> CommitRecord {
    CommitRecord(timestamp: Timestamp(rawValue: Int64(n)), documents: [.insert(document(n))])
  }

  private func open(_ path: String, _ durability: Durability) async throws -> SQLitePersistence {
    try await SQLitePersistence.open(path: path, options: SQLiteOptions(durability: durability))
  }

  /// Writes on the calling thread, once the writer's own has put down what it did before.
  private func append(_ batch: [CommitRecord], to store: SQLitePersistence) async throws {
    while try !store.appendOnThisThread(batch) { await Task.yield() }
  }

  @Test func `a commit on the caller's thread is there for readers and after a restart`()
    async throws
  {
    try await withTemporaryFile { path in
      let store = try await open(path, .full)
      try await append([commit(1)], to: store)
      #expect(store.lastTimestamp == 1)
      #expect(try await store.document(id(1)) == stored(document(1), at: 1))
      await store.close()
      let reopened = try await open(path, .full)
      #expect(reopened.lastTimestamp == 1)
      #expect(try await reopened.ids(.byID(users)) == [id(1)])
      await reopened.close()
    }
  }

  @Test func `commits on the caller's thread take turns with all other work of the writer`()
    async throws
  {
    try await withTemporaryFile { path in
      let store = try await open(path, .off)
      let count: UInt64 = 2_000
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for n in 1...count {
            let batch = [self.commit(n)]
            if try !store.appendOnThisThread(batch) { try await store.append(batch) }
          }
        }
        for _ in 0..<2 {
          group.addTask {
            for n in 1...200 as ClosedRange<Int64> {
              try await store.prune(changesBefore: Timestamp(rawValue: n))
              _ = try await store.removeEntries(of: 1, limit: 1)
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await store.ids(.byID(users)).count == Int(count))
      await store.close()
      #expect(try SQLiteFile(path).texts("PRAGMA integrity_check") == [["ok"]])
    }
  }

  @Test func `a commit that fails on the caller's thread leaves nothing and the next succeeds`()
    async throws
  {
    try await withTemporaryFile { path in
      let store = try await open(path, .off)
      try await append([commit(2)], to: store)
      let late = await #expect(throws: PersistenceError.self) {
        try await append([commit(1)], to: store)
      }
      #expect(late?.code == .inconsistentWrite)
      let twice = await #expect(throws: PersistenceError.self) {
        let record = CommitRecord(
          timestamp: 3,
          documents: [.insert(document(3)), .insert(document(2))]
        )
        try await append([record], to: store)
      }
      #expect(twice?.code == .inconsistentWrite)
      #expect(try await store.ids(.byID(users)) == [id(2)])
      try await append([commit(3)], to: store)
      await store.close()
      let closed = await #expect(throws: PersistenceError.self) {
        try await append([commit(4)], to: store)
      }
      #expect(closed?.code == .closed)
    }
  }
}
