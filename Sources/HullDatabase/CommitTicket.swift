package import HullPersistence
internal import Synchronization

/// Tells when a transaction's commit got its timestamp, before anyone can read the commit.
///
/// Whoever holds the ticket of a running transaction and reads at a published timestamp can tell
/// whether that snapshot has the transaction's commit in it.
package final class CommitTicket: Sendable {
  private let accepted = Atomic<Int64>(0)

  /// Makes a ticket to be given to one transaction.
  package init() {}

  /// The timestamp the commit was accepted with; nil before.
  ///
  /// Writing it may still fail.
  package var timestamp: Timestamp? {
    let value = accepted.load(ordering: .acquiring)
    return value == 0 ? nil : Timestamp(rawValue: value)
  }

  /// Records the timestamp, under the committer's lock.
  func accept(_ timestamp: Timestamp) { accepted.store(timestamp.rawValue, ordering: .releasing) }
}
