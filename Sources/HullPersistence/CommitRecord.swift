package import HullValues

/// Everything one transaction writes.
package struct CommitRecord: Hashable, Sendable {
  /// The commit's timestamp, later than that of every earlier commit.
  package var timestamp: Timestamp
  /// The documents, each at most once.
  package var documents: [DocumentWrite]
  /// Index entries, applied in order after the documents.
  package var entries: [IndexWrite]
  /// Values to set by key; nil removes the key.
  package var metadata: [String: [UInt8]?]

  package init(
    timestamp: Timestamp,
    documents: [DocumentWrite] = [],
    entries: [IndexWrite] = [],
    metadata: [String: [UInt8]?] = [:]
  ) {
    self.timestamp = timestamp
    self.documents = documents
    self.entries = entries
    self.metadata = metadata
  }
}

/// What a commit does to one document.
package struct DocumentWrite: Hashable, Sendable {
  /// The document.
  package var id: DocumentID
  /// What was stored until now, which also becomes the log's undo record; nil: nothing.
  ///
  /// The store compares its timestamp with what it holds and refuses the batch if they differ.
  package var before: StoredDocument?
  /// What is stored from now on; nil: nothing.
  package var after: EncodedDocument?

  package init(id: DocumentID, before: StoredDocument?, after: EncodedDocument?) {
    self.id = id
    self.before = before
    self.after = after
  }
}

/// What a commit does to one entry of an index.
package struct IndexWrite: Hashable, Sendable {
  /// The index.
  package var index: IndexID
  /// The entry's key.
  ///
  /// A key names one entry, so it has to contain what makes it unique. If it ends with the sort
  /// key of an id, that is the id of the document.
  package var key: IndexKey
  /// The document the entry points to; it must exist once the commit's documents are written.
  package var id: DocumentID
  /// True sets the entry, whether it is there or not; false removes it, whether it is there or not.
  package var isPresent: Bool

  package init(index: IndexID, key: IndexKey, id: DocumentID, isPresent: Bool) {
    self.index = index
    self.key = key
    self.id = id
    self.isPresent = isPresent
  }
}

/// One record of the log of changes.
package struct Change: Hashable, Sendable {
  /// When it was committed.
  package var timestamp: Timestamp
  /// The document that changed.
  package var id: DocumentID
  /// What was stored before the commit; nil: the commit inserted the document.
  package var before: StoredDocument?
  /// Whether the commit deleted the document.
  package var isDeletion: Bool

  package init(
    timestamp: Timestamp,
    id: DocumentID,
    before: StoredDocument?,
    isDeletion: Bool
  ) {
    self.timestamp = timestamp
    self.id = id
    self.before = before
    self.isDeletion = isDeletion
  }
}
