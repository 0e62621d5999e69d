internal import HullPersistence
internal import HullValues
internal import Synchronization

/// Decides the order of commits, writes them in groups, and publishes them.
///
/// A transaction is *validated* against the write log the moment it is handed in, gets its timestamp
/// and joins the log and the queue; later transactions that write may read it from then on. One of
/// the waiting tasks at a time takes the whole queue to the disk as one batch, while the next queue
/// gathers. When the batch is durable it is *published*: snapshot, observers, then the callers that
/// wait. Nothing is acknowledged, and no query reads it, before that.
///
/// If a batch cannot be written, everything validated after the newest published commit fails and
/// leaves the log: a new *generation* begins, and transactions of the old one that had read such
/// commits are refused when they are handed in. If it is unknown whether it was written, the
/// database accepts no more writes until that is settled, which every transaction that is handed in
/// tries.
final class Committer: Sendable {
  let persistence: any Persistence
  let options: DatabaseOptions
  /// Gives exclusive runs their turns.
  let exclusiveGate = FIFOGate()
  /// Lets one task at a time settle what became of a batch.
  let settlingGate = FIFOGate()
  /// Who is to be told when what they have read changes.
  let subscriptions: SubscriptionRegistry
  /// The vector indexes in memory.
  let vectorIndexes: VectorIndexes
  /// Rows in memory; nil if there are to be none, or the store has all of them in memory.
  let rowCache: RowCache?
  /// Protects the order of commits and everything that follows from it.
  ///
  /// Held for validation and bookkeeping, never across a suspension or a call of the persistence.
  private let state: Mutex<State>

  struct State {
    var log: WriteLog
    /// The newest durable commit.
    var published: Timestamp
    /// The newest validated commit.
    var head: Timestamp
    /// The newest timestamp given to any commit, failed ones included.
    var lastAssigned: Timestamp
    /// The catalogs as of `published` and `head`.
    var publishedCatalog: Catalog
    var headCatalog: Catalog
    /// The statistics of full-text indexes as of `head`.
    var searchStatistics: [IndexID: SearchStatistics]
    /// How many batches could not be written.
    fileprivate(set) var generation = 0
    /// The newest published commit at the end of each of the latest generations.
    fileprivate var generationEnds: [Timestamp] = []
    /// Validated commits nobody has taken to the disk yet, oldest first.
    var queue: [PendingCommit] = []
    /// Whether some task is taking a batch to the disk.
    var isWriting = false
    /// The exclusive run other commits wait for, and those commits.
    var exclusive: ExclusiveRun?
    var heldBack: [HeldBack] = []
    /// Tasks that wait for a commit to be published.
    var waiting: [PublicationWaiter] = []
    /// Tasks that wait for the queue to be written and idle.
    var closers: [CheckedContinuation<Void, Never>] = []
    var isClosed = false
    /// The batch of which it is unknown whether it was written, and why no more writes are accepted.
    var unsettled: (batch: [PendingCommit], failure: DatabaseError)?
    /// How often it was tried to settle that.
    var settlingAttempts = 0
    /// No snapshot older than this can be read.
    var retentionFloor: Timestamp
    var observers: [CommitObserver] = []
    /// Told when commits turn out to be written whose callers were told that this is unknown.
    var lateCommits = LateCommits()
    var counters = DatabaseCounters()
  }

  struct HeldBack {
    var transaction: FinalTransaction
    var continuation: CheckedContinuation<Submission, Never>
  }

  struct PublicationWaiter {
    var timestamp: Timestamp
    var generation: Int
    var continuation: CheckedContinuation<Bool, Never>
  }

  init(
    persistence: any Persistence,
    catalog: Catalog,
    searchStatistics: [IndexID: SearchStatistics],
    retentionFloor: Timestamp,
    options: DatabaseOptions
  ) {
    self.persistence = persistence
    self.options = options
    let last = persistence.lastTimestamp
    subscriptions = SubscriptionRegistry(comparedThrough: last, options: options)
    vectorIndexes = VectorIndexes(bytes: options.vectorIndexBytes, enqueuedThrough: last)
    rowCache =
      persistence.isInMemory || options.rowCacheBytes == 0
      ? nil : RowCache(bytes: options.rowCacheBytes, appliedThrough: last)
    state = Mutex(
      State(
        log: WriteLog(start: last),
        published: last,
        head: last,
        lastAssigned: last,
        publishedCatalog: catalog,
        headCatalog: catalog,
        searchStatistics: searchStatistics,
        retentionFloor: retentionFloor
      )
    )
  }

  func withState<Value>(_ body: (inout State) throws -> Value) rethrows -> Value {
    try state.withLock { try body(&$0) }
  }

  /// The newest durable commit.
  var published: Timestamp { state.withLock { $0.published } }

