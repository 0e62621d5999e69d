package import HullPersistence
package import HullValues

/// What the database refuses or could not do, in the reference's words.
///
/// Errors about documents, tables and limits are meant for the function that caused them: it may
/// catch them and go on. A lost race (``Kind/conflict``) reaches a caller only when every retry lost.
package struct DatabaseError: Error, Sendable, Hashable {
  /// What to do with an error: which class of answer it becomes and whether trying again helps.
  package enum Kind: Sendable, Hashable {
    /// The request is at fault.
    case badRequest
    /// A limit on reads or writes was exceeded; ends a page early instead of failing it.
    case paginationLimit
    /// Another commit changed what was read.
    case conflict
    /// The snapshot is older than the history that is kept.
    case outOfRetention
    /// Too much is waiting; trying later helps.
    case overloaded
    /// The database itself failed: disk, corruption, or it was closed.
    case system
  }

  /// Convex's short code, for example `NonexistentDocument`.
  package var code: String
  /// What happened, exact to the letter where Convex has a text for it.
  package var message: String
  /// Which class of error it is.
  package var kind: Kind
  /// The commit that won the race, if this is a conflict.
  package var conflict: Conflict? {
    if case .conflict(let conflict)? = details { conflict } else { nil }
  }

  private var details: Details?

  /// Kept elsewhere: few errors have any, and every function has room for several errors.
  private indirect enum Details: Sendable, Hashable {
    case conflict(Conflict)
  }

  package init(code: String, message: String, kind: Kind = .badRequest, conflict: Conflict? = nil) {
    self.code = code
    self.message = message
    self.kind = kind
    details = conflict.map { .conflict($0) }
  }

  /// Wraps the reason an argument of a database operation was refused.
  package static func invalidArgument(
    _ argument: String,
    of method: String,
    _ reason: String
  ) -> DatabaseError {
    DatabaseError(
      code: "InvalidArgument",
      message: "Invalid argument `\(argument)` for `\(method)`: \(reason)"
    )
  }

  static let outOfRetention = DatabaseError(
    code: "OutOfRetention",
    message: "The requested snapshot is older than the history that is kept.",
    kind: .outOfRetention
  )

  static let committerFull = DatabaseError(
    code: "CommitterFullError",
    message: "Too many concurrent commits",
    kind: .overloaded
  )

  /// Wraps why a batch could not be written.
  static func commitFailed(_ cause: any Error, isOutcomeKnown: Bool) -> DatabaseError {
    let reason = (cause as? PersistenceError)?.message ?? "\(cause)"
    return DatabaseError(
      code: isOutcomeKnown ? "CommitFailed" : "CommitOutcomeUnknown",
      message: isOutcomeKnown
        ? "The commit could not be written; nothing was changed. \(reason)"
        : "It is unknown whether the commit was written; no more writes are accepted until the "
          + "disk works again. \(reason)",
      kind: .system
    )
  }

  /// Whether it is the error of a commit that may have been written.
  package var isOutcomeUnknown: Bool { code == "CommitOutcomeUnknown" }

  /// The error of commits that stood on the one this is the error of, and were not attempted.
  var ofDependents: DatabaseError {
    guard isOutcomeUnknown else { return self }
    return DatabaseError(
      code: "CommitFailed",
      message: "The commit was not written, because it is unknown whether the one before it was; "
        + "nothing was changed. \(message)",
      kind: .system
    )
  }

  /// Wraps why the store could not be read.
  package static func storeFailed(_ cause: PersistenceError) -> DatabaseError {
    DatabaseError(code: "StoreFailed", message: cause.message, kind: .system)
  }

  static let transactionEnded = DatabaseError(
    code: "TransactionEnded",
    message: "The transaction has ended; the database was used after its function returned."
  )

  static let closed = DatabaseError(
    code: "DatabaseClosed",
    message: "The database is closed.",
    kind: .system
  )
}

extension DatabaseError: CustomStringConvertible {
  package var description: String { "\(code): \(message)" }
}

/// The write that invalidated a transaction's reads.
package struct Conflict: Sendable, Hashable {
  /// The table of the document, if it has a name.
  package var table: String?
  /// The document both transactions used; nil if they raced to create a table.
  package var document: DocumentID?
  /// The index through which the document had been read, for example `by_channel`.
  package var index: String?
  /// The function that wrote it.
  package var writer: String
  /// The function that lost.
  package var reader: String
  /// The snapshot the loser had read.
  package var readAt: Timestamp
  /// The commit that changed it.
  package var writtenAt: Timestamp

  package init(
    table: String?,
    document: DocumentID?,
    index: String?,
    writer: String,
    reader: String,
    readAt: Timestamp,
    writtenAt: Timestamp
  ) {
    self.table = table
    self.document = document
    self.index = index
    self.writer = writer
    self.reader = reader
    self.readAt = readAt
    self.writtenAt = writtenAt
  }

  /// The error a caller gets when every retry lost.
  package var error: DatabaseError {
    guard let table, !table.hasPrefix("_") else {
      return DatabaseError(
        code: "OptimisticConcurrencyControlFailure",
        message: self.table == nil ? Conflict.message(table: nil, writer: nil) : systemMessage,
        kind: .conflict,
        conflict: self
      )
    }
    return DatabaseError(
      code: "OptimisticConcurrencyControlFailure",
      message: Conflict.message(table: table, writer: writerDescription),
      kind: .conflict,
      conflict: self
    )
  }

  private var writerDescription: String? {
    guard let document, !writer.isEmpty else { return nil }
    let who = writer == reader ? "Another call to this mutation" : "A call to \"\(writer)\""
    return "\(who) changed the document with ID \"\(document.string)\""
  }

  private static func message(table: String?, writer: String?) -> String {
    let subject = table.map { "the \"\($0)\" table" } ?? "some table"
    let description = writer.map { "\($0). " } ?? ""
    return """
      Documents read from or written to \(subject) changed while this mutation was being run and \
      on every subsequent retry. \(description)See https://docs.convex.dev/error#1
      """
  }

  private var systemMessage: String {
    """
    Data read or written in this mutation changed while it was being run. Consider reducing the \
    amount of data read by using indexed queries with selective index range expressions \
    (https://docs.convex.dev/database/indexes/).
    """
  }
}
