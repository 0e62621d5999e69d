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

  @Test func `a commit on the caller's thread is there for readers and after a restart`()
    async throws
  {
    try await withTemporaryFile { path in
      let store = try await open(path, .full)
      #expect(try store.appendOnThisThread([commit(1)]))
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
      #expect(try store.appendOnThisThread([commit(2)]))
      let late = #expect(throws: PersistenceError.self) {
        try store.appendOnThisThread([commit(1)])
      }
      #expect(late?.code == .inconsistentWrite)
      let twice = #expect(throws: PersistenceError.self) {
        try store.appendOnThisThread([
          CommitRecord(timestamp: 3, documents: [.insert(document(3)), .insert(document(2))])
        ])
      }
      #expect(twice?.code == .inconsistentWrite)
      #expect(try await store.ids(.byID(users)) == [id(2)])
      #expect(try store.appendOnThisThread([commit(3)]))
      await store.close()
      let closed = #expect(throws: PersistenceError.self) {
        try store.appendOnThisThread([commit(4)])
      }
      #expect(closed?.code == .closed)
    }
  }
}
