import HullPersistence
import HullValues
import Testing

/// What every engine does; each test runs on all of them.
@Suite struct PersistenceContractTests {
  @Test(arguments: Engine.allCases)
  func `an empty store has nothing and is at timestamp zero`(engine: Engine) async throws {
    try await engine.withStore { store in
      #expect(store.lastTimestamp == .zero)
      let read = try await store.document(id(1), atLeast: .zero)
      #expect(read.document == nil)
      #expect(read.readAt == .zero)
      let page = try await store.scan(ScanRequest(source: .byID(users), range: .all, limit: 5))
      #expect(page == ScanPage(rows: [], isExhausted: true, readAt: .zero))
      #expect(try await store.changes(after: .zero, upTo: nil, limit: 10) == [])
      #expect(try await store.metadata("schema") == nil)
    }
  }

  @Test(arguments: Engine.allCases)
  func `a document is read back as it was written, until it is replaced or deleted`(
    engine: Engine
  ) async throws {
    try await engine.withStore { store in
      let first = document(
        1,
        ["name": "Å\u{0}\u{1F980}", "age": .int64(-3), "blob": .bytes([0, 255])]
      )
      let second = document(1, ["name": "two"])
      try await store.append([CommitRecord(timestamp: 10, documents: [.insert(first)])])
      let read = try await store.document(id(1), atLeast: 10)
      #expect(read.document == stored(first, at: 10))
      #expect(read.readAt == 10)
      #expect(try await store.document(id(1, in: pets)) == nil)

      let replacement = DocumentWrite.replace(stored(first, at: 10), with: second)
      try await store.append([CommitRecord(timestamp: 20, documents: [replacement])])
      #expect(try await store.document(id(1)) == stored(second, at: 20))

      let deletion = DocumentWrite.delete(stored(second, at: 20))
      try await store.append([CommitRecord(timestamp: 30, documents: [deletion])])
      #expect(try await store.document(id(1)) == nil)
      #expect(store.lastTimestamp == 30)
    }
  }

  @Test(arguments: Engine.allCases)
  func `a snapshot newer than every commit reads the newest state`(engine: Engine) async throws {
    try await engine.withStore { store in
      try await store.append([CommitRecord(timestamp: 10, documents: [.insert(document(1))])])
      let read = try await store.document(id(1), atLeast: 1_000)
      #expect(read.document == stored(document(1), at: 10))
      #expect(read.readAt == 10)
    }
  }

  @Test(arguments: Engine.allCases)
  func `an index is scanned in key order in both directions`(engine: Engine) async throws {
    try await engine.withStore { store in
      let names: [(n: UInt64, name: String)] = [(1, "b"), (2, "a"), (3, "c"), (4, "b")]
      try await store.append([
        CommitRecord(
          timestamp: 10,
          documents: names.map { .insert(document($0.n, ["name": .string($0.name)])) },
          entries: names.map { .set(1, .string($0.name), id: id($0.n)) }
        )
      ])
      #expect(try await store.ids(.index(1)) == [2, 1, 4, 3].map { id($0) })
      #expect(try await store.ids(.index(1), .all, .descending) == [3, 4, 1, 2].map { id($0) })
      #expect(try await store.ids(.index(2)) == [])

      let b = KeyRange(prefix: IndexKey([.string("b")]))
      #expect(try await store.ids(.index(1), b) == [id(1), id(4)])
      #expect(try await store.ids(.index(1), b, .descending) == [id(4), id(1)])
      let fromB = KeyRange(start: IndexKey([.string("b")]), end: nil)
      #expect(try await store.ids(.index(1), fromB) == [id(1), id(4), id(3)])
      let empty = KeyRange(start: IndexKey([.string("x")]), end: IndexKey([.string("a")]))
      #expect(try await store.ids(.index(1), empty) == [])
    }
  }

