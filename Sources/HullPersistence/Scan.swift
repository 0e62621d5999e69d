package import HullValues

/// What to read in order.
package enum ScanSource: Hashable, Sendable {
  /// The entries of an index.
  case index(IndexID)
  /// The documents of a table by id. A document's key is the sort key of its id string, as in
  /// every other index's last field (spec/values.md 13.2).
  case byID(TableNumber)
}

/// A stretch of an index to read: at most `limit` rows of `range`, from its beginning or its end.
package struct ScanRequest: Hashable, Sendable {
  /// The index.
  package var source: ScanSource
  /// The keys to read.
  package var range: KeyRange
  /// Ascending starts at the first key of `range`, descending at the last.
  package var order: Order
  /// The most rows a page may have; at least 1.
  package var limit: Int
  /// The page ends with the row that makes its documents exceed this many bytes together.
  package var byteLimit: Int
  /// Whether rows carry their documents; if not, a scan of an index reads only the index.
  package var wantsDocuments: Bool
  /// The table whose documents' internal ids are the last 16 bytes of every key.
  ///
  /// So it is in postings; nil if keys end with id strings. Without documents, ids are read off the
  /// keys.
  package var postingTable: TableNumber?

  package init(
    source: ScanSource,
    range: KeyRange,
    order: Order = .ascending,
    limit: Int,
    byteLimit: Int = 8 << 20,
    wantsDocuments: Bool = true,
    postingTable: TableNumber? = nil
  ) {
    precondition(limit >= 1, "a page has at least one row")
    self.source = source
    self.range = range
    self.order = order
    self.limit = limit
    self.byteLimit = byteLimit
    self.wantsDocuments = wantsDocuments
    self.postingTable = postingTable
  }
}

/// One entry of an index.
package struct ScanRow: Hashable, Sendable {
  /// The entry's key.
  package var key: IndexKey
  /// The document it points to.
  package var id: DocumentID
  /// The document, if the request wanted documents.
  package var document: StoredDocument?

  package init(key: IndexKey, id: DocumentID, document: StoredDocument?) {
    self.key = key
    self.id = id
    self.document = document
  }
}

/// The documents of a stretch of an index, without their keys: what costs least to read.
package struct DocumentPage: Hashable, Sendable {
  /// The documents, in the order asked for.
  package var documents: [EncodedDocument]
  /// The key of the last document; nil if the page is exhausted.
  package var lastKey: IndexKey?
  /// How many bytes the documents have together.
  package var bytes: Int
  /// The timestamp of the snapshot the documents come from.
  package var readAt: Timestamp

  package init(
    documents: [EncodedDocument],
    lastKey: IndexKey?,
    bytes: Int,
    readAt: Timestamp
  ) {
    self.documents = documents
    self.lastKey = lastKey
    self.bytes = bytes
    self.readAt = readAt
  }

  /// Makes a page of rows that carry their documents.
  package init(_ page: ScanPage) {
    let documents = page.rows.compactMap { $0.document?.document }
    self.init(
      documents: documents,
      lastKey: page.isExhausted ? nil : page.rows.last?.key,
      bytes: documents.reduce(0) { $0 + $1.json.count },
      readAt: page.readAt
    )
  }

  /// True: the range holds nothing after the last document; false: it may, after `lastKey`.
  package var isExhausted: Bool { lastKey == nil }
}

/// The answer to a ``ScanRequest``.
package struct ScanPage: Hashable, Sendable {
  /// The rows, in the order asked for.
  package var rows: [ScanRow]
  /// True: the range holds nothing after the last row; false: it may, so scan on from there.
  package var isExhausted: Bool
  /// The timestamp of the snapshot the rows come from.
  package var readAt: Timestamp

  package init(rows: [ScanRow], isExhausted: Bool, readAt: Timestamp) {
    self.rows = rows
    self.isExhausted = isExhausted
    self.readAt = readAt
  }
}
