package import HullPersistence
package import HullValues

/// One state of one document with its place in every index of its table.
///
/// Immutable and shared: the transaction that wrote it, the write log and every overlay that needs
/// it point at the same instance.
package final class DocumentVersion: Sendable {
  package let document: EncodedDocument
  /// Its keys, one element per index of the table that has keys, in the order of the table's indexes.
  package let entries: [IndexEntries]

  package init(document: EncodedDocument, entries: [IndexEntries]) {
    self.document = document
    self.entries = entries
  }

  /// The keys under which the document stands in an index.
  package func keys(in index: ScanSource) -> IndexKeys {
    switch index {
    case .byID: return .one(IndexKey(id: document.id))
    case .index(let id):
      for entry in entries where entry.index == id { return entry.keys }
      return .many([])
    }
  }

  /// Whether the document stands in a range of an index.
  func isIn(_ range: KeyRange, of index: ScanSource) -> Bool {
    guard case .index(let id) = index else {
      return keys(in: index).contains { range.contains($0) }
    }
    // By position: all parts of an element would be retained to look at one of them. By raw value: the
    // comparison of the type is one of every type that has a raw value, in another module.
    for position in entries.indices where entries[position].index.rawValue == id.rawValue {
      switch entries[position].keys {
      case .one(let key): return range.contains(key)
      case .many(let keys): return keys.contains { range.contains($0) }
      }
    }
    return false
  }
}

/// The keys of one document in one index.
package struct IndexEntries: Sendable, Hashable {
  package let index: IndexID
  package let keys: IndexKeys

  package init(index: IndexID, keys: IndexKeys) {
    self.index = index
    self.keys = keys
  }
}

/// Keys of one document: exactly one in a database index, any number in a search index.
package enum IndexKeys: Sendable, Hashable {
  case one(IndexKey)
  /// Sorted, without repetitions.
  case many([IndexKey])

  package func contains(where predicate: (IndexKey) -> Bool) -> Bool {
    switch self {
    case .one(let key): predicate(key)
    case .many(let keys): keys.contains(where: predicate)
    }
  }

  package func forEach(_ body: (IndexKey) throws -> Void) rethrows {
    switch self {
    case .one(let key): try body(key)
    case .many(let keys): try keys.forEach(body)
    }
  }

  /// The keys that are here and not in `other`, both sorted.
  package func subtracting(_ other: IndexKeys) -> [IndexKey] {
    switch (self, other) {
    case (.one(let key), .one(let otherKey)): return key == otherKey ? [] : [key]
    case (.one(let key), .many(let others)): return others.contains(key) ? [] : [key]
    case (.many(let keys), .one(let otherKey)): return keys.filter { $0 != otherKey }
    case (.many(let keys), .many(let others)):
      var result: [IndexKey] = []
      var position = 0
      for key in keys {
        while position < others.count, others[position] < key { position += 1 }
        if position == others.count || others[position] != key { result.append(key) }
      }
      return result
    }
  }
}

extension IndexKey {
  /// The key of a document in the index without fields, `by_id`.
  package init(id: DocumentID) {
    self = .empty
    append(id)
  }
}

/// What a transaction does to one document.
package struct DocumentChange: Sendable {
  package let id: DocumentID
  /// The document before the transaction; nil if it inserts it.
  package let before: DocumentVersion?
  /// The commit that wrote `before`.
  package let beforeTimestamp: Timestamp?
  /// The document after the transaction; nil if it deletes it.
  package let after: DocumentVersion?

  package init(
    id: DocumentID,
    before: DocumentVersion?,
    beforeTimestamp: Timestamp?,
    after: DocumentVersion?
  ) {
    self.id = id
    self.before = before
    self.beforeTimestamp = beforeTimestamp
    self.after = after
  }
}

extension DocumentChange {
  /// The first index in which the document had or has a key that somebody has read.
  ///
  /// These keys, whether or not the change moved the document in the index, are what the reads of
  /// ranges depend on; conflicts and subscriptions both ask here.
  ///
  /// - Parameters:
  ///   - reads: What has been read of an index; nil for nothing.
  ///   - contains: Whether a key is in what has been read.
  /// - Returns: The index; nil if nobody has read any such key.
  func firstIndex<Reads>(
    read reads: (ScanSource) -> Reads?,
    where contains: (Reads, IndexKey) -> Bool
  ) -> ScanSource? {
    for version in [before, after] {
      guard let version else { continue }
      for entries in version.entries {
        let index = ScanSource.index(entries.index)
        guard let reads = reads(index) else { continue }
        if entries.keys.contains(where: { contains(reads, $0) }) { return index }
      }
    }
    let byID = ScanSource.byID(id.tableNumber)
    guard let reads = reads(byID), contains(reads, IndexKey(id: id)) else { return nil }
    return byID
  }
}

/// One commit as the write log, subscriptions and undo see it.
package final class CommittedTransaction: Sendable {
  package let timestamp: Timestamp
  /// The function that wrote it.
  package let source: String
  /// Each document once, in the order first written.
  package let changes: [DocumentChange]
  /// Tables its inserts created.
  package let createdTables: [Catalog.Table]
  /// What it adds to the statistics of full-text indexes.
  let searchDeltas: [IndexID: SearchStatistics]
  /// Rough memory footprint, which bounds the write log.
  package let footprintBytes: Int

  package init(
    timestamp: Timestamp,
    source: String,
    changes: [DocumentChange],
    createdTables: [Catalog.Table],
    searchDeltas: [IndexID: SearchStatistics] = [:]
  ) {
    self.timestamp = timestamp
    self.source = source
    self.changes = changes
    self.createdTables = createdTables
    self.searchDeltas = searchDeltas
    var bytes = 128
    for change in changes {
      for version in [change.before, change.after] {
        guard let version else { continue }
        bytes += 128 + version.document.json.count
        for entry in version.entries { entry.keys.forEach { bytes += 48 + $0.bytes.count } }
      }
    }
    footprintBytes = bytes
  }
}
