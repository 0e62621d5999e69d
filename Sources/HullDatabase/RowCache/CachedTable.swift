internal import HullPersistence
internal import HullValues

/// What is in memory of one table.
struct CachedTable {
  private var documents: [DocumentID: CachedDocument] = [:]
  private var documentBytes = 0
  private var indexes: [ScanSource: CachedIndex] = [:]

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
  var bytes: Int { documentBytes + indexes.values.reduce(0) { $0 + $1.bytes } }

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
    guard let position = indexes.index(forKey: source) else { return nil }
    return body(&indexes.values[position])
  }

  mutating func insert(_ stored: StoredDocument) {
    let document = CachedDocument(stored: stored)
    documentBytes += document.bytes
    documentBytes -= documents.updateValue(document, forKey: stored.document.id)?.bytes ?? 0
  }

  mutating func insert(_ range: KeyRange, rows: [CachedRow], of source: ScanSource) {
    indexes[source, default: CachedIndex()].insert(range, rows: rows)
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
      let source = indexes.keys[position]
      let before = change.before?.keys(in: source)
      let after = change.after?.keys(in: source)
      if before != after {
        before?.forEach { indexes.values[position].remove($0) }
      }
      if let document = change.after?.document {
        after?.forEach { indexes.values[position].set($0, to: document) }
      }
    }
  }

  /// Drops what was not read since the last call.
  mutating func dropUnused() {
    documents = documents.filter(\.value.isUsed)
    for position in documents.indices { documents.values[position].isUsed = false }
    documentBytes = documents.values.reduce(0) { $0 + $1.bytes }
    for position in indexes.indices { indexes.values[position].dropUnused() }
    indexes = indexes.filter { !$0.value.leaves.isEmpty }
  }
}
