package import HullPersistence
package import HullValues

/// A position in one range of one index, as a transaction sees it.
///
/// Rows come in key order, the transaction's own writes included as of the moment each row is asked
/// for, and only what was consumed is recorded as read.
///
/// `@unchecked Sendable`: everything mutable is touched only while the gate of the transaction that
/// opened the scan is held (every use goes through ``TransactionState``).
package final class IndexScan: @unchecked Sendable {
  package let index: ScanSource
  package let table: TableNumber
  package let range: KeyRange
  package let order: Order
  /// Whether rows carry documents, which then count as documents read.
  package let wantsDocuments: Bool

  /// The key of the last row consumed.
  var position: IndexKey?
  /// Rows of the snapshot that are fetched and not yet consumed, last one first.
  var buffer: [IndexRow] = []
  /// What of the snapshot is still to be fetched; nil if all of it is in the buffer or consumed.
  var unfetched: KeyRange?
  /// How many rows to fetch next; grows with every page.
  var pageRows: Int
  var hasStarted = false
  /// Whether the whole range has been searched.
  var isExhausted = false

  /// Makes a scan that stands before its first row; `pageRows` are fetched first.
  init(
    index: ScanSource,
    table: TableNumber,
    range: KeyRange,
    order: Order,
    wantsDocuments: Bool,
    pageRows: Int
  ) {
    self.index = index
    self.table = table
    self.range = range
    self.order = order
    self.wantsDocuments = wantsDocuments
    self.pageRows = pageRows
    unfetched = range.isEmpty ? nil : range
  }

  /// What is still to be consumed.
  var remaining: KeyRange {
    position.map { range.split(after: $0, order: order).beyond } ?? range
  }

  /// What has been consumed; the stretch behind the last row is not, unless the range ended there.
  var consumed: KeyRange {
    if isExhausted { return range }
    return position.map { range.split(after: $0, order: order).through }
      ?? KeyRange(start: range.start, end: range.start)
  }

  /// Forgets what was fetched ahead.
  func refetch() {
    buffer = []
    unfetched = isExhausted || range.isEmpty ? nil : remaining
  }
}
