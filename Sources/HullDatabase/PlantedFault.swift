#if DEBUG
  internal import HullValues

  /// A fault the database makes on purpose, to show that a test would find it; debug builds only.
  package enum PlantedFault: String, Sendable, CaseIterable {
    /// A transaction is not compared with the commits since its snapshot.
    case skipsConflictCheck
    /// A transaction is not compared with updates of documents that it does not write itself.
    case allowsWriteSkew
    /// Commits are published, and acknowledged, before the store has them.
    case publishesBeforeDurable
    /// Of the subscriptions a commit concerns, every fourth is not ended.
    case dropsInvalidation
    /// A commit may have the timestamp of the one before it.
    case reusesTimestamp
    /// It is not recorded that a mutation of a session has been committed.
    case losesIdempotencyRecord
    /// Every fourth commit does not change the rows in memory.
    case keepsStaleRows
  }

  extension CommittedTransaction {
    /// What ``PlantedFault/allowsWriteSkew`` leaves of a commit for a transaction to be compared with.
    func withoutUpdates(except written: Set<DocumentID>) -> CommittedTransaction {
      CommittedTransaction(
        timestamp: timestamp,
        source: source,
        changes: changes.filter {
          $0.before == nil || $0.after == nil || written.contains($0.id)
        },
        createdTables: createdTables
      )
    }
  }
#endif
