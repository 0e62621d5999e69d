package import HullValues

/// A document as the store holds it.
package struct StoredDocument: Hashable, Sendable {
  /// The document.
  package var document: EncodedDocument
  /// The timestamp of the commit that wrote it.
  package var timestamp: Timestamp

  package init(document: EncodedDocument, timestamp: Timestamp) {
    self.document = document
    self.timestamp = timestamp
  }
}

/// The identity of one index of the store; the catalog says what it indexes.
package struct IndexID: RawRepresentable, Hashable, Comparable, Sendable {
  package var rawValue: Int64

  package init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  package static func < (left: IndexID, right: IndexID) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension IndexID: CustomStringConvertible {
  package var description: String { String(rawValue) }
}