  var retentionFloor: Timestamp { state.withLock { $0.retentionFloor } }

  /// The commits of an interval that are in memory, and from where on they are complete.
  func history(
    after: Timestamp,
    through: Timestamp
  ) -> (commits: [CommittedTransaction], start: Timestamp) {
    state.withLock { ($0.log.commits(after: after, through: through), $0.log.start) }
  }
}

/// A validated commit on its way to the disk.
///
/// `@unchecked Sendable`: `outcome` and `continuation` are touched only while the committer's state
/// is locked.
final class PendingCommit: @unchecked Sendable {
  let commit: CommittedTransaction
  let record: CommitRecord
  /// The catalog once this commit is published, if it changed it.
  let catalog: Catalog?
  var outcome: Result<Void, DatabaseError>?
  /// The task that waits for the outcome or for its turn to write.
  ///
  /// Resumed by whoever takes it out of here, which only one can: a checked one would allocate for every
  /// commit to find that out.
  var continuation: UnsafeContinuation<Void, Never>?

  init(commit: CommittedTransaction, record: CommitRecord, catalog: Catalog?) {
    self.commit = commit
    self.record = record
    self.catalog = catalog
  }
}

/// What became of a transaction that was handed in.
enum Submission: Sendable {
  /// It had nothing to write; its reads held at its snapshot.
  case readOnly
  /// It has a timestamp and will be written.
  case accepted(PendingCommit)
  /// Another commit changed what it had read.
  indirect case conflict(Conflict)
  /// It cannot be validated any more, or stood on commits that failed; a new run may succeed.
  indirect case stale(DatabaseError)
  /// No commit is possible.
  indirect case refused(DatabaseError)
}

// MARK: - Validation

extension Committer {
  /// Validates a transaction and, if its reads still hold, gives it a timestamp.
  ///
  /// Waits while another transaction runs exclusively.
  func submit(_ transaction: FinalTransaction, in run: ExclusiveRun? = nil) async -> Submission {
    if transaction.isReadOnly { return .readOnly }
    // Whatever became of the batch before it, nothing of this one was written.
    if withState({ $0.unsettled != nil }), let failure = await settle() {
      return .refused(failure.ofDependents)
    }
    let decided: Submission? = state.withLock { state in
      if let exclusive = state.exclusive, exclusive !== run { return nil }
      return validate(transaction, &state)
    }
    if let decided { return decided }
    return await withCheckedContinuation { continuation in
      let decided: Submission? = state.withLock { state in
        if let exclusive = state.exclusive, exclusive !== run {
          state.heldBack.append(
            HeldBack(transaction: transaction, continuation: continuation)
          )
          return nil
        }
        return validate(transaction, &state)
      }
      if let decided { continuation.resume(returning: decided) }
    }
  }

  /// The serial part: everything between reading the log and joining it happens under the lock.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  func validate(_ transaction: FinalTransaction, _ state: inout State) -> Submission {
    if state.isClosed { return .refused(.closed) }
    if let unsettled = state.unsettled { return .stale(unsettled.failure.ofDependents) }
    if state.isPublished(transaction.begin, transaction.generation) == false {
      return .stale(.outOfRetention)
    }
    if transaction.begin < state.log.start { return .stale(.outOfRetention) }
    if state.queue.count >= options.maximumQueuedCommits { return .refused(.committerFull) }
    if let (commit, overlap) = overlap(of: transaction, &state) {
      state.counters.conflicts += 1
      return .conflict(
        Conflict(
          overlap,
          catalog: state.headCatalog,
          with: commit,
          reader: transaction.source,
          readAt: transaction.begin
        )
      )
    }
    let timestamp = nextTimestamp(&state)
    if transaction.unresolved.isEmpty { return accept(transaction, at: timestamp, &state) }
    var transaction = transaction
    let catalog = state.headCatalog.adding(transaction.createdTables) ?? state.headCatalog
    transaction.resolve(timestamp, catalog: catalog)
    return accept(transaction, at: timestamp, &state)
  }

  /// The first commit since a transaction's snapshot that changed what it had read.
  private func overlap(
    of transaction: FinalTransaction,
    _ state: inout State
  ) -> (CommittedTransaction, ReadSet.Overlap)? {
    #if DEBUG
      if options.plantedFault == .skipsConflictCheck { return nil }
      if options.plantedFault == .allowsWriteSkew {
        let written = Set(transaction.changes.map(\.id))
        return state.log.first(after: transaction.begin) { commit in
          transaction.reads.overlap(with: commit.withoutUpdates(except: written))
        }
      }
    #endif
    return state.log.first(after: transaction.begin, where: transaction.reads.overlap)
  }

  /// A timestamp later than that of every other commit.
  private func nextTimestamp(_ state: inout State) -> Timestamp {
    #if DEBUG
      if options.plantedFault == .reusesTimestamp {
        return max(options.time.now(), state.lastAssigned)
      }
    #endif
    return max(options.time.now(), state.lastAssigned.successor)
  }

  /// Has a validated transaction join the log and the queue.
  private func accept(
    _ transaction: FinalTransaction,
    at timestamp: Timestamp,
    _ state: inout State
  ) -> Submission {
    var metadata = transaction.metadata
    for (index, delta) in transaction.searchDeltas {
      let total = (state.searchStatistics[index] ?? SearchStatistics()) + delta
      state.searchStatistics[index] = total
      metadata.merge(SearchStatisticsStore.metadata(total, of: index)) { $1 }
    }
    let pending = PendingCommit(
      commit: CommittedTransaction(
        timestamp: timestamp,
        source: transaction.source,
        changes: transaction.changes,
        createdTables: transaction.createdTables,
        searchDeltas: transaction.searchDeltas
      ),
      record: CommitRecord(
        timestamp: timestamp,
        documents: transaction.documents,
        entries: transaction.entries,
        metadata: metadata
      ),
      catalog: state.headCatalog.adding(transaction.createdTables)
    )
    transaction.ticket?.accept(timestamp)
    state.lastAssigned = timestamp
    state.head = timestamp
    if let catalog = pending.catalog { state.headCatalog = catalog }
    state.log.append(pending.commit)
    state.queue.append(pending)
    return .accepted(pending)
  }
}

