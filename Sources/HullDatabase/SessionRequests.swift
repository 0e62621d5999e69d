package import HullPersistence
package import HullValues

internal import Crypto

/// A mutation of a client's session, which happens once however often it is asked for.
package struct SessionRequestID: Sendable, Hashable {
  /// The session, a UUID in two halves.
  package var session: SessionHalves
  /// The client's number for the mutation.
  package var number: UInt32

  /// Both halves of a UUID.
  package struct SessionHalves: Sendable, Hashable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
      self.high = high
      self.low = low
    }
  }

  package init(session: SessionHalves, number: UInt32) {
    self.session = session
    self.number = number
  }

  /// The id of its record, from a hash: clients choose sessions, and none may hit another's record.
  ///
  /// The records of one session are neighbours.
  var recordID: DocumentID {
    var text: [UInt8] = []
    for half in [session.high, session.low] {
      withUnsafeBytes(of: half.bigEndian) { text.append(contentsOf: $0) }
    }
    let ofSession = Self.hash(text)
    withUnsafeBytes(of: number.bigEndian) { text.append(contentsOf: $0) }
    return DocumentID(
      tableNumber: SystemTables.sessionRequests,
      internalID: InternalID(high: ofSession, low: Self.hash(text))
    )
  }

  private static func hash(_ bytes: [UInt8]) -> UInt64 {
    SHA256.hash(data: bytes).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// What came of a mutation that has been committed.
package struct RecordedOutcome: Sendable, Hashable {
  /// Its result in wire JSON.
  package var result: EncodedValue
  /// What it logged, in a form its writer reads again.
  package var logLines: [ConvexValue]

  package init(result: EncodedValue, logLines: [ConvexValue]) {
    self.result = result
    self.logLines = logLines
  }
}

extension Transaction {
  /// Looks up whether a mutation has been committed before.
  ///
  /// The transaction depends on the answer, so that of two transactions for one request only one
  /// can commit.
  ///
  /// - Returns: What came of it and when; nil if it has not been committed.
  package func outcome(
    of request: SessionRequestID
  ) async throws -> (outcome: RecordedOutcome, committedAt: Timestamp)? {
    try await exclusively { state in
      let id = request.recordID
      // Not a read of the function's: it counts towards no limit.
      state.reads.insert(created: id)
      guard let stored = try await state.reader.document(id, catalog: state.catalog) else {
        return nil
      }
      return (try RecordedOutcome(stored.document.object()), stored.timestamp)
    }
  }

  /// Records, as part of the transaction, what came of a mutation.
  package func record(_ outcome: RecordedOutcome, of request: SessionRequestID) async throws {
    try await exclusively { state in
      try checkMayWrite()
      #if DEBUG
        if database.options.plantedFault == .losesIdempotencyRecord { return }
      #endif
      let table = state.systemTable(SystemTables.sessionRequests)
      try state.insert(outcome.fields, as: request.recordID, into: table)
    }
  }
}

extension RecordedOutcome {
  fileprivate init(_ object: ConvexObject) throws {
    guard case .string(let result)? = object["result"], case .array(let lines)? = object["logLines"]
    else {
      throw DatabaseError(
        code: "CorruptSessionRequest",
        message: "The record of a mutation cannot be read: \(object["_id"] ?? .null).",
        kind: .system
      )
    }
    self.init(result: EncodedValue(canonical: Array(result.utf8)), logLines: lines)
  }

  fileprivate var fields: ConvexObject {
    ["result": .string(result.string), "logLines": .array(logLines)]
  }
}

extension Database {
  /// Forgets the records of mutations that were committed before a moment.
  ///
  /// Ends after the batch it is at if its task is cancelled.
  ///
  /// - Parameters:
  ///   - cutoff: Older records go.
  ///   - batch: How many are removed in one transaction.
  /// - Throws: ``DatabaseError`` when nothing can be written.
  package func removeSessionRequests(before cutoff: Timestamp, batch: Int = 500) async throws {
    while true {
      let removed = try await withTransaction(source: "_system/sessionRequests:remove") {
        transaction in
        try await transaction.exclusively { state in
          let table = state.systemTable(SystemTables.sessionRequests)
          let scan = state.scan(
            .index(table.byCreationTime),
            in: table.number,
            range: KeyRange(
              start: .empty,
              end: IndexKey([.float64(cutoff.milliseconds)])
            ),
            expectedRows: batch
          )
          var count = 0
          while count < batch, let row = try await state.next(scan) {
            try await state.remove(row.id, of: table)
            count += 1
          }
          state.close(scan)
          return count
        }
      }.value
      if removed < batch || Task.isCancelled { return }
    }
  }
}
