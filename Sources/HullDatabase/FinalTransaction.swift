internal import HullPersistence
internal import HullValues

/// A transaction that has run and is ready to be validated and written.
///
/// Everything that can be computed before its timestamp is known is computed by the task that ran
/// it, so that validation, which is serial, does little.
struct FinalTransaction: Sendable {
  /// The function it ran, named in conflict reports.
  var source: String
  /// The snapshot its reads hold at.
  var begin: Timestamp
  /// The generation of the write log the snapshot was taken from.
  var generation: Int
  var reads: ReadSet
  var changes: [DocumentChange]
  var createdTables: [Catalog.Table]
  /// What it adds to the statistics of full-text indexes.
  var searchDeltas: [IndexID: SearchStatistics] = [:]
  /// What the store writes, except the timestamp.
  var documents: [DocumentWrite]
  var entries: [IndexWrite]
  var metadata: [String: [UInt8]?]
  /// Documents that hold the commit timestamp, which is not known yet.
  var unresolved: Set<DocumentID> = []
  /// Told of the timestamp.
  var ticket: CommitTicket?

  var isReadOnly: Bool { documents.isEmpty && metadata.isEmpty }
}

extension TransactionState {
  /// Ends the transaction.
  func finish(source: String, ticket: CommitTicket? = nil) -> FinalTransaction {
    isFinished = true
    foldOpenScans()
    openScans = []
    var result = FinalTransaction(
      source: source,
      begin: reader.timestamp,
      generation: reader.generation,
      reads: reads,
      changes: [],
      createdTables: createdTables,
      documents: [],
      entries: [],
      metadata: [:]
    )
    result.reserveCapacity(written.count)
    for (id, original) in written {
      guard let own = writes[id] else { preconditionFailure("what is written is in the overlay") }
      result.add(id, before: original, after: own.version)
    }
    result.unresolved = unresolved
    result.ticket = ticket
    result.searchDeltas = SearchStatistics.deltas(of: result.changes)
    for table in createdTables {
      result.metadata.merge(CatalogStore.metadata(of: table)) { $1 }
    }
    if !createdTables.isEmpty {
      result.metadata.merge(CatalogStore.metadata(nextIndexID: catalog.nextIndexID)) { $1 }
    }
    return result
  }
}

extension FinalTransaction {
  /// Makes room for the changes of so many documents.
  fileprivate mutating func reserveCapacity(_ count: Int) {
    changes.reserveCapacity(count)
    documents.reserveCapacity(count)
    // Most have by_creation_time and one or two more.
    entries.reserveCapacity(3 * count)
  }

  /// Adds the change of one document and what it does to the indexes.
  fileprivate mutating func add(
    _ id: DocumentID,
    before: DocumentOverlay.Entry,
    after: DocumentVersion?
  ) {
    if before.version == nil, after == nil { return }
    changes.append(
      DocumentChange(
        id: id,
        before: before.version,
        beforeTimestamp: before.timestamp,
        after: after
      )
    )
    documents.append(DocumentWrite(id: id, before: before.stored, after: after?.document))
    let count = after?.entries.count ?? before.version?.entries.count ?? 0
    // Both versions list the indexes of one table in one order.
    for position in 0..<count {
      let old = before.version?.entries[position]
      let new = after?.entries[position]
      guard let index = old?.index ?? new?.index else { continue }
      let oldKeys = old?.keys ?? .many([])
      let newKeys = new?.keys ?? .many([])
      if oldKeys == newKeys { continue }
      for key in oldKeys.subtracting(newKeys) {
        entries.append(IndexWrite(index: index, key: key, id: id, isPresent: false))
      }
      for key in newKeys.subtracting(oldKeys) {
        entries.append(IndexWrite(index: index, key: key, id: id, isPresent: true))
      }
    }
  }
}

extension FinalTransaction {
  /// Puts the commit timestamp where documents have its placeholder (spec/values.md 7.3).
  ///
  /// Their index entries were those of the largest int64 until now.
  mutating func resolve(_ timestamp: Timestamp, catalog: Catalog) {
    if unresolved.isEmpty { return }
    let unresolvedChanges = changes
    (changes, documents, entries) = ([], [], [])
    for change in unresolvedChanges {
      add(
        change.id,
        before: DocumentOverlay.Entry(version: change.before, timestamp: change.beforeTimestamp),
        after: unresolved.contains(change.id)
          ? change.after?.resolving(timestamp, catalog: catalog) : change.after
      )
    }
  }
}

extension DocumentVersion {
  /// The same document with its commit timestamp.
  fileprivate func resolving(_ timestamp: Timestamp, catalog: Catalog) -> DocumentVersion {
    guard let table = catalog.table(document.id.tableNumber), let object = try? document.object()
    else { preconditionFailure("a document was encoded by its transaction and has a table") }
    let resolved = object.resolvingCommitTimestamp(timestamp.rawValue)
    return table.version(
      of: EncodedDocument(
        id: document.id,
        creationTime: document.creationTime,
        json: EncodedValue(resolved)
      ),
      object: resolved
    )
  }
}

extension DocumentOverlay.Entry {
  /// The document and its commit; nil if there is none.
  var stored: StoredDocument? {
    version.map { StoredDocument(document: $0.document, timestamp: timestamp ?? .zero) }
  }
}
