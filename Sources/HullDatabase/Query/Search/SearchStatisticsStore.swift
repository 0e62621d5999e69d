internal import HullPersistence
package import HullValues

/// The statistics of every full-text index, kept beside the index entries they count.
///
/// Each commit that changes an index writes its new totals with it, so they are exact after a crash.
/// An index that was just built has none; they are counted when the database opens.
enum SearchStatisticsStore {
  private static let prefix = "search/statistics/"
  /// What the text of an entry begins with.
  ///
  /// Those of former versions did not count the documents of an index that was built before any of
  /// them had text.
  private static let version = "2"

  private static func key(_ index: IndexID) -> String { prefix + String(index.rawValue) }

  /// What to write for an index; nil forgets it.
  static func metadata(_ statistics: SearchStatistics?, of index: IndexID) -> [String: [UInt8]?] {
    [key(index): statistics.map { Array("\(version) \($0.documents) \($0.terms)".utf8) }]
  }

  /// The statistics of every full-text index of a catalog; counts and writes those that are missing.
  static func load(
    _ catalog: Catalog,
    from persistence: any Persistence,
    time: any TimeSource
  ) async throws -> [IndexID: SearchStatistics] {
    let stored = try await persistence.metadata(prefix: prefix)
    var result: [IndexID: SearchStatistics] = [:]
    var counted: [String: [UInt8]?] = [:]
    for table in catalog.tablesByName {
      for index in table.indexes {
        guard case .search = index.kind else { continue }
        if let bytes = stored[key(index.id)], let statistics = try decoded(bytes, index.id) {
          result[index.id] = statistics
          continue
        }
        let statistics = try await count(index.id, of: table, in: persistence)
        // Counting nothing again costs nothing.
        if statistics == SearchStatistics() { continue }
        result[index.id] = statistics
        counted.merge(metadata(statistics, of: index.id)) { $1 }
      }
    }
    if !counted.isEmpty {
      let timestamp = max(time.now(), persistence.lastTimestamp.successor)
      try await persistence.append([CommitRecord(timestamp: timestamp, metadata: counted)])
    }
    return result
  }

  /// Reads an entry; nil if it is to be counted anew.
  private static func decoded(_ bytes: [UInt8], _ index: IndexID) throws -> SearchStatistics? {
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    let numbers = words.dropFirst().compactMap { Int($0) }
    if words.count == 2 { return nil }
    guard words.first.map(String.init) == version, numbers.count == 2 else {
      throw DatabaseError(
        code: "CatalogCorrupt",
        message: """
          The catalog entry \(key(index)) of the data file cannot be read. Restore the file from a \
          backup.
          """,
        kind: .system
      )
    }
    return SearchStatistics(documents: numbers[0], terms: numbers[1])
  }

  private static func count(
    _ index: IndexID,
    of table: Catalog.Table,
    in persistence: any Persistence
  ) async throws -> SearchStatistics {
    var statistics = SearchStatistics()
    try await forEachKey(of: .index(index), in: table.number, from: persistence) { key in
      statistics.terms += SearchPostingLayout.termFrequency(in: key)
    }
    // Documents without text count as well: they may be given some.
    try await forEachKey(of: .byID(table.number), in: table.number, from: persistence) { _ in
      statistics.documents += 1
    }
    return statistics
  }

  private static func forEachKey(
    of source: ScanSource,
    in table: TableNumber,
    from persistence: any Persistence,
    _ body: (IndexKey) -> Void
  ) async throws {
    var rest: KeyRange? = .all
    while let range = rest {
      let page = try await persistence.scan(
        ScanRequest(
          source: source,
          range: range,
          limit: 4096,
          wantsDocuments: false,
          postingTable: table
        ),
        atLeast: persistence.lastTimestamp
      )
      for row in page.rows { body(row.key) }
      rest = page.isExhausted ? nil : page.rows.last.map { range.after($0.key) }
    }
  }
}

extension SearchStatistics {
  /// What changes of documents do to the statistics of the full-text indexes of their tables.
  ///
  /// Indexes whose statistics stay the same are left out.
  static func deltas(of changes: [DocumentChange]) -> [IndexID: SearchStatistics] {
    var deltas: [IndexID: SearchStatistics] = [:]
    for change in changes { add(change.before, change.after, to: &deltas) }
    return deltas.isEmpty ? deltas : deltas.filter { $0.value != SearchStatistics() }
  }

  /// Adds what the change of one document does.
  static func add(
    _ before: DocumentVersion?,
    _ after: DocumentVersion?,
    to deltas: inout [IndexID: SearchStatistics]
  ) {
    for (index, statistics) in before?.searchStatistics ?? [] {
      deltas[index, default: SearchStatistics()] -= statistics
    }
    for (index, statistics) in after?.searchStatistics ?? [] {
      deltas[index, default: SearchStatistics()] += statistics
    }
  }
}

extension DocumentVersion {
  /// What the document adds to the statistics of each full-text index of its table.
  fileprivate var searchStatistics: [(IndexID, SearchStatistics)] {
    var result: [(IndexID, SearchStatistics)] = []
    for entry in entries {
      // Only full-text indexes have other than one key per document.
      guard case .many(let keys) = entry.keys else { continue }
      let terms = keys.reduce(0) { $0 + SearchPostingLayout.termFrequency(in: $1) }
      result.append((entry.index, SearchStatistics(documents: 1, terms: terms)))
    }
    return result
  }
}

extension SnapshotReader {
  /// What an index knew of all its documents together at the snapshot.
  ///
  /// Exact as long as the commits since are in memory; else those that are not count already.
  func searchStatistics(of index: IndexID) -> SearchStatistics {
    committer.withState { state in
      var statistics = state.searchStatistics[index] ?? SearchStatistics()
      for commit in state.log.commits(after: timestamp, through: state.head) {
        if let delta = commit.searchDeltas[index] { statistics -= delta }
      }
      return statistics
    }
  }
}

extension TransactionState {
  /// What an index knows of all its documents together, as the transaction sees them.
  func searchStatistics(of index: IndexID, in table: Catalog.Table) -> SearchStatistics {
    var own: [IndexID: SearchStatistics] = [:]
    if writes.hasDocuments(of: table.number) {
      for (id, original) in written where id.tableNumber == table.number {
        SearchStatistics.add(original.version, writes[id]?.version, to: &own)
      }
    }
    return reader.searchStatistics(of: index) + (own[index] ?? SearchStatistics())
  }
}

extension Transaction {
  /// What a full-text index knows of all its documents together; nil if there is no such index.
  package func searchStatistics(
    of name: String,
    in table: TableName
  ) async throws -> SearchStatistics? {
    try await exclusively { state in
      guard let table = state.catalog.table(named: table),
        let index = table.indexes.first(where: { $0.name == name })
      else { return nil }
      return state.searchStatistics(of: index.id, in: table)
    }
  }
}
