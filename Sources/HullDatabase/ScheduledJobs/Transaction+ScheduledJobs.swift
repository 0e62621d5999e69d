package import HullValues

internal import HullPersistence

// Jobs are rows like others: scheduled, called off, begun and ended in a transaction, they change
// with everything else the transaction writes, or not at all.

extension Transaction {
  /// Has a function run later, if this transaction commits.
  ///
  /// - Parameters:
  ///   - name: The function, as its row is to show it.
  ///   - arguments: What to call it with; validated when it runs.
  ///   - time: When, in milliseconds since 1970.
  ///   - parent: The job that schedules it. If that has been called off, so is the new one.
  /// - Returns: The id of the job.
  /// - Throws: ``DatabaseError`` `TooManyFunctionsScheduled` and
  ///   `ScheduledFunctionsArgumentsTooLarge`, which nested calls that roll back count towards, too;
  ///   `InvalidArgument` for arguments nested too deeply for the row.
  package func schedule(
    _ name: String,
    _ arguments: ConvexObject,
    at time: Double,
    parent: DocumentID? = nil
  ) async throws -> DocumentID {
    try await exclusively { state in
      try checkMayWrite()
      try state.countScheduled(ConvexValue.array([.object(arguments)]).size)
      let table = state.systemTable(SystemTables.scheduledFunctions)
      let id = DocumentID(tableNumber: table.number, internalID: state.idGenerator.next())
      var job = ScheduledJob(
        id: id,
        name: name,
        arguments: arguments,
        scheduledTime: time,
        state: .pending
      )
      if let parent, try await state.job(parent)?.job.state == .canceled {
        job.state = .canceled
        job.scheduledTime = state.nextCreationTime
        job.completedTime = state.nextCreationTime
      }
      let fields = job.fields
      // The row is deeper than the arguments, and one that could not be read would be in the way of
      // every other.
      do throws(ConvexValueError) { try ConvexValue.object(fields).checkLimits() } catch {
        throw DatabaseError.invalidArgument("args", of: "scheduler", error.message)
      }
      try state.insert(fields, as: id, into: table)
      return id
    }
  }

  /// A job, on whose state the transaction depends from now on.
  ///
  /// - Returns: The job; nil if there is none, or none any more.
  package func scheduledJob(_ id: DocumentID) async throws -> ScheduledJob? {
    try await exclusively { state in try await state.job(id)?.job }
  }

  /// Moves a job on, unless it is over.
  ///
  /// - Parameters:
  ///   - id: The job.
  ///   - next: Its state from now on.
  ///   - time: What time it is, in milliseconds since 1970: when it was over, if `next` is final.
  /// - Returns: The job as it was; nil if there is none. Of one that was over nothing has changed.
  /// - Throws: ``DatabaseError`` in a read-only transaction, and what reading throws.
  @discardableResult
  package func advance(
    _ id: DocumentID,
    to next: ScheduledJob.State,
    at time: Double
  ) async throws -> ScheduledJob? {
    try await exclusively { state in
      try checkMayWrite()
      guard let current = try await state.job(id) else { return nil }
      guard !current.job.state.isFinal else { return current.job }
      var job = current.job
      job.state = next
      job.completedTime = next.isFinal ? time : nil
      state.replace(
        current.document,
        with: job.fields,
        in: state.systemTable(SystemTables.scheduledFunctions)
      )
      return current.job
    }
  }

  /// The jobs that wait for a time up to and including a moment, first the one that waits longest.
  ///
  /// - Parameters:
  ///   - time: The moment, in milliseconds since 1970.
  ///   - count: The most to return.
  /// - Returns: Their ids.
  /// - Throws: What reading throws.
  package func jobsDue(through time: Double, upTo count: Int) async throws -> [DocumentID] {
    let range = ScheduledJob.State.pending.range(
      KeyRange(start: .empty, end: KeyRange(prefix: IndexKey([.float64(time)])).end)
    )
    return try await exclusively { state in
      let scan = state.scanJobs(range, expectedRows: count, wantsDocuments: false)
      defer { state.close(scan) }
      return try await state.next(scan, upTo: count).map(\.id)
    }
  }

