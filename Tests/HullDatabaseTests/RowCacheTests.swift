import HullDatabase
import HullPersistence
import HullValues
import TestRandomness
import Testing

/// Rows that are kept in memory: read from there, always as the disk has them, within bounds.
@Suite struct RowCacheTests {
  private static let schema = SchemaDefinition.indexes(["t": ["by_rank": ["rank"]]])

  private func withDatabase(
    rowCacheBytes: Int = 32 << 20,
    _ body: (Database, HookedPersistence) async throws -> Void
  ) async throws {
    let store = HookedPersistence()
    var options = DatabaseOptions.test()
    options.rowCacheBytes = rowCacheBytes
    let database = try await Database.open(
      persistence: store,
      schema: Self.schema,
      options: options
    )
    try await body(database, store)
    await database.close()
  }

  private func insert(
    _ ranks: some Sequence<Int>,
    into database: Database
  ) async throws -> [DocumentID] {
    try await database.withTransaction(source: "test:fill") { transaction in
      var ids: [DocumentID] = []
      for rank in ranks {
        ids.append(try await transaction.insert("t", ["rank": .float64(Double(rank))]))
      }
      return ids
    }.value
  }

  private func ranks(
    of transaction: Transaction,
    order: Order = .ascending,
    limit: Int? = nil
  ) async throws -> [ConvexValue?] {
    try await transaction.values("rank", of: "t", index: "by_rank", order: order, limit: limit)
  }

  @Test(arguments: [Order.ascending, .descending])
  func `what is read a third time does not come from the disk`(order: Order) async throws {
    try await withDatabase { database, store in
      _ = try await insert(0..<200, into: database)
      let first = try await ranks(of: database.begin(), order: order, limit: 100)
      #expect(try await ranks(of: database.begin(), order: order, limit: 100) == first)
      let scans = store.scans
      #expect(try await ranks(of: database.begin(), order: order, limit: 100) == first)
      let fewer = try await ranks(of: database.begin(), order: order, limit: 7)
      #expect(fewer == Array(first.prefix(7)))
      #expect(store.scans == scans)
    }
  }

  @Test func `a document read by id a third time does not come from the disk`() async throws {
    try await withDatabase { database, store in
      let id = try await insert([1], into: database)[0]
      for _ in 0..<2 { _ = try await database.begin().get(id) }
      let reads = store.documents
      #expect(try await database.begin().get(id)?.object()["rank"] == 1.0)
      #expect(store.documents == reads)
      #expect(database.rowCacheCounters.hits == 1)
      #expect(database.rowCacheCounters.misses == 2)
    }
  }

