// The index over read sets, against the overlap rule that it must agree with.

import HullPersistence
import HullValues
import TestRandomness
import Testing

@testable import HullDatabase

@Suite struct SubscriptionIndexTests {
  /// Makes random read sets and commits over few keys, so that they often meet.
  private struct Generator {
    var random: SeededGenerator

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    mutating func key() -> IndexKey {
      IndexKey(bytes: (0..<(1 + below(2))).map { _ in UInt8(below(5)) })
    }

    mutating func range() -> KeyRange {
      switch below(5) {
      case 0: return .all
      case 1: return KeyRange(point: key())
      case 2: return KeyRange(start: key(), end: nil)
      case 3: return KeyRange(prefix: key())
      default:
        let bounds = [key(), key()].sorted()
        return KeyRange(start: bounds[0], end: bounds[1])
      }
    }

    mutating func document() -> DocumentID {
      DocumentID(
        tableNumber: TableNumber(known: UInt32(10_001 + below(2))),
        internalID: InternalID(high: 0, low: UInt64(below(12)))
      )
    }

    mutating func table() -> TableName { ["a", "b", "c"][below(3)] }

    mutating func source() -> ScanSource {
      below(4) == 0
        ? .byID(TableNumber(known: UInt32(10_001 + below(2))))
        : .index(IndexID(rawValue: Int64(below(3))))
    }

    mutating func reads() -> ReadSet {
      var reads = ReadSet()
      for _ in 0..<below(4) { reads.insert(document()) }
      for _ in 0..<below(4) { reads.insert(range(), of: source()) }
      if below(4) == 0 { reads.insert(missingTable: table()) }
      if below(20) == 0 { reads.insertTableList() }
      return reads
    }

    mutating func version(of id: DocumentID) -> DocumentVersion? {
      if below(3) == 0 { return nil }
      return DocumentVersion(
        document: EncodedDocument(id: id, creationTime: 0, json: .null),
        entries: (0..<3).map { index in
          IndexEntries(
            index: IndexID(rawValue: Int64(index)),
            keys: index == 2 ? .many((0..<below(3)).map { _ in key() }.sorted()) : .one(key())
          )
        }
      )
    }

    mutating func commit() -> CommittedTransaction {
      CommittedTransaction(
        timestamp: Timestamp(rawValue: 1),
        source: "test",
        changes: (0..<(1 + below(3))).map { _ in
          let id = document()
          return DocumentChange(
            id: id,
            before: version(of: id),
            beforeTimestamp: nil,
            after: version(of: id)
          )
        },
        createdTables: below(6) == 0
          ? [
            Catalog.Table(
              name: table(),
              number: TableNumber(known: 10_001),
              indexes: [
                Catalog.Index(
                  id: IndexID(rawValue: 9),
                  name: "by_creation_time",
                  kind: .database(fields: [.creationTime]),
                  state: .ready,
                  isStaged: false
                )
              ]
            )
          ] : []
      )
    }
  }

  @Test func `a commit finds exactly the subscribers whose reads it overlaps`() {
    let seed = randomSeed()
    var generator = Generator(random: SeededGenerator(seed: seed))
    var index = SubscriptionIndex()
    var subscribers: [Int: ReadSet] = [:]
    var hits = 0
    for step in 0..<3_000 {
      if generator.below(3) > 0 || subscribers.isEmpty {
        let reads = generator.reads()
        subscribers[step] = reads
        index.insert(step, reading: reads)
      } else if let (id, reads) = subscribers.randomElement(using: &generator.random),
        generator.below(2) == 0 || subscribers.count > 60
      {
        subscribers[id] = nil
        index.remove(id, reading: reads)
      }
      let commit = generator.commit()
      var found: Set<Int> = []
      index.collect(touchedBy: commit, into: &found)
      let expected = Set(subscribers.filter { $0.value.overlap(with: commit) != nil }.keys)
      #expect(found == expected, "step \(step), seed \(seed)")
      hits += found.count
      if step % 50 == 0 { #expect(index.holdsInvariants, "step \(step), seed \(seed)") }
      while subscribers.count > 60, let (id, reads) = subscribers.first {
        subscribers[id] = nil
        index.remove(id, reading: reads)
      }
    }
    #expect(hits > 1_000, "seed \(seed)")
    for (id, reads) in subscribers { index.remove(id, reading: reads) }
    #expect(index.isEmpty, "seed \(seed)")
  }

  @Test func `an interval tree finds every range around a key, however ranges were added`() {
    let seed = randomSeed()
    var generator = Generator(random: SeededGenerator(seed: seed))
    var tree = IntervalTree()
    var ranges: [(holder: Int, range: KeyRange)] = []
    for step in 0..<2_000 {
      if ranges.count < 100 || generator.below(2) == 0 {
        let range = generator.range()
        if range.isEmpty { continue }
        tree.insert(step, of: range)
        ranges.append((step, range))
      } else {
        let (holder, range) = ranges.remove(at: generator.below(ranges.count))
        tree.remove(holder, of: range)
      }
      let key = generator.key()
      var found: [Int] = []
      tree.forEachHolder(around: key) { found.append($0) }
      let expected = ranges.filter { $0.range.contains(key) }.map(\.holder)
      #expect(found.sorted() == expected.sorted(), "step \(step), seed \(seed)")
    }
    #expect(tree.holdsInvariants, "seed \(seed)")
    for (holder, range) in ranges { tree.remove(holder, of: range) }
    #expect(tree.isEmpty && tree.count == 0, "seed \(seed)")
  }
}
