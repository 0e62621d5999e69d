package import HullValues
internal import Synchronization

/// What a function's paginated query remembers from one run of the function to the next.
///
/// A live page is run again whenever something in it changes. The journal keeps the end of the page
/// of the first run, so that each later run returns exactly what is now in the same stretch: pages
/// grow and shrink, and adjacent ones neither overlap nor leave gaps. It also holds a function to
/// one paginated query. A nested call starts with an empty journal of its own (spec/functions.md 4).
package final class QueryJournal: Sendable {
  package let codec: CursorCodec
  /// Where the page of the previous run ended; nil on a first run.
  let previousEnd: QueryCursor?
  /// Protects where the page of this run ended; held for an assignment.
  private let end = Mutex<QueryCursor?>(nil)

  /// Makes the journal of one run.
  ///
  /// - Parameters:
  ///   - codec: Seals the cursors of the instance.
  ///   - previous: What ``sealed`` returned after the previous run; nil on a first run.
  /// - Throws: ``DatabaseError`` `InvalidCursor` if this instance did not write it.
  package init(codec: CursorCodec, previous: String? = nil) throws(DatabaseError) {
    self.codec = codec
    guard let previous else {
      previousEnd = nil
      return
    }
    guard let cursor = codec.open(previous, for: .journal) else { throw .unreadableCursor }
    previousEnd = cursor
  }

  /// The journal for the next run; nil if the function paginated nothing.
  package var sealed: String? {
    end.withLock { $0 }.map { codec.seal($0, for: .journal) }
  }

  /// Records the page of this run.
  ///
  /// - Throws: ``DatabaseError`` `MultiplePaginatedDatabaseQueries` if there was one already.
  func record(_ cursor: QueryCursor) throws(DatabaseError) {
    let isFirst = end.withLock { end in
      if end != nil { return false }
      end = cursor
      return true
    }
    if isFirst { return }
    throw DatabaseError(
      code: "MultiplePaginatedDatabaseQueries",
      message: """
        This query or mutation function ran multiple paginated queries. Convex only supports a \
        single paginated query in each function.
        """
    )
  }
}

extension DatabaseError {
  /// A cursor that is no text of this instance.
  static let unreadableCursor = DatabaseError(
    code: "InvalidCursor",
    message: "Failed to parse cursor"
  )

  /// A cursor of another query, or of this one before its index changed.
  package static let cursorOfAnotherQuery = DatabaseError(
    code: "InvalidCursor",
    message: """
      InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is \
      from a different query.
      """
  )

  /// The data of the `ConvexError` that clients see for this error; nil if it is none.
  ///
  /// Client libraries start over at the first page when they see this one.
  package var convexErrorData: ConvexValue? {
    guard self == .cursorOfAnotherQuery else { return nil }
    return .object(["isConvexSystemError": true, "paginationError": "InvalidCursor"])
  }
}
