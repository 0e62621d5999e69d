internal import HullPersistence
internal import HullValues

/// Why an index in memory cannot be searched.
enum VectorIndexLoss: Error {
  /// It was removed from memory meanwhile; another one may be built.
  case dropped
  /// It cannot be kept: there is no room for it, or the disk may have commits nobody may see.
  case notKept
}

extension LoadedVectorIndex {
  /// The rows as of a published commit or a later one, built or brought up to date if need be.
  ///
  /// - Parameters:
  ///   - timestamp: The commit, published before this index was looked up.
  ///   - committer: Where commits and documents come from.
  /// - Returns: The rows, to be scanned at leisure.
  /// - Throws: ``VectorIndexLoss``, and what the store throws.
  func currentRows(
    through timestamp: Timestamp,
    from committer: Committer
  ) async throws -> VectorRows {
    if let rows = rows(through: timestamp) { return rows }
    await gate.acquire()
    defer { gate.release() }
    if !isComplete {
      // Reading documents and numbers takes long: not on a thread that runs functions.
      try await withTaskExecutorPreference(globalConcurrentExecutor) {
        try await build(from: committer)
      }
    }
    if pendingBytes > Self.inlineBytes {
      await withTaskExecutorPreference(globalConcurrentExecutor) { apply(through: timestamp) }
    } else {
      apply(through: timestamp)
    }
    guard let rows = completeRows else { preconditionFailure("an index is never taken apart") }
    // If the index has to go, what is in hand can be searched all the same.
    _ = committer.vectorIndexes.makeRoom(for: self)
    return rows
  }

  /// Fills the rows with those of the documents there are.
  ///
  /// The documents are read page by page, each as of the time it is read, while commits go on. What
  /// was committed since the baseline is in the inbox, and is applied before each page up to a
  /// commit the page is not older than. So the last thing said of each document is the newest, and
  /// once all that was committed before the last page is applied, the rows are those of one moment.
  /// No more than a page of documents is in memory.
  private func build(from committer: Committer) async throws {
    if isDropped { throw VectorIndexLoss.dropped }
    if committer.mayShowUnpublished { throw VectorIndexLoss.notKept }
    committer.vectorIndexes.countBuild()
    var reader = VectorRowReader(definition)
    var readThrough = baseline
    var unread: KeyRange? = .all
    while let range = unread {
      let published = committer.published
      apply(through: published)
      let page = try await committer.persistence.documents(
        ScanRequest(
          source: .byID(table),
          range: range,
          limit: committer.options.backfillBatchDocuments,
          byteLimit: Self.pageBytes
        ),
        of: table,
        atLeast: max(baseline, published)
      )
      readThrough = max(readThrough, page.readAt)
      set(page.documents.map { ($0.id.internalID, reader.row(of: $0)) })
      if isDropped { throw VectorIndexLoss.dropped }
      guard committer.vectorIndexes.makeRoom(for: self) else { throw VectorIndexLoss.notKept }
      unread = page.lastKey.map { range.after($0) }
      await Task.yield()
    }
    try await committer.waitUntilReadable(readThrough)
    if committer.mayShowUnpublished { throw VectorIndexLoss.notKept }
    apply(through: committer.published)
    // Had it been dropped, commits between then and the last page would be missing.
    if isDropped { throw VectorIndexLoss.dropped }
    complete()
  }

  /// Commits of up to this many bytes are applied where the search was called: in about a
  /// millisecond.
  private static let inlineBytes = 256 << 10
  /// Bytes of documents read at a time.
  private static let pageBytes = 2 << 20
}

extension Committer {
  /// Whether the disk may hold a batch that was never published, because it is unknown what became
  /// of it: then documents have to be read through a snapshot, which takes it back.
  fileprivate var mayShowUnpublished: Bool { withState { $0.unsettled != nil } }

  /// Waits until everything the disk showed at a timestamp is published.
  ///
  /// - Throws: ``DatabaseError`` if it never will be.
  fileprivate func waitUntilReadable(_ timestamp: Timestamp) async throws {
    // What is later than the newest commit was written by no transaction.
    let (last, generation) = withState { (min(timestamp, $0.head), $0.generation) }
    if await waitUntilPublished(last, generation: generation) { return }
    throw withState { $0.unsettled?.failure } ?? .outOfRetention
  }
}
