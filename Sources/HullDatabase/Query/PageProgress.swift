package import HullValues

/// How far one page of a query has come, and whether it must stop.
///
/// Knows nothing of rows but their keys, so the rules that make pages gapless are in one place: a
/// page covers the keys from its start cursor, exclusive, to its position, inclusive.
package struct PageProgress: Sendable {
  /// How much a page may examine before it ends early.
  package struct Budget: Sendable, Hashable {
    /// Rows, whether they match or not.
    package var rows: Int?
    /// Bytes of documents; checked before each next row, so that one row is always examined.
    package var bytes: Int?

    /// No bounds, unless given.
    package init(rows: Int? = nil, bytes: Int? = nil) {
      self.rows = rows
      self.bytes = bytes
    }
  }

  /// The place the page has reached: just beyond the last row examined.
  ///
  /// Nil on a first page before its first row.
  package private(set) var position: CursorPosition?
  /// Where the page ends, if that is settled; the budget does not end it then, because only the
  /// complete stretch is a right answer.
  package let end: CursorPosition?
  /// Rows examined.
  package private(set) var rowsRead = 0

  private let budget: Budget
  private let canSplit: Bool
  /// Keys of the rows examined, for the split.
  private var keys: [IndexKey] = []
  private var measuredBytes = 0
  /// Documents examined whose size has not been needed yet.
  private var unmeasured: [EncodedDocument] = []
  /// No less than the sizes of `unmeasured`.
  private var unmeasuredAtMost = 0

  /// Begins a page.
  ///
  /// - Parameters:
  ///   - start: Where the page begins, exclusive; nil at the beginning of the query.
  ///   - end: Where the page ends, inclusive; nil if that is not settled.
  ///   - budget: When the page ends early.
  ///   - canSplit: Whether the page can be split at the keys of its rows.
  package init(
    after start: CursorPosition?,
    through end: CursorPosition?,
    budget: Budget = Budget(),
    canSplit: Bool = true
  ) {
    position = start
    self.end = end
    self.budget = budget
    self.canSplit = canSplit
  }

  /// Checks that another row may be examined.
  ///
  /// - Throws: `QueryScannedTooManyDocumentsError` or `QueryScannedTooMuchDataError`, which end the
  ///   page; the rows examined so far are a valid one.
  package mutating func checkBudget() throws(DatabaseError) {
    if end != nil { return }
    if let limit = budget.bytes, exceeds(limit - 1) {
      throw DatabaseError(
        code: "QueryScannedTooMuchDataError",
        message: "Query scanned too much data (fetched \(measuredBytes) bytes).",
        kind: .paginationLimit
      )
    }
    if let limit = budget.rows, rowsRead >= limit {
      throw DatabaseError(
        code: "QueryScannedTooManyDocumentsError",
        message: "Query scanned too many documents (fetched \(rowsRead)).",
        kind: .paginationLimit
      )
    }
  }

  /// Moves past a row.
  package mutating func examine(_ key: IndexKey, _ document: EncodedDocument) {
    position = .after(key)
    rowsRead += 1
    if canSplit { keys.append(key) }
    unmeasured.append(document)
    // A whole float takes 9 bytes for the 4 of `1.0,`; nothing is larger in proportion to its text.
    unmeasuredAtMost += document.json.count * 9 / 4 + 9
  }

  /// Moves to where the page ends, because no row is left before it.
  package mutating func finish() {
    position = end ?? .end
  }

  /// The place that halves the rows examined; nil if they are too few to halve.
  package var split: CursorPosition? {
    keys.count > 2 ? .after(keys[keys.count / 2]) : nil
  }

  /// Whether more than three quarters of what the page may examine were examined.
  ///
  /// - Parameters:
  ///   - maximumRows: How many rows it may examine if its budget does not say less.
  ///   - maximumBytes: How many bytes it may examine if its budget does not say less.
  /// - Returns: Whether it should be split.
  package mutating func isLarge(maximumRows: Int, maximumBytes: Int) -> Bool {
    rowsRead > Self.threeQuarters(of: min(budget.rows ?? .max, maximumRows))
      || exceeds(Self.threeQuarters(of: min(budget.bytes ?? .max, maximumBytes)))
  }

  /// Whether the documents examined have more bytes than that; measures them only if they may.
  private mutating func exceeds(_ limit: Int) -> Bool {
    if measuredBytes + unmeasuredAtMost <= limit { return false }
    for document in unmeasured { measuredBytes += document.size }
    unmeasured.removeAll(keepingCapacity: true)
    unmeasuredAtMost = 0
    return measuredBytes > limit
  }

  private static func threeQuarters(of limit: Int) -> Int { limit / 4 * 3 + limit % 4 * 3 / 4 }
}

extension EncodedDocument {
  /// The size of the document by Convex's measure.
  var size: Int {
    // A stored document can always be measured; if one cannot, its text is the best there is.
    json.size ?? (try? object().size) ?? json.count
  }
}

extension KeyRange {
  /// The keys that a walk in a direction meets after a position.
  func part(beyond position: CursorPosition, _ order: Order) -> KeyRange {
    switch (position, order) {
    case (.end, _): KeyRange(start: start, end: start)
    case (.after(let key), .ascending): after(key)
    case (.after(let key), .descending): before(key)
    }
  }

  /// The keys that a walk in a direction meets up to a position, inclusive.
  func part(upTo position: CursorPosition, _ order: Order) -> KeyRange {
    switch (position, order) {
    case (.end, _): self
    case (.after(let key), .ascending): before(key.next)
    case (.after(let key), .descending): intersection(KeyRange(start: key, end: nil))
    }
  }
}