  @Test func `what is not there is known without the disk`() async throws {
    try await withDatabase { database, store in
      _ = try await insert([1, 3], into: database)
      func find() async throws -> [ConvexValue?] {
        let transaction = database.begin()
        return try await transaction.values(
          "rank",
          of: "t",
          index: "by_rank",
          startingWith: [2.0]
        )
      }
      for _ in 0..<2 { #expect(try await find().isEmpty) }
      let scans = store.scans
      #expect(try await find().isEmpty)
      #expect(store.scans == scans)
      _ = try await insert([2], into: database)
      #expect(try await find() == [2.0])
      #expect(store.scans == scans)
    }
  }

  @Test func `a scan that comes to a gap goes on from the disk`() async throws {
    try await withDatabase { database, store in
      _ = try await insert(0..<200, into: database)
      for _ in 0..<2 { _ = try await ranks(of: database.begin(), limit: 50) }
      for _ in 0..<2 { _ = try await ranks(of: database.begin(), order: .descending, limit: 50) }
      let all = (0..<200).map { ConvexValue?(.float64(Double($0))) }
      #expect(try await ranks(of: database.begin()) == all)
      #expect(try await ranks(of: database.begin(), order: .descending) == all.reversed())
    }
  }

  @Test func `commits change what is in memory`() async throws {
    try await withDatabase { database, store in
      let ids = try await insert(0..<100, into: database)
      for _ in 0..<2 { _ = try await ranks(of: database.begin()) }
      for _ in 0..<2 { _ = try await database.begin().get(ids[5]) }
      let (scans, documents) = (store.scans, store.documents)
      try await database.withTransaction(source: "test:change") { transaction in
        try await transaction.delete(ids[7])
        _ = try await transaction.patch(ids[5], [("rank", 1000.0)])
        _ = try await transaction.insert("t", ["rank": 50.5])
      }
      var expected = (0..<100).map(Double.init).filter { $0 != 7 && $0 != 5 } + [50.5, 1000]
      expected.sort()
      #expect(try await ranks(of: database.begin()) == expected.map { .float64($0) })
      #expect(try await database.begin().get(ids[5])?.object()["rank"] == 1000.0)
      #expect(store.scans == scans)
      // The one that is deleted was read by the transaction.
      #expect(store.documents == documents + 1)
    }
  }

  @Test func `an older snapshot does not see what is in memory of later commits`() async throws {
    try await withDatabase { database, store in
      let ids = try await insert(0..<10, into: database)
      for _ in 0..<2 {
        _ = try await ranks(of: database.begin())
        _ = try await database.begin().get(ids[3])
      }
      let before = database.begin()
      try await database.withTransaction(source: "test:change") { transaction in
        _ = try await transaction.patch(ids[3], [("rank", 77.0)])
        try await transaction.delete(ids[4])
      }
      #expect(try await ranks(of: before) == (0..<10).map { .float64(Double($0)) })
      #expect(try await before.get(ids[3])?.object()["rank"] == 3.0)
      #expect(try await before.get(ids[4])?.object()["rank"] == 4.0)
    }
  }

  @Test func `a page that a commit has overtaken is not kept`() async throws {
    try await withDatabase { database, store in
      _ = try await insert([1, 2], into: database)
      _ = try await ranks(of: database.begin())
      store.afterScan { [self] _ in
        store.afterScan(nil)
        do { _ = try await insert([3], into: database) } catch { Issue.record(error) }
      }
      #expect(try await ranks(of: database.begin()) == [1.0, 2.0])
      #expect(try await ranks(of: database.begin()) == [1.0, 2.0, 3.0])
    }
  }

  @Test func `a page with a commit that is not published yet is not kept`() async throws {
    try await withDatabase { database, store in
      _ = try await insert([1, 2], into: database)
      _ = try await ranks(of: database.begin())
      let older = database.begin()
      store.afterAppend { [self] in
        store.afterAppend {}
        do {
          // The disk has the commit, and this snapshot takes it back.
          #expect(try await ranks(of: database.begin()) == [1.0, 2.0])
          #expect(try await ranks(of: older) == [1.0, 2.0])
        } catch {
          Issue.record(error)
        }
      }
      _ = try await insert([3], into: database)
      #expect(try await ranks(of: database.begin()) == [1.0, 2.0, 3.0])
    }
  }

  @Test func `a failed commit leaves no trace in memory`() async throws {
    try await withDatabase { database, store in
      let ids = try await insert([1, 2], into: database)
      for _ in 0..<2 {
        _ = try await ranks(of: database.begin())
        _ = try await database.begin().get(ids[0])
      }
      store.onAppend { _ in .fail }
      await #expect(throws: DatabaseError.self) {
        try await database.withTransaction(source: "test:change") { transaction in
          _ = try await transaction.patch(ids[0], [("rank", 5.0)])
        }
      }
      #expect(try await ranks(of: database.begin()) == [1.0, 2.0])
      #expect(try await database.begin().get(ids[0])?.object()["rank"] == 1.0)
    }
  }