  /// When the next job after a moment is due; nil if none is waiting.
  ///
  /// - Parameter time: The moment, in milliseconds since 1970; nil for any job.
  /// - Returns: Milliseconds since 1970.
  /// - Throws: What reading throws.
  package func nextJobTime(after time: Double? = nil) async throws -> Double? {
    let past = time.flatMap { KeyRange(prefix: IndexKey([.float64($0)])).end } ?? .empty
    let range = ScheduledJob.State.pending.range(KeyRange(start: past, end: nil))
    return try await exclusively { state in
      let scan = state.scanJobs(range, expectedRows: 1)
      defer { state.close(scan) }
      guard let document = try await state.next(scan)?.document else { return nil }
      return try ScheduledJob(document).scheduledTime
    }
  }

  /// How many jobs wait for their time.
  package func pendingJobCount() async throws -> Int {
    try await exclusively { state in
      let scan = state.scanJobs(
        ScheduledJob.State.pending.range(.all),
        expectedRows: 1024,
        wantsDocuments: false
      )
      defer { state.close(scan) }
      var count = 0
      while try await state.next(scan) != nil { count += 1 }
      return count
    }
  }

  /// Jobs in a state, by the time they were scheduled for.
  ///
  /// - Parameters:
  ///   - kind: The state; of `.failed` those with any error.
  ///   - count: The most to return.
  /// - Returns: The jobs.
  /// - Throws: What reading throws.
  package func scheduledJobs(
    in kind: ScheduledJob.State,
    upTo count: Int
  ) async throws -> [ScheduledJob] {
    try await exclusively { state in
      let scan = state.scanJobs(kind.range(.all), expectedRows: count)
      defer { state.close(scan) }
      return try await state.next(scan, upTo: count).compactMap(\.document).map(ScheduledJob.init)
    }
  }
}

extension TransactionState {
  fileprivate func job(
    _ id: DocumentID
  ) async throws -> (job: ScheduledJob, document: SystemDocument)? {
    let table = systemTable(SystemTables.scheduledFunctions)
    guard id.tableNumber == table.number,
      let document = try await systemDocument(id, of: table)
    else { return nil }
    return (try ScheduledJob(id: id, document.object), document)
  }

  fileprivate func scanJobs(
    _ range: KeyRange,
    expectedRows: Int,
    wantsDocuments: Bool = true
  ) -> IndexScan {
    let table = systemTable(SystemTables.scheduledFunctions)
    guard let index = table.index(named: "by_state") else {
      preconditionFailure("indexes of system tables are made when the database is opened")
    }
    return scan(
      .index(index.id),
      in: table.number,
      range: range,
      wantsDocuments: wantsDocuments,
      expectedRows: expectedRows
    )
  }

  /// Counts a scheduled function before it takes effect.
  fileprivate func countScheduled(_ argumentBytes: Int) throws {
    guard usage.functionsScheduled < limits.functionsScheduled else {
      throw DatabaseError(
        code: "TooManyFunctionsScheduled",
        message: "Too many functions scheduled by this mutation "
          + "(limit: \(limits.functionsScheduled))"
      )
    }
    guard
      usage.scheduledFunctionArgsBytes + argumentBytes <= limits.scheduledFunctionArgsBytes
    else {
      throw DatabaseError(
        code: "ScheduledFunctionsArgumentsTooLarge",
        message: "Too large total size of the arguments of scheduled functions from this mutation "
          + "(limit: \(limits.scheduledFunctionArgsBytes) bytes)"
      )
    }
    usage.functionsScheduled += 1
    usage.scheduledFunctionArgsBytes += argumentBytes
  }
}

extension ScheduledJob.State {
  /// Where the index by state has jobs in this state, of those the part with times in `times`.
  fileprivate func range(_ times: KeyRange) -> KeyRange {
    let prefix = IndexKey([.string(kind)])
    return KeyRange(
      start: IndexKey(bytes: prefix.bytes + times.start.bytes),
      end: times.end.map { IndexKey(bytes: prefix.bytes + $0.bytes) } ?? prefix.afterPrefix
    )
  }
}
