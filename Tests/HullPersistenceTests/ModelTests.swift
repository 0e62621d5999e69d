import Foundation
import HullPersistence
import HullValues
import Testing

/// Random batches and scans against the simplest thing that could be right.
@Suite struct ModelTests {
  /// A store as a dictionary and lists that are sorted when asked.
  struct Model: Equatable {
    var documents: [DocumentID: StoredDocument] = [:]
    var entries: [IndexID: [IndexKey: DocumentID]] = [:]
    var changes: [Change] = []

    func scan(_ request: ScanRequest) -> [ScanRow] {
      let pairs: [(IndexKey, DocumentID)] =
        switch request.source {
        case .index(let index): (entries[index] ?? [:]).map { ($0.key, $0.value) }
        case .byID(let table):
          documents.keys.filter { $0.tableNumber == table }.map { (.byID($0), $0) }
        }
      let sorted = pairs.filter { request.range.contains($0.0) }
        .sorted { request.order == .ascending ? $0.0 < $1.0 : $0.0 > $1.0 }
      return sorted.prefix(request.limit).map { key, id in
        ScanRow(key: key, id: id, document: request.wantsDocuments ? documents[id] : nil)
      }
    }
  }

  /// Makes random commits that are valid for a model, and applies them to it.
  struct Workload {
    let random: SeededRandomSource
    var model = Model()
    var time: Int64 = 0

    init(seed: UInt64) { random = SeededRandomSource(seed: seed) }

    func number(below bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

    /// Few values, of several types and lengths, so that keys share prefixes.
    func value() -> ConvexValue {
      switch number(below: 5) {
      case 0: .null
      case 1: .int64(Int64(number(below: 600)) - 300)
      case 2: .float64(Double(number(below: 10)) / 4)
      case 3: .string(String(repeating: "a\u{0}b", count: number(below: 4)))
      default: .bytes(Array(repeating: 0xFF, count: number(below: 4)))
      }
    }

    mutating func commit() -> CommitRecord {
      time += Int64(1 + number(below: 3))
      var record = CommitRecord(timestamp: Timestamp(rawValue: time))
      var touched: Set<DocumentID> = []
      for _ in 0...number(below: 6) {
        let n = UInt64(number(below: 200))
        let table = number(below: 2) == 0 ? users : pets
        guard touched.insert(id(n, in: table)).inserted else { continue }
        let before = model.documents[id(n, in: table)]
        let isDeletion = before != nil && number(below: 3) == 0
        let after = isDeletion ? nil : document(n, in: table, ["value": value()])
        write(DocumentWrite(id: id(n, in: table), before: before, after: after), to: &record)
      }
      return record
    }

    private mutating func write(_ write: DocumentWrite, to record: inout CommitRecord) {
      record.documents.append(write)
      model.changes.append(
        Change(
          timestamp: record.timestamp,
          id: write.id,
          before: write.before,
          isDeletion: write.after == nil
        )
      )
      let index = IndexID(rawValue: Int64(write.id.tableNumber.rawValue))
      let field = [FieldPath.creationTime, try? FieldPath(parsing: "value")].compactMap { $0 }
      if let before = write.before {
        let key = IndexKey(fields: field.reversed(), of: before.document)
        record.entries.append(IndexWrite(index: index, key: key, id: write.id, isPresent: false))
        model.entries[index]?[key] = nil
      }
      if let after = write.after {
        let key = IndexKey(fields: field.reversed(), of: after)
        record.entries.append(IndexWrite(index: index, key: key, id: write.id, isPresent: true))
        model.entries[index, default: [:]][key] = write.id
      }
      model.documents[write.id] = write.after.map { stored($0, at: record.timestamp) }
    }

    func request() -> ScanRequest {
      let table = number(below: 2) == 0 ? users : pets
      let isByID = number(below: 3) == 0
      func bound() -> IndexKey {
        if isByID {
          let key = IndexKey.byID(id(UInt64(number(below: 200)), in: table))
          return IndexKey(bytes: Array(key.bytes.prefix(number(below: key.bytes.count + 1))))
        }
        return IndexKey([value()])
      }
      return ScanRequest(
        source: isByID ? .byID(table) : .index(IndexID(rawValue: Int64(table.rawValue))),
        range: KeyRange(
          start: number(below: 3) == 0 ? .empty : bound(),
          end: number(below: 3) == 0 ? nil : bound()
        ),
        order: number(below: 2) == 0 ? .ascending : .descending,
        limit: 1 + number(below: number(below: 2) == 0 ? 4 : 300),
        wantsDocuments: number(below: 2) == 0
      )
    }
  }

  private static let seed =
    ProcessInfo.processInfo.environment["HULL_SEED"].flatMap { UInt64($0) }
    ?? .random(in: 1000...UInt64.max)

  @Test(arguments: Engine.allCases, [1, 2, 3, Self.seed])
  func `random commits and scans agree with a dictionary`(
    engine: Engine,
    seed: UInt64
  ) async throws {
    print("HULL_SEED=\(seed)")
    var workload = Workload(seed: seed)
    try await engine.withStore { store in
      for _ in 0..<60 {
        var batch: [CommitRecord] = []
        for _ in 0...workload.number(below: 4) { batch.append(workload.commit()) }
        try await store.append(batch)
        for _ in 0..<8 {
          let request = workload.request()
          let expected = workload.model.scan(request)
          let page = try await store.scan(request)
          #expect(page.rows == expected, "\(request), seed \(seed)")
          #expect(page.isExhausted || page.rows.count == request.limit, "seed \(seed)")
        }
      }
      let changes = try await store.changes(after: .zero, upTo: nil, limit: .max)
      #expect(changes == workload.model.changes, "seed \(seed)")
      for (id, document) in workload.model.documents {
        #expect(try await store.document(id) == document, "seed \(seed)")
      }
    }
  }

  @Test(arguments: Engine.allCases)
  func `thousands of entries in any order come back sorted, also when most are removed`(
    engine: Engine
  ) async throws {
    let random = SeededRandomSource(seed: 7)
    let numbers = (0..<3000).map { _ in random.next() }
    func entry(_ n: UInt64, isPresent: Bool) -> IndexWrite {
      IndexWrite(index: 1, key: .byID(id(n)), id: id(n), isPresent: isPresent)
    }
    try await engine.withStore { store in
      for (n, number) in numbers.enumerated() {
        let record = CommitRecord(
          timestamp: Timestamp(rawValue: Int64(n + 1)),
          documents: [.insert(document(number))],
          entries: [entry(number, isPresent: true)]
        )
        try await store.append([record])
      }
      let sorted = numbers.sorted().map { id($0) }
      #expect(try await store.ids(.index(1)) == sorted)
      #expect(try await store.ids(.byID(users), .all, .descending) == sorted.reversed())
      #expect(
        try await store.ids(.index(1), KeyRange(start: .byID(sorted[1234]), end: nil))
          == Array(sorted[1234...])
      )

      let (removed, left) = (numbers.prefix(2900), numbers.suffix(100).sorted().map { id($0) })
      let deletions = removed.enumerated().map { n, number in
        DocumentWrite.delete(stored(document(number), at: Timestamp(rawValue: Int64(n + 1))))
      }
      let record = CommitRecord(
        timestamp: 10_000,
        documents: deletions,
        entries: removed.map { entry($0, isPresent: false) }
      )
      try await store.append([record])
      #expect(try await store.ids(.index(1)) == left)
      #expect(try await store.ids(.byID(users)) == left)
      #expect(try await store.ids(.index(1), .all, .descending) == left.reversed())
    }
  }
}
