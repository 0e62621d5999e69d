internal import HullPersistence
internal import HullValues

/// The documents a transaction has read last, as its snapshot has them.
///
/// Most documents that are written were read just before, and a write needs what was read, and when it
/// was committed: to ask the disk again takes as long as the first time.
struct RecentReads {
  /// How many are kept; to look through them takes less than to hash an id.
  static let capacity = 8

  private var documents: [StoredDocument] = []
  /// Where the next one goes once there are as many as are kept.
  private var next = 0

  /// Keeps a document, in place of the one that has been here for longest.
  mutating func insert(_ stored: StoredDocument) {
    if documents.count < Self.capacity {
      documents.append(stored)
    } else {
      documents[next] = stored
      next = (next + 1) % Self.capacity
    }
  }

  /// The document of an id, if it is one of them.
  subscript(id: DocumentID) -> StoredDocument? {
    for position in documents.indices where documents[position].document.id == id {
      return documents[position]
    }
    return nil
  }
}
