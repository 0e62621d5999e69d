package import HullPersistence

/// How a database behaves; the defaults are for production.
package struct DatabaseOptions: Sendable {
  /// The bounds on every transaction.
  package var limits = Limits()
  /// Where timestamps come from.
  package var time: any TimeSource = SystemTimeSource()
  /// What the database waits with for those who hold others up.
  package var sleeping: any Sleeping = TaskSleeping()
  /// Where the random part of ids comes from.
  package var random: any RandomSource = SystemRandomSource()
  /// How far back snapshots can be read; the change log on disk is pruned beyond it.
  package var retention: Duration = .seconds(600)
  /// Commits older than this leave the write log in memory.
  package var writeLogAge: Duration = .seconds(300)
  /// Bytes of commits the write log keeps in memory: 50 MiB.
  package var writeLogBytes = 50 << 20
  /// Commits that may wait for the disk before more are refused.
  package var maximumQueuedCommits = 16_384
  /// Commits written to the disk together.
  package var maximumBatchCommits = 1024
  /// Waited for before a batch is written, so that transactions about to be committed go with it.
  package var beforeBatch: (@Sendable () async -> Void)?
  /// Asked before a batch of one commit is written whether the thread may wait for the disk.
  package var mayBlockThread: (@Sendable () -> Bool)?
  /// How often a transaction that lost a race runs again before its caller is told.
  package var maximumRetries = 16
  /// From which lost race on a transaction runs while no other can commit.
  package var lossesBeforeExclusiveRun = 2
  /// How long an exclusive run may hold up other commits.
  package var exclusiveRunBound: Duration = .seconds(2)
  /// How long one run of a function may hold up others in its serial lane.
  package var serialLaneBound: Duration = .seconds(2)
  /// Memory the vector indexes may take together: 1 GiB.
  ///
  /// A vector takes four bytes for each dimension, rounded up to a multiple of 16 dimensions, and
  /// about 130 more: 330 000 vectors of 768 dimensions fit in. Indexes that were not searched for
  /// longest make room for others and are made again when they are searched. An index that does not
  /// fit at all is searched by reading the documents each time.
  package var vectorIndexBytes = 1 << 30
  /// Memory for rows that were read more than once and are likely to be read again: 32 MiB; 0 for
  /// none.
  package var rowCacheBytes = 32 << 20
  /// Documents read at a time when an index is built or documents are checked against a schema.
  package var backfillBatchDocuments = 500
  #if DEBUG
    /// What the database does wrong on purpose; nothing unless a test is to find it.
    package var plantedFault: PlantedFault?
  #endif

  package init() {}
}

/// What a database has done since it was opened.
package struct DatabaseCounters: Sendable, Hashable {
  /// Durable commits.
  package var commits = 0
  /// Batches they were written in.
  package var batches = 0
  /// Batches that could not be written.
  package var failedBatches = 0
  /// Transactions that lost a race, counted each time.
  package var conflicts = 0
  /// Transactions that ran while no other could commit.
  package var exclusiveRuns = 0
  /// Runs of functions in their serial lanes.
  package var serialRuns = 0

  package init() {}
}