  @Test func `memory stays within its bound, whatever is read and written`() async throws {
    let bound = 100_000
    try await withDatabase(rowCacheBytes: bound) { database, store in
      let ids = try await insert(0..<2_000, into: database)
      var largest = 0
      for id in ids {
        for _ in 0..<3 { _ = try await database.begin().get(id) }
        largest = max(largest, database.rowCacheCounters.bytes)
      }
      // The end of the index is in memory and gains every new row.
      for _ in 0..<3 { _ = try await ranks(of: database.begin(), order: .descending, limit: 10) }
      for rank in 2_000..<4_000 {
        _ = try await insert([rank], into: database)
        largest = max(largest, database.rowCacheCounters.bytes)
      }
      #expect(largest <= bound)
      #expect(largest > bound / 2)
    }
  }

  @Test func `without memory for rows every read comes from the disk`() async throws {
    try await withDatabase(rowCacheBytes: 0) { database, store in
      let id = try await insert([1], into: database)[0]
      let (scans, documents) = (store.scans, store.documents)
      for _ in 0..<3 {
        #expect(try await ranks(of: database.begin()) == [1.0])
        _ = try await database.begin().get(id)
      }
      #expect(store.scans == scans + 3)
      #expect(store.documents == documents + 3)
    }
  }

  @Test func `a pause empties it`() async throws {
    try await withDatabase { database, store in
      let ids = try await insert(0..<100, into: database)
      for _ in 0..<3 {
        _ = try await ranks(of: database.begin())
        _ = try await database.begin().get(ids[0])
      }
      #expect(database.rowCacheCounters.bytes > 10_000)
      await database.releaseMemory()
      #expect(database.rowCacheCounters.bytes == 0)
      #expect(try await ranks(of: database.begin()).count == 100)
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `ranges of any size from both ends are as a sorted list has them`(
    seed: UInt64
  ) async throws {
    var generator = SeededGenerator(seed: seed)
    let bytes = seed.isMultiple(of: 2) ? 30_000 : 32 << 20
    try await withDatabase(rowCacheBytes: bytes) { database, _ in
      var model: [Double: DocumentID] = [:]
      for _ in 0..<600 {
        let rank = Double(Int.random(in: 0..<400, using: &generator))
        switch Int.random(in: 0..<8, using: &generator) {
        case 0:
          if let id = model.removeValue(forKey: rank) {
            try await database.withTransaction(source: "test") { try await $0.delete(id) }
          }
        case 1, 2:
          if model[rank] == nil {
            model[rank] = try await database.insert("t", ["rank": .float64(rank)])
          }
        case 3:
          let id = model[rank]
          let found = try await database.begin().get(id ?? DocumentID.absent)
          #expect(found?.id == id, "seed \(seed)")
        default:
          // Few bounds, so that the same are asked for again and others overlap them.
          let start = Double(Int.random(in: 0..<8, using: &generator) * 50)
          let end = start + Double(Int.random(in: 1..<5, using: &generator) * 50)
          let order: Order = Bool.random(using: &generator) ? .ascending : .descending
          let limit = [1, 3, 40, 200].randomElement(using: &generator) ?? 1
          let found = try await read(start..<end, order, limit, from: database)
          var expected = model.keys.filter { (start..<end).contains($0) }.sorted()
          if order == .descending { expected.reverse() }
          #expect(found == Array(expected.prefix(limit)), "seed \(seed)")
        }
      }
    }
  }

  private func read(
    _ ranks: Range<Double>,
    _ order: Order,
    _ limit: Int,
    from database: Database
  ) async throws -> [Double] {
    let range = KeyRange(
      start: IndexKey([.float64(ranks.lowerBound)]),
      end: IndexKey([.float64(ranks.upperBound)])
    )
    return try await database.begin().exclusively { state in
      guard let table = state.table(named: try TableName(validating: "t")) else { return [] }
      let scan = state.scan(
        .index(try #require(table.index(named: "by_rank")).id),
        in: table.number,
        range: range,
        order: order,
        expectedRows: limit
      )
      let rows = try await state.next(scan, upTo: limit)
      state.close(scan)
      return try rows.map { row in
        guard case .float64(let rank)? = try row.document?.object()["rank"] else { return .nan }
        return rank
      }
    }
  }
}