  @Test(arguments: Engine.allCases)
  func `documents come without their keys as the rows of a scan do`(engine: Engine) async throws {
    try await engine.withStore { store in
      try await store.append([
        CommitRecord(
          timestamp: 10,
          documents: (1...9).map { .insert(document($0, ["n": .float64(Double($0 % 3))])) },
          entries: (1...9).map { .set(1, .float64(Double($0 % 3)), id: id($0)) }
        )
      ])
      let bounded = KeyRange(prefix: IndexKey([.float64(1)]))
      for source in [ScanSource.index(1), .byID(users)] {
        for range in [KeyRange.all, bounded] where source == .index(1) || range == .all {
          for order in [Order.ascending, .descending] {
            for limit in [1, 3, 4, 9, 10] {
              let request = ScanRequest(source: source, range: range, order: order, limit: limit)
              let rows = try await store.scan(request)
              let page = try await store.documents(request, of: users, atLeast: 10)
              #expect(page.documents == rows.rows.compactMap { $0.document?.document })
              #expect(page.isExhausted == rows.isExhausted)
              if !page.isExhausted { #expect(page.lastKey == rows.rows.last?.key) }
              #expect(page.readAt == rows.readAt)
            }
          }
        }
      }
    }
  }

  @Test(arguments: Engine.allCases)
  func `a row has its key, its id and its document, or no document`(engine: Engine) async throws {
    try await engine.withStore { store in
      // A key that does not end with the id, as an index of another kind might have.
      let plain = IndexWrite(index: 2, key: IndexKey(bytes: [1, 2]), id: id(1), isPresent: true)
      try await store.append([
        CommitRecord(
          timestamp: 10,
          documents: [.insert(document(1))],
          entries: [.set(1, .string("a"), id: id(1)), plain]
        )
      ])
      var request = ScanRequest(source: .index(1), range: .all, limit: 5)
      let row = ScanRow(
        key: indexKey([.string("a")], id(1)),
        id: id(1),
        document: stored(document(1), at: 10)
      )
      #expect(try await store.scan(request).rows == [row])
      request.wantsDocuments = false
      #expect(
        try await store.scan(request).rows == [ScanRow(key: row.key, id: row.id, document: nil)]
      )
      request.source = .index(2)
      #expect(
        try await store.scan(request).rows == [ScanRow(key: plain.key, id: id(1), document: nil)]
      )
      request.wantsDocuments = true
      #expect(
        try await store.scan(request).rows
          == [ScanRow(key: plain.key, id: id(1), document: row.document)]
      )
    }
  }

  @Test(arguments: Engine.allCases)
  func `the keys of postings tell their documents`(engine: Engine) async throws {
    try await engine.withStore { store in
      let keys = (1...3).map { n in
        IndexKey(bytes: Array("word".utf8) + [0, 9] + id(n).internalID.bytes)
      }
      try await store.append([
        CommitRecord(
          timestamp: 10,
          documents: (1...3).map { .insert(document($0)) },
          entries: keys.enumerated().map { n, key in
            IndexWrite(index: 1, key: key, id: id(UInt64(n) + 1), isPresent: true)
          }
        )
      ])
      let request = ScanRequest(
        source: .index(1),
        range: .all,
        limit: 5,
        wantsDocuments: false,
        postingTable: users
      )
      let rows = try await store.scan(request).rows
      #expect(rows == (0..<3).map { ScanRow(key: keys[$0], id: id(UInt64($0) + 1), document: nil) })
    }
  }

  @Test(arguments: Engine.allCases)
  func `a page ends at its limit and the next one begins after its last key`(
    engine: Engine
  ) async throws {
    try await engine.withStore { store in
      let numbers: [UInt64] = Array(1...10)
      try await store.append([
        CommitRecord(
          timestamp: 10,
          documents: numbers.map { .insert(document($0)) },
          entries: numbers.map { .set(1, .float64(Double($0)), id: id($0)) }
        )
      ])
      for source in [ScanSource.index(1), .byID(users)] {
        for order in Order.allCases {
          var range = KeyRange.all
          var seen: [DocumentID] = []
          while true {
            let request = ScanRequest(source: source, range: range, order: order, limit: 3)
            let page = try await store.scan(request)
            #expect(page.rows.count <= 3)
            seen += page.rows.map(\.id)
            guard !page.isExhausted, let last = page.rows.last else { break }
            range = order == .ascending ? range.after(last.key) : range.before(last.key)
          }
          #expect(seen == (order == .ascending ? numbers : numbers.reversed()).map { id($0) })
        }
      }
    }
  }

  @Test(arguments: Engine.allCases)
  func `a page ends once its documents exceed the byte limit`(engine: Engine) async throws {
    try await engine.withStore { store in
      let text = ConvexValue.string(String(repeating: "x", count: 1000))
      try await store.append([
        CommitRecord(
          timestamp: 10,
          documents: (1...5).map { .insert(document($0, ["text": text])) }
        )
      ])
      var request = ScanRequest(source: .byID(users), range: .all, limit: 10, byteLimit: 1500)
      let page = try await store.scan(request)
      #expect(page.rows.map(\.id) == [id(1), id(2)])
      #expect(!page.isExhausted)
      request.wantsDocuments = false
      #expect(try await store.scan(request).rows.count == 5)
    }
  }

  @Test(arguments: Engine.allCases)
  func `documents are scanned by id within their table`(engine: Engine) async throws {
    try await engine.withStore { store in
      try await store.append([
        CommitRecord(
          timestamp: 10,
          documents: [3, 1, 2].map { .insert(document($0)) } + [.insert(document(9, in: pets))]
        )
      ])
      #expect(try await store.ids(.byID(users)) == [id(1), id(2), id(3)])
      #expect(try await store.ids(.byID(pets)) == [id(9, in: pets)])
      let point = KeyRange(point: .byID(id(2)))
      #expect(try await store.ids(.byID(users), point) == [id(2)])
      #expect(try await store.ids(.byID(pets), point) == [])
      #expect(
        try await store.ids(.byID(users), KeyRange.all.after(.byID(id(1)))) == [id(2), id(3)]
      )
      // Bounds that are no ids, as a query may have.
      let text = String(id(2).string.prefix(16))
      let bound = IndexKey([.string(text)])
      #expect(
        try await store.ids(.byID(users), KeyRange(start: bound, end: nil)) == [id(2), id(3)]
      )
      #expect(try await store.ids(.byID(users), KeyRange(start: .empty, end: bound)) == [id(1)])
      let beyond = KeyRange(start: IndexKey([.string("zzz")]), end: nil)
      #expect(try await store.ids(.byID(users), beyond) == [])
      let number = IndexKey([.float64(1)])
      #expect(try await store.ids(.byID(users), KeyRange(start: number, end: nil)).count == 3)
      #expect(try await store.ids(.byID(users), KeyRange(start: .empty, end: number)) == [])
    }
  }

  @Test(arguments: Engine.allCases)
  func `entries move, and setting or removing one twice changes nothing`(
    engine: Engine
  ) async throws {
    try await engine.withStore { store in
      try await store.append([
        CommitRecord(
          timestamp: 10,
          documents: [.insert(document(1)), .insert(document(2))],
          entries: [.set(1, "a", id: id(1)), .set(1, "a", id: id(1)), .set(1, "b", id: id(2))]
        )
      ])
      try await store.append([
        CommitRecord(
          timestamp: 20,
          entries: [
            .remove(1, "a", id: id(1)), .remove(1, "a", id: id(1)), .set(1, "c", id: id(1)),
          ]
        )
      ])
      #expect(try await store.ids(.index(1)) == [id(2), id(1)])
    }
  }

  @Test(arguments: Engine.allCases)
  func `the commits of a batch build on each other`(engine: Engine) async throws {
    try await engine.withStore { store in
      let (one, two) = (document(1, ["n": 1]), document(1, ["n": 2]))
      try await store.append([
        CommitRecord(timestamp: 10, documents: [.insert(one)], entries: [.set(1, "a", id: id(1))]),
        CommitRecord(timestamp: 11, documents: [.replace(stored(one, at: 10), with: two)]),
        CommitRecord(
          timestamp: 12,
          documents: [.delete(stored(two, at: 11))],
          entries: [.remove(1, "a", id: id(1))]
        ),
        CommitRecord(timestamp: 13, documents: [.insert(one)]),
      ])
      #expect(try await store.document(id(1)) == stored(one, at: 13))
      #expect(store.lastTimestamp == 13)
      #expect(
        try await store.changes(after: .zero, upTo: nil, limit: 10).map(\.timestamp) == [
          10, 11, 12, 13,
        ]
      )
    }
  }

  @Test(
    arguments: Engine.allCases,
    [
      CommitRecord(timestamp: 10, documents: [.insert(document(2))]),
      CommitRecord(timestamp: 12, documents: [.insert(document(1))]),
      CommitRecord(
        timestamp: 12,
        documents: [.replace(stored(document(1), at: 9), with: document(1))]
      ),
      CommitRecord(timestamp: 12, documents: [.delete(stored(document(3), at: 10))]),
      CommitRecord(timestamp: 12, entries: [.set(1, "z", id: id(5))]),
      CommitRecord(
        timestamp: 12,
        documents: [.delete(stored(document(1), at: 10))],
        entries: [.set(1, "z", id: id(1))]
      ),
    ]
  )
  func `a commit that contradicts the store fails its whole batch`(
    engine: Engine,
    wrong: CommitRecord
  ) async throws {
    try await engine.withStore { store in
      try await store.append([CommitRecord(timestamp: 10, documents: [.insert(document(1))])])
      let good = CommitRecord(
        timestamp: 11,
        documents: [.insert(document(4))],
        entries: [.set(1, "a", id: id(4))],
        metadata: ["key": [1]]
      )
      let error = await #expect(throws: PersistenceError.self) {
        try await store.append([good, wrong])
      }
      #expect(error?.code == .inconsistentWrite)
      #expect(store.lastTimestamp == 10)
      #expect(try await store.document(id(4)) == nil)
      #expect(try await store.document(id(1)) == stored(document(1), at: 10))
      #expect(try await store.ids(.index(1)) == [])
      #expect(try await store.metadata("key") == nil)
      #expect(try await store.changes(after: .zero, upTo: nil, limit: 10).count == 1)
      // The store goes on.
      try await store.append([good])
      #expect(try await store.document(id(4)) == stored(document(4), at: 11))
    }
  }

  @Test(arguments: Engine.allCases)
  func `the log tells what was there before each commit`(engine: Engine) async throws {
    try await engine.withStore { store in
      let (one, two) = (document(1, ["n": 1]), document(1, ["n": 2]))
      try await store.append([CommitRecord(timestamp: 10, documents: [.insert(one)])])
      try await store.append([
        CommitRecord(
          timestamp: 20,
          documents: [.replace(stored(one, at: 10), with: two), .insert(document(2))]
        )
      ])
      try await store.append([
        CommitRecord(timestamp: 30, documents: [.delete(stored(two, at: 20))])
      ])
      let all = [
        Change(timestamp: 10, id: id(1), before: nil, isDeletion: false),
        Change(timestamp: 20, id: id(1), before: stored(one, at: 10), isDeletion: false),
        Change(timestamp: 20, id: id(2), before: nil, isDeletion: false),
        Change(timestamp: 30, id: id(1), before: stored(two, at: 20), isDeletion: true),
      ]
      #expect(try await store.changes(after: .zero, upTo: nil, limit: 10) == all)
      #expect(try await store.changes(after: 10, upTo: 20, limit: 10) == Array(all[1...2]))
      #expect(try await store.changes(after: 20, upTo: nil, limit: 10) == [all[3]])
      #expect(try await store.changes(after: 30, upTo: nil, limit: 10) == [])
      #expect(try await store.changes(after: 20, upTo: 10, limit: 10) == [])
      // A commit is not cut in two.
      #expect(try await store.changes(after: .zero, upTo: nil, limit: 2) == Array(all[...2]))

      try await store.prune(changesBefore: 20)
      #expect(try await store.changes(after: .zero, upTo: nil, limit: 10) == Array(all[1...]))
      try await store.prune(changesBefore: 1_000)
      #expect(try await store.changes(after: .zero, upTo: nil, limit: 10) == [])
      #expect(store.lastTimestamp == 30)
      #expect(try await store.document(id(2)) == stored(document(2), at: 20))
    }
  }

  @Test(arguments: Engine.allCases)
  func `pruning removes any number of changes`(engine: Engine) async throws {
    try await engine.withStore { store in
      try await store.append(
        [CommitRecord(timestamp: 1, documents: (1...5000).map { .insert(document($0)) })]
          + (2...5000).map { n in
            CommitRecord(
              timestamp: Timestamp(rawValue: n),
              documents: [.insert(document(UInt64(n), in: pets))]
            )
          }
      )
      try await store.prune(changesBefore: 4999)
      let left = try await store.changes(after: .zero, upTo: nil, limit: 10)
      #expect(left.map(\.timestamp) == [4999, 5000])
    }
  }

  @Test(arguments: Engine.allCases)
  func `metadata is set, replaced and removed with its commit`(engine: Engine) async throws {
    try await engine.withStore { store in
      let values: [String: [UInt8]?] = ["table/1": [1], "table/2": [], "tablf": [3], "other": [4]]
      try await store.append([CommitRecord(timestamp: 1, metadata: values)])
      #expect(try await store.metadata("table/1") == [1])
      #expect(try await store.metadata("table/2") == [])
      #expect(try await store.metadata(prefix: "table/") == ["table/1": [1], "table/2": []])
      #expect(try await store.metadata(prefix: "").count == 4)
      try await store.append([
        CommitRecord(timestamp: 2, metadata: ["table/1": [9], "table/2": nil])
      ])
      #expect(try await store.metadata(prefix: "table/") == ["table/1": [9]])
      #expect(store.lastTimestamp == 2)
    }
  }

  @Test(arguments: Engine.allCases)
  func `the entries of an index are removed in portions`(engine: Engine) async throws {
    try await engine.withStore { store in
      try await store.append([
        CommitRecord(
          timestamp: 1,
          documents: (1...10).map { .insert(document($0)) },
          entries: (1...10).flatMap { n in
            [.set(1, .int64(Int64(n)), id: id(n)), .set(2, .int64(Int64(n)), id: id(n))]
          }
        )
      ])
      #expect(try await store.removeEntries(of: 1, limit: 7))
      #expect(try await store.ids(.index(1)) == [id(8), id(9), id(10)])
      #expect(try await store.removeEntries(of: 1, limit: 7) == false)
      #expect(try await store.ids(.index(1)) == [])
      #expect(try await store.removeEntries(of: 1, limit: 7) == false)
      #expect(try await store.ids(.index(2)).count == 10)
    }
  }

  @Test(arguments: Engine.allCases)
  func `an empty batch and an empty commit are fine`(engine: Engine) async throws {
    try await engine.withStore { store in
      try await store.append([])
      #expect(store.lastTimestamp == .zero)
      let nothing = DocumentWrite(id: id(1), before: nil, after: nil)
      try await store.append([CommitRecord(timestamp: 5, documents: [nothing])])
      #expect(store.lastTimestamp == 5)
      #expect(try await store.changes(after: .zero, upTo: nil, limit: 10) == [])
      #expect(await store.statistics().commits == 1)
    }
  }

  @Test(arguments: Engine.allCases)
  func `large documents and long keys are kept whole`(engine: Engine) async throws {
    try await engine.withStore { store in
      let text = ConvexValue.string(String(repeating: "ü", count: 500_000))
      let large = document(1, ["text": text])
      try await store.append([
        CommitRecord(timestamp: 1, documents: [.insert(large)], entries: [.set(1, text, id: id(1))])
      ])
      let page = try await store.scan(ScanRequest(source: .index(1), range: .all, limit: 1))
      #expect(page.rows.first?.document?.document == large)
      #expect(page.rows.first?.key == indexKey([text], id(1)))
    }
  }

  @Test(arguments: Engine.allCases)
  func `a closed store refuses everything`(engine: Engine) async throws {
    try await engine.withStore { store in
      try await store.append([CommitRecord(timestamp: 1, documents: [.insert(document(1))])])
      await store.close()
      await store.close()
      func expectClosed(_ body: () async throws -> Void) async {
        let error = await #expect(throws: PersistenceError.self) { try await body() }
        #expect(error?.code == .closed)
      }
      await expectClosed { _ = try await store.document(id(1)) }
      await expectClosed { _ = try await store.ids(.byID(users)) }
      await expectClosed { _ = try await store.metadata("key") }
      await expectClosed { try await store.append([CommitRecord(timestamp: 2)]) }
      await expectClosed { try await store.updateViews([]) }
      await expectClosed { _ = try await store.removeEntries(of: 1, limit: 1) }
      #expect(store.lastTimestamp == 1)
    }
  }

  @Test(arguments: Engine.allCases)
  func `readers beside a writer see whole commits only`(engine: Engine) async throws {
    try await engine.withStore { store in
      // Every commit sets both documents to its number.
      func both(_ n: Int64) -> [EncodedDocument] {
        [document(1, ["n": .int64(n)]), document(2, ["n": .int64(n)])]
      }
      try await store.append([CommitRecord(timestamp: 1, documents: both(1).map { .insert($0) })])
      try await withThrowingTaskGroup { group in
        for _ in 0..<3 {
          group.addTask {
            var last = Timestamp.zero
            while last < 200 {
              let newest = store.lastTimestamp
              let request = ScanRequest(source: .byID(users), range: .all, limit: 5)
              let page = try await store.scan(request, atLeast: newest)
              #expect(page.readAt >= newest)
              #expect(
                page.rows.map(\.document)
                  == both(page.readAt.rawValue).map {
                    stored($0, at: page.readAt)
                  }
              )
              last = page.readAt
              await Task.yield()
            }
          }
        }
        group.addTask {
          for n in Int64(2)...200 {
            let (before, at) = (both(n - 1), Timestamp(rawValue: n - 1))
            let writes = zip(before, both(n)).map { before, after in
              DocumentWrite.replace(stored(before, at: at), with: after)
            }
            try await store.append([
              CommitRecord(timestamp: Timestamp(rawValue: n), documents: writes)
            ])
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
