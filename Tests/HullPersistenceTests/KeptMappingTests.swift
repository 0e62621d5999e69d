import Foundation
import HullPersistence
import HullValues
import Testing

/// Reading a file that is mapped, and stays so while it changes.
@Suite struct KeptMappingTests {
  private func text(_ n: Int, _ version: Int) -> ConvexObject {
    ["text": .string("\(n) in version \(version) " + String(repeating: "x", count: 500))]
  }

  private func rewrite(
    _ store: SQLitePersistence,
    _ numbers: Range<Int>,
    version: Int
  ) async throws {
    let documents = numbers.map { number in
      let after = document(UInt64(number), in: users, text(number, version))
      if version == 1 { return DocumentWrite.insert(after) }
      let before = document(UInt64(number), in: users, text(number, version - 1))
      let old = stored(before, at: Timestamp(rawValue: Int64(version) - 1))
      return DocumentWrite.replace(old, with: after)
    }
    let timestamp = Timestamp(rawValue: Int64(version))
    try await store.append([CommitRecord(timestamp: timestamp, documents: documents)])
  }

  @Test func `what checkpoints write over and append is read after each of them`() async throws {
    let options = SQLiteOptions(durability: .normal)
    try await withTemporaryFile { path in
      let store = try await SQLitePersistence.open(path: path, options: options)
      let file = try SQLiteFile(path)
      // The second snapshot is read with the file mapped.
      try await rewrite(store, 0..<300, version: 1)
      for n in 0..<300 { _ = try await store.document(id(UInt64(n)), atLeast: 1) }
      for version in 2...40 {
        try await rewrite(store, 0..<300, version: version)
        _ = try file.texts("PRAGMA wal_checkpoint(PASSIVE)")
        let timestamp = Timestamp(rawValue: Int64(version))
        for n in stride(from: version % 7, to: 300, by: 7) {
          let (found, _) = try await store.document(id(UInt64(n)), atLeast: timestamp)
          #expect(found == stored(document(UInt64(n), in: users, text(n, version)), at: timestamp))
        }
      }
      #expect(await store.statistics().fileSizeBytes > 300 * 500, "the file has the documents")
      await store.close()
    }
  }

  @Test func `a file that another program makes shorter is read on`() async throws {
    try await withTemporaryFile { path in
      let store = try await SQLitePersistence.open(
        path: path,
        options: SQLiteOptions(durability: .normal)
      )
      let file = try SQLiteFile(path)
      _ = try file.texts("PRAGMA busy_timeout = 10000")
      try await rewrite(store, 0..<2_000, version: 1)
      for n in 0..<2_000 { _ = try await store.document(id(UInt64(n)), atLeast: 1) }
      try await rewrite(store, 0..<2_000, version: 2)
      await store.releaseMemory()
      _ = try file.texts("PRAGMA wal_checkpoint(TRUNCATE)")
      for n in 0..<2_000 { _ = try await store.document(id(UInt64(n)), atLeast: 2) }
      let gone = (100..<2_000).map { number in
        DocumentWrite.delete(stored(document(UInt64(number), in: users, text(number, 2)), at: 2))
      }
      try await store.append([CommitRecord(timestamp: 3, documents: gone)])
      let before = await store.statistics().fileSizeBytes
      // A checkpoint of all of the log waits for readers, which keep their snapshots.
      await store.releaseMemory()
      _ = try file.texts("DELETE FROM _hull_changes")
      _ = try file.texts("VACUUM")
      _ = try file.texts("PRAGMA wal_checkpoint(TRUNCATE)")
      let after = await store.statistics().fileSizeBytes
      #expect(after < before / 2, "it has become shorter, \(before) to \(after)")
      for n in 0..<2_000 {
        let (found, _) = try await store.document(id(UInt64(n)), atLeast: 3)
        let expected = n < 100 ? stored(document(UInt64(n), in: users, text(n, 2)), at: 2) : nil
        #expect(found == expected, "\(n)")
      }
      await store.close()
    }
  }
}