// MARK: - Writing

extension Committer {
  /// Waits until a validated commit is durable and published, writing batches when it is its turn.
  func complete(_ pending: PendingCommit) async throws(DatabaseError) -> Timestamp {
    enum Step {
      case done(Result<Void, DatabaseError>)
      case write
      case wait
    }
    while true {
      let step: Step = state.withLock { state in
        if let outcome = pending.outcome { return .done(outcome) }
        if state.isWriting { return .wait }
        state.isWriting = true
        return .write
      }
      switch step {
      case .done(let outcome):
        try outcome.get()
        return pending.commit.timestamp
      case .write:
        if let beforeBatch = options.beforeBatch { await beforeBatch() }
        await writeBatch()
      case .wait:
        await withUnsafeContinuation { continuation in
          let mustWait = state.withLock { state in
            if pending.outcome != nil || !state.isWriting { return false }
            pending.continuation = continuation
            return true
          }
          if !mustWait { continuation.resume() }
        }
      }
    }
  }

  /// Takes what waits to the disk as one batch and publishes it.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  private func writeBatch() async {
    let batch = state.withLock { state in
      let count = min(state.queue.count, options.maximumBatchCommits)
      let batch = Array(state.queue[..<count])
      state.queue.removeFirst(count)
      return batch
    }
    #if DEBUG
      if options.plantedFault == .publishesBeforeDurable {
        publish(batch)
        try? await persistence.append(batch.map(\.record))
        return
      }
    #endif
    var failure: DatabaseError?
    var isOutcomeKnown = true
    do {
      let records = batch.map(\.record)
      let mayBlock = records.count == 1 && options.mayBlockThread?() == true
      if try !mayBlock || !persistence.appendOnThisThread(records) {
        try await persistence.append(records)
      }
    } catch {
      isOutcomeKnown = (error as? PersistenceError)?.code != .outcomeUnknown
      failure = DatabaseError.commitFailed(error, isOutcomeKnown: isOutcomeKnown)
    }
    if let failure {
      fail(batch, failure, isOutcomeKnown: isOutcomeKnown)
    } else {
      publish(batch)
    }
  }

  /// Makes a durable batch visible: rows in memory change, subscriptions end, then snapshot, then
  /// observers, then whoever waits.
  func publish(_ batch: [PendingCommit]) {
    let commits = batch.map(\.commit)
    changeRows(commits)
    subscriptions.invalidate(by: batch)
    vectorIndexes.enqueue(batch, from: self)
    let observers = state.withLock { state in
      if let last = batch.last { state.published = last.commit.timestamp }
      for pending in batch {
        if let catalog = pending.catalog { state.publishedCatalog = catalog }
      }
      state.counters.commits += batch.count
      state.counters.batches += 1
      return state.observers
    }
    for observer in observers { observer.body(commits) }
    let woken = state.withLock { state in
      for pending in batch { pending.outcome = .success(()) }
      state.log.trim(
        olderThan: state.published.advanced(by: .zero - options.writeLogAge),
        maximumBytes: options.writeLogBytes,
        published: state.published
      )
      return endBatch(batch, &state)
    }
    woken.resume()
    if let last = batch.last { subscriptions.announce(publishedThrough: last.commit.timestamp) }
  }

  /// Makes the rows in memory what they are after these commits.
  private func changeRows(_ commits: [CommittedTransaction]) {
    #if DEBUG
      if options.plantedFault == .keepsStaleRows {
        rowCache?.apply(commits.filter { $0.timestamp.rawValue % 4 != 0 })
        return
      }
    #endif
    rowCache?.apply(commits)
  }

  /// Fails a batch and everything that may stand on it.
  private func fail(_ batch: [PendingCommit], _ failure: DatabaseError, isOutcomeKnown: Bool) {
    let woken = state.withLock { state in
      let failed = batch + state.queue
      for pending in batch { pending.outcome = .failure(failure) }
      for pending in state.queue { pending.outcome = .failure(failure.ofDependents) }
      for pending in failed {
        for (index, delta) in pending.commit.searchDeltas {
          state.searchStatistics[index, default: SearchStatistics()] -= delta
        }
      }
      state.queue = []
      state.endGeneration()
      if isOutcomeKnown {
        state.log.removeAll(after: state.published)
      } else {
        // What may be on the disk stays in the log, so that reads go on taking it back.
        state.unsettled = (batch, failure)
        if let last = batch.last { state.log.removeAll(after: last.commit.timestamp) }
      }
      state.head = state.published
      state.headCatalog = state.publishedCatalog
      state.counters.failedBatches += 1
      return endBatch(failed, &state)
    }
    woken.resume()
  }

  /// Continuations to resume once the lock is released.
  private struct Woken {
    var commits: [UnsafeContinuation<Void, Never>] = []
    var waiters: [(CheckedContinuation<Bool, Never>, Bool)] = []
    var closers: [CheckedContinuation<Void, Never>] = []

    func resume() {
      for continuation in commits { continuation.resume() }
      for (continuation, isPublished) in waiters { continuation.resume(returning: isPublished) }
      for continuation in closers { continuation.resume() }
    }
  }

  /// Ends the turn of the writing task: wakes those that are served and the next writer.
  private func endBatch(_ batch: [PendingCommit], _ state: inout State) -> Woken {
    var woken = Woken()
    state.isWriting = false
    for pending in batch {
      if let continuation = pending.continuation {
        woken.commits.append(continuation)
        pending.continuation = nil
      }
    }
    // The next writer: a task that already waits. The others of the queue have not got to waiting
    // yet and find the place of the writer free when they do.
    if let next = state.queue.first(where: { $0.continuation != nil }) {
      if let continuation = next.continuation { woken.commits.append(continuation) }
      next.continuation = nil
    }
    var stillWaiting: [PublicationWaiter] = []
    for waiter in state.waiting {
      if let isPublished = state.isPublished(waiter.timestamp, waiter.generation) {
        woken.waiters.append((waiter.continuation, isPublished))
      } else {
        stillWaiting.append(waiter)
      }
    }
    state.waiting = stillWaiting
    if state.queue.isEmpty {
      woken.closers = state.closers
      state.closers = []
    }
    return woken
  }
}

