package import HullPersistence

/// What a transaction returned and when it was committed.
package struct Committed<Value> {
  /// What the attempt that won returned.
  package var value: Value
  /// The commit; for a transaction that wrote nothing, its snapshot.
  package var timestamp: Timestamp
  /// Attempts that lost a race before it.
  package var retries: Int
}

extension Committed: Sendable where Value: Sendable {}

extension Database {
  /// Runs `body` against one snapshot and commits what it wrote; if another commit changed what it
  /// read, runs it again.
  ///
  /// The first retry runs like the first attempt, later ones while no other transaction can commit,
  /// so contention costs time and does not reach the caller. Functions that often conflict run one
  /// at a time from the start.
  ///
  /// - Parameters:
  ///   - source: The function, which conflict reports name and whose conflicts are counted.
  ///   - limits: What it may read and write; nil for the database's own limits.
  ///   - ticket: Told of the commit's timestamp before anyone can read the commit.
  ///   - body: Uses the transaction it is given only while it runs. It may run several times, so
  ///     what it does elsewhere must bear repetition.
  /// - Returns: The value of the attempt that was committed.
  /// - Throws: What `body` throws, once what it had read is durable, except that after a conflict or
  ///   `OutOfRetention` it is run again; and ``DatabaseError``: a conflict if every attempt lost, or
  ///   that writing is impossible.
  @discardableResult
  package func withTransaction<Value>(
    source: String,
    limits: TransactionLimits? = nil,
    ticket: CommitTicket? = nil,
    _ body: (Transaction) async throws -> Value
  ) async throws -> Committed<Value> {
    var retries = 0
    while true {
      var hold = Hold()
      if retries >= options.lossesBeforeExclusiveRun {
        hold.run = await committer.beginExclusive()
      } else if let lane = lanes.lane(of: source) {
        hold.lane = (lane, await lane.acquire())
        committer.withState { $0.counters.serialRuns += 1 }
      }
      let transaction = begin(.readWrite, limits: limits)
      let value: Value
      do {
        value = try await body(transaction)
      } catch {
        hold.end(committer)
        transaction.abandon()
        // The error may tell of commits that are not durable yet.
        let isPublished = await committer.waitUntilPublished(
          transaction.beginTimestamp,
          generation: transaction.generation
        )
        let kind = Self.kind(of: error)
        if kind == .conflict { lanes.recordConflict(of: source) }
        // A snapshot may be forgotten while it is read; a new run has a newer one.
        if isPublished, kind != .conflict, kind != .outOfRetention { throw error }
        retries += 1
        if retries > options.maximumRetries { throw error }
        continue
      }
      let final: FinalTransaction
      do { final = try await transaction.finish(source: source, ticket: ticket) } catch {
        hold.end(committer)
        throw error
      }
      let submission = await committer.submit(final, in: hold.run)
      // From here on only the disk is waited for, which the next in line need not do.
      hold.end(committer)
      switch try await outcome(of: submission, final) {
      case .committed(let timestamp):
        lanes.recordCommit(of: source)
        retention.pruneIfDue()
        return Committed(value: value, timestamp: timestamp, retries: retries)
      case .lost(let error):
        lanes.recordConflict(of: source)
        retries += 1
        if retries > options.maximumRetries { throw error }
      }
    }
  }

  /// Commits a transaction once.
  ///
  /// - Returns: The commit's timestamp; for a transaction that wrote nothing, its snapshot.
  /// - Throws: ``DatabaseError``, of kind `conflict` if another commit changed what it had read.
  @discardableResult
  package func commit(_ transaction: Transaction, source: String) async throws -> Timestamp {
    let final = try await transaction.finish(source: source)
    let submission = await committer.submit(final)
    switch try await outcome(of: submission, final) {
    case .committed(let timestamp):
      retention.pruneIfDue()
      return timestamp
    case .lost(let error): throw error
    }
  }

  /// What kind of error of the database it is, if it is one.
  ///
  /// Apart from the transaction, whose memory would hold the error as long as it runs.
  @inline(never)
  private static func kind(of error: any Error) -> DatabaseError.Kind? {
    (error as? DatabaseError)?.kind
  }

  private enum Outcome {
    case committed(Timestamp)
    /// A new run may succeed.
    indirect case lost(DatabaseError)
  }

  private func outcome(
    of submission: Submission,
    _ transaction: FinalTransaction
  ) async throws -> Outcome {
    switch submission {
    case .accepted(let pending):
      return .committed(try await committer.complete(pending))
    case .readOnly:
      let isPublished = await committer.waitUntilPublished(
        transaction.begin,
        generation: transaction.generation
      )
      return isPublished ? .committed(transaction.begin) : .lost(.outOfRetention)
    case .conflict(let conflict): return .lost(conflict.error)
    case .stale(let error): return .lost(error)
    case .refused(let error): throw error
    }
  }

  /// What keeps other transactions back while one runs.
  private struct Hold {
    var run: ExclusiveRun?
    var lane: (gate: LeasedGate, lease: UInt64)?

    mutating func end(_ committer: Committer) {
      if let run { committer.endExclusive(run) }
      if let lane { lane.gate.release(lane.lease) }
      run = nil
      lane = nil
    }
  }
}

extension Transaction {
  /// Ends the transaction and waits for operations that are still running.
  ///
  /// - Parameters:
  ///   - source: The function it ran.
  ///   - ticket: Told of the commit's timestamp.
  /// - Returns: What is to be committed.
  /// - Throws: ``DatabaseError`` if it has ended before.
  func finish(
    source: String,
    ticket: CommitTicket? = nil
  ) async throws -> FinalTransaction {
    try await exclusively { state in state.finish(source: source, ticket: ticket) }
  }
}
