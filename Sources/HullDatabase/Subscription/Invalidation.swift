package import HullPersistence
package import HullValues

/// Why reads do not hold any more.
package struct Invalidation: Sendable, Hashable {
  /// The function whose commit changed what was read.
  package var source: String
  /// The commit.
  package var timestamp: Timestamp
  /// The table that was read and written.
  package var table: TableName?
  /// The document, unless it was the table itself that appeared.
  package var document: DocumentID?
  /// The index through which the document had been read.
  package var index: String?
}

extension Database {
  /// Why a subscription ended.
  ///
  /// - Returns: The first commit that changed what was read; nil if the subscription is still valid,
  ///   no commit ended it, or the commit is not in memory any more.
  package func invalidation(of subscription: Subscription) -> Invalidation? {
    guard let timestamp = subscription.invalidatedAt, timestamp > .zero else { return nil }
    let before = Timestamp(rawValue: timestamp.rawValue - 1)
    let history = committer.history(after: before, through: timestamp)
    guard let commit = history.commits.first,
      let overlap = subscription.reads.overlap(with: commit)
    else { return nil }
    let table = catalog.table(overlap.table)
    return Invalidation(
      source: commit.source,
      timestamp: timestamp,
      table: table?.name,
      document: overlap.document,
      index: overlap.index.flatMap { source in
        switch source {
        case .byID: "by_id"
        case .index(let id): table?.indexes.first { $0.id == id }?.name
        }
      }
    )
  }
}
