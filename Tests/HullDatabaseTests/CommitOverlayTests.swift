import Foundation
import HullPersistence
import HullValues
import TestRandomness
import Testing

@testable import HullDatabase

/// What a snapshot is, by the commits that the disk does not show yet and those it should not.
@Suite struct CommitOverlayTests {
  private static let tables = [TableNumber.firstUserTable, TableNumber(known: 10_002)]
  private static func index(of table: TableNumber) -> IndexID {
    IndexID(rawValue: table == tables[0] ? 1 : 2)
  }

  /// The documents there are after some commit, and which commit wrote them.
  private typealias State = [DocumentID: (version: DocumentVersion, timestamp: Timestamp)]

  /// Commits of random changes, the states before and after each, and a generator for what is asked.
  private struct History {
    var random: SeededGenerator
    var commits: [CommittedTransaction] = []
    var states: [State] = [[:]]

    mutating func number(below limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    func id(_ n: Int, in table: TableNumber) -> DocumentID {
      DocumentID(tableNumber: table, internalID: InternalID(high: UInt64(n), low: 1))
    }

    /// A key of few that there are, and the id, as every index has it.
    static func key(_ byte: UInt8, _ id: DocumentID) -> IndexKey {
      var key = IndexKey(bytes: [byte])
      key.append(id)
      return key
    }

    mutating func commit() {
      var state = states[states.count - 1]
      let timestamp = Timestamp(rawValue: Int64(states.count))
      var changes: [DocumentChange] = []
      for _ in 0...number(below: 3) {
        let table = CommitOverlayTests.tables[number(below: 4) == 0 ? 1 : 0]
        let id = id(number(below: 20), in: table)
        if changes.contains(where: { $0.id == id }) { continue }
        let before = state[id]
        var after: DocumentVersion?
        if before == nil || number(below: 3) > 0 {
          let bytes = (0..<number(below: 4)).map { _ in UInt8(number(below: 8)) }
          let keys = Set(bytes).sorted().map { Self.key($0, id) }
          // As in a search index, any number, or exactly one.
          let one = Self.key(UInt8(number(below: 8)), id)
          after = DocumentVersion(
            document: EncodedDocument(id: id, creationTime: Double(states.count), fields: [:]),
            entries: [
              IndexEntries(
                index: CommitOverlayTests.index(of: table),
                keys: number(below: 2) == 0 ? .one(one) : .many(keys)
              )
            ]
          )
        }
        state[id] = after.map { ($0, timestamp) }
        changes.append(
          DocumentChange(
            id: id,
            before: before?.version,
            beforeTimestamp: before?.timestamp,
            after: after
          )
        )
      }
      commits.append(
        CommittedTransaction(
          timestamp: timestamp,
          source: "",
          changes: changes,
          createdTables: []
        )
      )
      states.append(state)
    }

    /// The rows of a range after some commits.
    func rows(
      after count: Int,
      _ source: ScanSource,
      in table: TableNumber,
      _ range: KeyRange,
      _ order: Order
    ) -> [IndexRow] {
      var rows: [IndexRow] = []
      for (id, document) in states[count] where id.tableNumber == table {
        document.version.keys(in: source).forEach { key in
          guard range.contains(key) else { return }
          rows.append(IndexRow(key: key, id: id, document: document.version.document))
        }
      }
      return rows.sorted { order.areInOrder($0.key, $1.key) }
    }
  }

  private func expectSame(_ found: [IndexRow], _ expected: [IndexRow], _ context: String) {
    #expect(found.map(\.key) == expected.map(\.key), "\(context)")
    #expect(found.map(\.id) == expected.map(\.id), "\(context)")
    let times = [found, expected].map { rows in rows.map { $0.document?.creationTime } }
    #expect(times[0] == times[1], "\(context)")
  }

  @Test
  func `reads are those of the snapshot, few or many, whichever later state the disk shows`() {
    let seed: UInt64 =
      ProcessInfo.processInfo.environment["HULL_SEED"].flatMap { UInt64($0) }
      ?? .random(in: 0...UInt64.max)
    print("HULL_SEED=\(seed)")
    for round in 0..<300 {
      var history = History(random: SeededGenerator(seed: seed &+ UInt64(round)))
      for _ in 0..<30 { history.commit() }
      // The disk has the commits up to `durable` at least; the snapshot those up to `snapshot`.
      let snapshot = history.number(below: 31)
      let durable = history.number(below: snapshot + 1)
      var shown = durable
      var covered = snapshot
      var overlay = CommitOverlay()
      overlay.add(Array(history.commits[durable..<snapshot]))
      for read in 0..<history.number(below: 40) {
        let context = "round \(round), read \(read), HULL_SEED=\(seed)"
        // The disk goes on, and what it has by now is taken back.
        if history.number(below: 4) == 0 { shown += history.number(below: 31 - shown) }
        if shown > covered {
          let commits = history.commits[covered..<shown]
          if history.number(below: 8) == 0 {
            // As it is read from the log of changes on disk.
            for change in commits.flatMap(\.changes) {
              let version = change.before.map {
                DocumentVersion(document: $0.document, entries: $0.entries)
              }
              overlay.takeBack(
                change.id,
                to: .init(version: version, timestamp: change.beforeTimestamp)
              )
            }
          } else {
            overlay.takeBack(Array(commits))
          }
          covered = shown
        }
        let table = Self.tables[history.number(below: 2)]
        if history.number(below: 2) == 0 {
          let id = history.id(history.number(below: 20), in: table)
          let (wanted, disk) = (history.states[snapshot][id], history.states[shown][id])
          let entry = overlay[id]
          let version = entry == nil ? disk?.version : entry?.version
          #expect(version?.document == wanted?.version.document, "\(context)")
          if let entry, entry.version != nil {
            #expect(entry.timestamp == wanted?.timestamp, "\(context)")
          }
          continue
        }
        let source: ScanSource =
          history.number(below: 4) == 0 ? .byID(table) : .index(Self.index(of: table))
        let first = UInt8(history.number(below: 8))
        let range =
          history.number(below: 3) == 0 ? .all : KeyRange(prefix: IndexKey(bytes: [first]))
        let order: Order = history.number(below: 2) == 0 ? .ascending : .descending
        let found = overlay.merge(
          history.rows(after: shown, source, in: table, range, order),
          of: source,
          in: table,
          range: range,
          order: order
        )
        expectSame(found, history.rows(after: snapshot, source, in: table, range, order), context)
      }
    }
  }
}
