/// Counters of a store since it was opened, and its size now.
package struct PersistenceStatistics: Hashable, Sendable {
  /// Batches appended; each is one transaction of the disk.
  package var batches = 0
  /// Commits in those batches.
  package var commits = 0
  /// Connections that readers have opened.
  package var readerConnections = 0
  /// How often a reader had to move on to a newer snapshot.
  package var snapshotRenewals = 0
  /// Checkpoints that have run.
  package var checkpoints = 0
  /// How often commits had to wait for the write-ahead log to begin anew.
  package var logRestarts = 0
  /// Bytes of the main file; 0 in memory.
  package var fileSizeBytes = 0
  /// Bytes of the write-ahead log; 0 in memory.
  package var logSizeBytes = 0

  package init() {}
}
