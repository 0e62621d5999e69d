internal import HullValues

extension TransactionState {
  /// What a nested call that fails goes back to.
  struct Savepoint {
    fileprivate var journalCount: Int
    fileprivate var catalog: Catalog
    fileprivate var createdTables: [Catalog.Table]
    fileprivate var documentsWritten: Int
    fileprivate var bytesWritten: Int
    fileprivate var limits: TransactionLimits
  }

  /// Begins a nested call.
  ///
  /// - Parameter budget: What it may use on top of what is used already; nil: what is left.
  /// - Returns: What ``release(_:)`` or ``rollback(to:)`` is called with.
  func savepoint(budget: TransactionLimits?) -> Savepoint {
    let savepoint = Savepoint(
      journalCount: journal.count,
      catalog: catalog,
      createdTables: createdTables,
      documentsWritten: usage.documentsWritten,
      bytesWritten: usage.bytesWritten,
      limits: limits
    )
    depth += 1
    if let budget { limits = limits.narrowed(to: budget, used: currentUsage()) }
    return savepoint
  }

  /// Ends a nested call and keeps what it wrote.
  func release(_ savepoint: Savepoint) {
    end(savepoint)
  }

  /// Ends a nested call and takes back what it wrote; what it read stays read.
  func rollback(to savepoint: Savepoint) {
    while journal.count > savepoint.journalCount, let entry = journal.popLast() {
      if let previous = entry.previous {
        writes.set(entry.id, to: previous)
      } else {
        // It was the write that added the document, and those added later are gone already.
        writes.remove(entry.id)
        let added = written.removeLast()
        precondition(added.id == entry.id, "writes are taken back in the reverse order")
      }
    }
    // Rows of documents that were hidden by the writes may be missing from what was fetched ahead.
    for scan in openScans { scan.refetch() }
    catalog = savepoint.catalog
    createdTables = savepoint.createdTables
    usage.documentsWritten = savepoint.documentsWritten
    usage.bytesWritten = savepoint.bytesWritten
    end(savepoint)
  }

  private func end(_ savepoint: Savepoint) {
    limits = savepoint.limits
    depth -= 1
    if depth == 0 { journal.removeAll(keepingCapacity: true) }
  }
}