extension Committer.State {
  /// Whether a snapshot has become durable; nil: not decided yet.
  func isPublished(_ timestamp: Timestamp, _ generation: Int) -> Bool? {
    let age = self.generation - generation
    if age == 0 { return timestamp <= published ? true : nil }
    // Of one so old that its end is forgotten, nothing can be told any more.
    guard age <= generationEnds.count else { return false }
    return timestamp <= generationEnds[generationEnds.count - age]
  }

  /// Takes note that what is not published never will be.
  fileprivate mutating func endGeneration() {
    generation += 1
    generationEnds.append(published)
    // On a full disk every mutation that is tried ends one.
    if generationEnds.count == 2 * Self.keptGenerations {
      generationEnds.removeFirst(Self.keptGenerations)
    }
  }

  /// How many generations back a transaction may have begun that is running now.
  private static var keptGenerations: Int { 4096 }
}

extension Committer {
  /// Waits until everything a snapshot shows is durable.
  ///
  /// - Returns: False if it never will be, because writing it failed.
  func waitUntilPublished(_ timestamp: Timestamp, generation: Int) async -> Bool {
    let decided = state.withLock { $0.isPublished(timestamp, generation) }
    if let decided { return decided }
    return await withCheckedContinuation { continuation in
      let decided: Bool? = state.withLock { state in
        let decided = state.isPublished(timestamp, generation)
        if decided == nil {
          state.waiting.append(
            Committer.PublicationWaiter(
              timestamp: timestamp,
              generation: generation,
              continuation: continuation
            )
          )
        }
        return decided
      }
      if let decided { continuation.resume(returning: decided) }
    }
  }

  /// Accepts no more commits and waits until those accepted are written.
  func close() async {
    state.withLock { $0.isClosed = true }
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.queue.isEmpty, !state.isWriting { return true }
        state.closers.append(continuation)
        return false
      }
      if isIdle { continuation.resume() }
    }
  }
}
