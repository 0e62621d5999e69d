import HullDatabase
import HullPersistence
import HullValues
import Testing

/// Which entries of an index a change adds and removes.
@Suite struct DocumentVersionTests {
  private func keys(_ bytes: [UInt8]) -> IndexKeys { .many(bytes.map { IndexKey(bytes: [$0]) }) }

  private func bytes(_ keys: [IndexKey]) -> [UInt8] { keys.flatMap(\.bytes) }

  @Test func `many keys are subtracted as sorted sets`() {
    #expect(bytes(keys([1, 2, 3, 5]).subtracting(keys([2, 4, 5]))) == [1, 3])
    #expect(bytes(keys([]).subtracting(keys([1]))) == [])
    #expect(bytes(keys([1, 2]).subtracting(keys([]))) == [1, 2])
    #expect(bytes(keys([1, 2]).subtracting(keys([1, 2]))) == [])
    #expect(bytes(keys([7, 9]).subtracting(keys([1, 8]))) == [7, 9])
  }

  @Test func `one key is subtracted as a set of one`() {
    let one = IndexKeys.one(IndexKey(bytes: [1]))
    let two = IndexKeys.one(IndexKey(bytes: [2]))
    #expect(bytes(one.subtracting(two)) == [1])
    #expect(bytes(one.subtracting(one)) == [])
    #expect(bytes(one.subtracting(keys([1, 2]))) == [])
    #expect(bytes(one.subtracting(keys([2]))) == [1])
    #expect(bytes(keys([1, 2]).subtracting(one)) == [2])
  }

  // commit                         disk
  // patch n                        the entries of by_n change, those of by_m stay
  @Test func `only entries whose key changed are written`() async throws {
    let store = HookedPersistence()
    let database = try await Database.open(
      persistence: store,
      schema: .indexes(["t": ["by_n": ["n"], "by_m": ["m"]]]),
      options: .test()
    )
    let entries = Shared<[[Bool]]>([])
    store.onAppend { batch in
      entries.update { $0 += batch.map { $0.entries.map(\.isPresent) } }
      return .write
    }
    let id = try await database.insert("t", ["n": 1, "m": 1])
    try await database.withTransaction(source: "t") { try await $0.patch(id, [("n", 2)]) }
    try await database.withTransaction(source: "t") { try await $0.patch(id, [("other", 2)]) }
    try await database.withTransaction(source: "t") { try await $0.delete(id) }
    #expect(
      entries.value == [[true, true, true], [false, true], [], [false, false, false]]
    )
  }

  @Test func `a document inserted and deleted by one transaction is never written`() async throws {
    let database = try await Database.inMemory(schema: .indexes(["t": [:]]))
    let before = database.latestTimestamp
    let committed = try await database.withTransaction(source: "t") { transaction in
      let id = try await transaction.insert("t", [:])
      try await transaction.delete(id)
    }
    #expect(committed.timestamp == before)
    #expect(database.latestTimestamp == before)
  }
}
