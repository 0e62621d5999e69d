internal import HullPersistence
internal import HullValues

/// What is in memory of one table.
struct CachedTable {
  private var documents: [DocumentID: CachedDocument] = [:]
  private var documentBytes = 0
  /// A few, of which each is looked at to find one.
  ///
  /// The positions of a dictionary would hold on to it: to change it while going through them copies
  /// everything.
  private var indexes: [(source: ScanSource, index: CachedIndex)] = []

  private struct CachedDocument {
    var stored: StoredDocument
    /// Whether it was read here since somebody last looked for what can be dropped.
    var isUsed = false

    /// About how much memory it takes.
    var bytes: Int { 192 + stored.document.json.count }
  }

  /// About how much memory it takes.
  ///
  /// - Complexity: O(n) in the indexes.
  var bytes: Int { documentBytes + indexes.reduce(0) { $0 + $1.index.bytes } }

  mutating func document(_ id: DocumentID) -> StoredDocument? {
    guard let position = documents.index(forKey: id) else { return nil }
    documents.values[position].isUsed = true
    return documents.values[position].stored
  }

  /// Calls a closure with an index, if something of it is here.
  mutating func withIndex<Result>(
    _ source: ScanSource,
    _ body: (inout CachedIndex) -> Result?
  ) -> Result? {
    guard let position = indexes.firstIndex(where: { $0.source == source }) else { return nil }
    return body(&indexes[position].index)
  }

  mutating func insert(_ stored: StoredDocument) {
    let document = CachedDocument(stored: stored)
    documentBytes += document.bytes
    documentBytes -= documents.updateValue(document, forKey: stored.document.id)?.bytes ?? 0
  }

  mutating func insert(_ range: KeyRange, rows: [CachedRow], of source: ScanSource) {
    let position = indexes.firstIndex { $0.source == source } ?? indexes.endIndex
    if position == indexes.endIndex { indexes.append((source, CachedIndex())) }
    indexes[position].index.insert(range, rows: rows)
  }

  /// Makes what is here as it is after a change of the table.
  mutating func apply(_ change: DocumentChange, at timestamp: Timestamp) {
    if let position = documents.index(forKey: change.id) {
      documentBytes -= documents.values[position].bytes
      if let after = change.after {
        documents.values[position].stored = StoredDocument(
          document: after.document,
          timestamp: timestamp
        )
        documentBytes += documents.values[position].bytes
      } else {
        documents.remove(at: position)
      }
    }
    for position in indexes.indices {
      let source = indexes[position].source
      let before = change.before?.keys(in: source)
      let after = change.after?.keys(in: source)
      if before != after {
        before?.forEach { indexes[position].index.remove($0) }
      }
      if let document = change.after?.document {
        after?.forEach { indexes[position].index.set($0, to: document) }
      }
    }
  }

  /// Drops what was not read since the last call.
  mutating func dropUnused() {
    documents = documents.compactMapValues { document in
      document.isUsed ? CachedDocument(stored: document.stored) : nil
    }
    documentBytes = documents.values.reduce(0) { $0 + $1.bytes }
    for position in indexes.indices { indexes[position].index.dropUnused() }
    indexes.removeAll(where: \.index.leaves.isEmpty)
  }
}
