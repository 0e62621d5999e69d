package import HullPersistence
package import HullValues

/// What a transaction has read, so that a commit which changes any of it can be recognised.
///
/// Three kinds of reads: single documents by id, ranges of index keys (consumed ones only, the empty
/// stretches between rows included, which is what keeps phantoms out), and table names looked up.
/// One overlap rule, ``overlap(with:)``, serves commits and subscriptions alike.
package struct ReadSet: Sendable {
  /// Documents read by id, present or missing.
  package private(set) var documents: Set<DocumentID> = []
  /// Ranges read, by index.
  package private(set) var ranges: [ScanSource: KeyRangeSet] = [:]
  /// Names of tables that did not exist when they were looked up.
  package private(set) var missingTables: Set<TableName> = []
  /// Whether the transaction depends on the whole list of tables, because it created one.
  package private(set) var isTableListRead = false
  /// Environment variables read.
  ///
  /// No commit changes one; subscriptions end when one is set.
  package private(set) var variables: Set<String> = []

  package init() {}

  /// How many separate ranges were read; a document read by id is a range of its own.
  package private(set) var intervalCount = 0

  package var isEmpty: Bool {
    documents.isEmpty && ranges.isEmpty && missingTables.isEmpty && !isTableListRead
      && variables.isEmpty
  }

  /// About how much memory it takes, in bytes.
  package var footprintBytes: Int {
    ranges.values.reduce(64 + documents.count * 32) { $0 + 128 + $1.count * 192 }
  }

  package mutating func insert(_ document: DocumentID) {
    if documents.insert(document).inserted { intervalCount += 1 }
  }

  /// Depends on an id that the transaction made: nobody else may make it too.
  ///
  /// It is no range the function read, so it does not count as one.
  package mutating func insert(created document: DocumentID) { documents.insert(document) }

  package mutating func insert(_ range: KeyRange, of index: ScanSource) {
    guard !range.isEmpty else { return }
    let before = ranges[index]?.count ?? 0
    ranges[index, default: KeyRangeSet()].insert(range)
    intervalCount += (ranges[index]?.count ?? 0) - before
  }

  /// Depends on the postings of a full-text search, all of whose terms together count as one range.
  package mutating func insert(search postings: [KeyRange], of index: ScanSource) {
    for range in postings where !range.isEmpty {
      ranges[index, default: KeyRangeSet()].insert(range)
    }
    intervalCount += 1
  }

  package mutating func insert(missingTable name: TableName) { missingTables.insert(name) }

  package mutating func insertTableList() { isTableListRead = true }

  package mutating func insert(variable name: String) { variables.insert(name) }

  /// Adds everything another transaction read.
  package mutating func formUnion(_ other: ReadSet) {
    for document in other.documents { insert(document) }
    for (index, set) in other.ranges {
      for range in set.ranges { insert(range, of: index) }
    }
    missingTables.formUnion(other.missingTables)
    isTableListRead = isTableListRead || other.isTableListRead
    variables.formUnion(other.variables)
  }

  /// What of a commit these reads depend on; nil if they hold after it as well.
  ///
  /// A write overlaps if its document was read by id, or if the key its document had before or has
  /// now lies in a range read from one of the table's indexes, whether or not that key changed.
  /// - Complexity: O(documents written × indexes of their tables × log ranges).
  package func overlap(with commit: CommittedTransaction) -> Overlap? {
    if !commit.createdTables.isEmpty {
      for table in commit.createdTables
      where isTableListRead || missingTables.contains(table.name) {
        return Overlap(table: table.number, document: nil, index: nil)
      }
    }
    if documents.isEmpty && ranges.isEmpty { return nil }
    for change in commit.changes {
      if documents.contains(change.id) {
        return Overlap(
          table: change.id.tableNumber,
          document: change.id,
          index: .byID(change.id.tableNumber)
        )
      }
      guard !ranges.isEmpty else { continue }
      if let index = change.firstIndex(read: { ranges[$0] }, where: { $0.contains($1) }) {
        return Overlap(table: change.id.tableNumber, document: change.id, index: index)
      }
    }
    return nil
  }

  /// Where a commit and the reads meet.
  package struct Overlap: Sendable, Hashable {
    package var table: TableNumber
    package var document: DocumentID?
    package var index: ScanSource?
  }
}
