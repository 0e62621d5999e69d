#if DEBUG
  /// A fault the database makes on purpose, to show that a test would find it; debug builds only.
  package enum PlantedFault: String, Sendable, CaseIterable {
    /// A transaction is not compared with the commits since its snapshot.
    case skipsConflictCheck
    /// Commits are published, and acknowledged, before the store has them.
    case publishesBeforeDurable
    /// Of the subscriptions a commit concerns, every fourth is not ended.
    case dropsInvalidation
    /// A commit may have the timestamp of the one before it.
    case reusesTimestamp
    /// It is not recorded that a mutation of a session has been committed.
    case losesIdempotencyRecord
  }
#endif
