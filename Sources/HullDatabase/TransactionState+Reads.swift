package import HullPersistence
package import HullValues

extension TransactionState {
  /// The document with that id as the transaction sees it, without recording the read.
  ///
  /// For callers that record what they depend on in another way, as a search does by its terms.
  package func peek(_ id: DocumentID) async throws -> EncodedDocument? {
    if let own = writes[id] { return own.version?.document }
    if let recent = recentReads?[id] { return recent.document }
    // To wait for the disk takes memory even where there is nothing to wait for.
    if let found = try reader.documentInMemory(id) { return found?.document }
    let stored = try await reader.documentOnDisk(id, catalog: catalog)
    if let stored { recentReads?.insert(stored) }
    return stored?.document
  }

  /// Reads a document by id, recording and counting the read.
  package func document(_ id: DocumentID) async throws -> EncodedDocument? {
    try recordRead(of: id)
    guard let document = try await peek(id) else { return nil }
    try count(document)
    return document
  }

  /// Checks whether a document may be read by that operation; if its table does not exist there is
  /// none, which is recorded.
  ///
  /// - Returns: Whether its table exists.
  /// - Throws: ``DatabaseError`` for a table that the caller has not named, or must not read.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  func checkReadable(_ id: DocumentID, table: String?, scope: DatabaseScope) throws -> Bool {
    guard let actual = visibleTable(id.tableNumber) else {
      try recordRead(of: id)
      return false
    }
    try actual.checkAccess(scope)
    try actual.checkName(table, method: scope == .user ? "db.get" : "db.system.get")
    return true
  }

  /// Records that the transaction depends on a document, present or not.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  package func recordRead(of id: DocumentID) throws {
    reads.insert(id)
    try checkIntervals()
  }

  /// Records that the transaction depends on every key of a range.
  package func recordRead(of range: KeyRange, in index: ScanSource) throws {
    reads.insert(range, of: index)
    try checkIntervals()
  }

  /// Records that the transaction depends on the postings of a full-text search.
  package func recordSearch(of postings: [KeyRange], in index: ScanSource) throws {
    reads.insert(search: postings, of: index)
    try checkIntervals()
  }

  /// Finds a table by name, recording the dependency if it does not exist.
  package func table(named name: TableName) -> Catalog.Table? {
    if let table = catalog.table(named: name) { return table.isHidden ? nil : table }
    reads.insert(missingTable: name)
    return nil
  }

  /// The table of a number, unless there is none that functions may know of.
  func visibleTable(_ number: TableNumber) -> Catalog.Table? {
    catalog.table(number).flatMap { $0.isHidden ? nil : $0 }
  }

  /// Counts a document as read.
  ///
  /// - Throws: ``DatabaseError`` `TooManyDocumentsRead` or `TooManyBytesRead` if that is one too many.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  package func count(_ document: EncodedDocument) throws {
    if document.id.tableNumber < .firstUserTable { return }
    usage.documentsRead += 1
    // A value is never larger than 9/4 of its text: a whole float, the worst case, is 9 bytes for
    // the 4 characters of `1.0,`. So sizes are measured only when the limit may be near.
    unmeasured.append(document)
    unmeasuredBytesAtMost += document.json.count * 9 / 4 + 9
    if usage.documentsRead > limits.documentsRead {
      throw DatabaseError.tooManyDocumentsRead(limits.documentsRead)
    }
    if usage.bytesRead + unmeasuredBytesAtMost > limits.bytesRead {
      measure()
      if usage.bytesRead > limits.bytesRead {
        throw DatabaseError.tooManyBytesRead(limits.bytesRead)
      }
    }
  }

  /// Counts the documents of a page, which are of one table, as if they came one by one.
  ///
  /// - Throws: As ``count(_:)``; the document that exceeds a limit counts, those after it do not.
  func count(_ page: DocumentPage) throws {
    guard let first = page.documents.first, first.id.tableNumber >= .firstUserTable else { return }
    let count = page.documents.count
    let bytesAtMost = page.bytes * 9 / 4 + 9 * count
    guard usage.documentsRead + count <= limits.documentsRead,
      usage.bytesRead + unmeasuredBytesAtMost + bytesAtMost <= limits.bytesRead
    else {
      for document in page.documents { try self.count(document) }
      return
    }
    usage.documentsRead += count
    unmeasuredPages.append(page.documents)
    unmeasuredBytesAtMost += bytesAtMost
  }

  /// Adds the sizes of the documents whose size was put off.
  func measure() {
    for document in unmeasured { usage.bytesRead += document.size }
    for page in unmeasuredPages {
      for document in page { usage.bytesRead += document.size }
    }
    unmeasured.removeAll(keepingCapacity: true)
    unmeasuredPages.removeAll(keepingCapacity: true)
    unmeasuredBytesAtMost = 0
  }

  /// What has been used so far, exactly.
  package func currentUsage() -> TransactionUsage {
    measure()
    foldOpenScans()
    usage.databaseQueries = reads.intervalCount
    return usage
  }

  /// What has been used so far; the bytes read are an upper bound unless they exceed a number.
  package func currentUsage(exactAbove bytesRead: Int) -> TransactionUsage {
    if usage.bytesRead + unmeasuredBytesAtMost > bytesRead { return currentUsage() }
    foldOpenScans()
    var usage = usage
    usage.databaseQueries = reads.intervalCount
    usage.bytesRead += unmeasuredBytesAtMost
    return usage
  }

  private func checkIntervals() throws {
    guard reads.intervalCount + openScans.count > limits.databaseQueries else { return }
    // Open scans count as one range each until it is known whether they overlap others.
    foldOpenScans()
    if reads.intervalCount > limits.databaseQueries {
      throw DatabaseError.tooManyReads(limits.databaseQueries)
    }
  }
}

extension TransactionState {
  /// Starts reading a range of an index; nothing is read before the first row is asked for.
  ///
  /// - Parameters:
  ///   - source: The index.
  ///   - table: The table it belongs to.
  ///   - range: The keys to read.
  ///   - order: From which end.
  ///   - wantsDocuments: Whether rows carry documents and count as documents read.
  ///   - expectedRows: How many rows will be asked for, if that is known.
  /// - Returns: The scan, before its first row.
  package func scan(
    _ source: ScanSource,
    in table: TableNumber,
    range: KeyRange,
    order: Order = .ascending,
    wantsDocuments: Bool = true,
    expectedRows: Int? = nil
  ) -> IndexScan {
    IndexScan(
      index: source,
      table: table,
      range: range,
      order: order,
      wantsDocuments: wantsDocuments,
      pageRows: expectedRows.map { max(1, $0) } ?? TransactionState.firstPageRows
    )
  }

  /// The next row of a scan; nil if there is none.
  ///
  /// - Parameters:
  ///   - scan: The scan.
  ///   - maximumPageRows: The most rows to fetch at a time.
  /// - Returns: The row, as of this moment.
  /// - Throws: A limit's ``DatabaseError``; the row that exceeded it counts as read.
  package func next(
    _ scan: IndexScan,
    maximumPageRows: Int = TransactionState.maximumPageRows
  ) async throws -> IndexRow? {
    if scan.isExhausted || scan.range.isEmpty { return nil }
    try start(scan)
    guard let row = try await nextRow(scan, maximumPageRows: maximumPageRows) else {
      scan.isExhausted = true
      close(scan)
      return nil
    }
    scan.position = row.key
    if scan.buffer.last?.key == row.key { scan.buffer.removeLast() }
    if let document = row.document { try count(document) }
    if recentReads != nil, let stored = row.stored { recentReads?.insert(stored) }
    return row
  }

  private func start(_ scan: IndexScan) throws {
    guard !scan.hasStarted else { return }
    scan.hasStarted = true
    openScans.append(scan)
    do { try checkIntervals() } catch {
      close(scan)
      throw error
    }
  }

  /// Adds the next documents of a scan to `documents`, up to `count` of them; fewer mean that it
  /// has ended.
  ///
  /// The same as asking for rows one by one, and several times as fast where nothing stands in
  /// between: no write of the transaction itself, no later commit to take back. Of a few, the commits
  /// are read as well where they may be written.
  ///
  /// - Throws: A limit's ``DatabaseError``; the document that exceeded it counts as read.
  func documents(
    _ scan: IndexScan,
    upTo count: Int,
    into documents: inout [EncodedDocument]
  ) async throws {
    var left = count
    while left > 0, !scan.isExhausted, !scan.range.isEmpty {
      try start(scan)
      // What is to be written needs the rows' commits, which a page of documents does not have.
      guard recentReads == nil || left > RecentReads.capacity,
        let unfetched = scan.unfetched, scan.buffer.isEmpty,
        !writes.hasDocuments(of: scan.table),
        let page = try await reader.documents(
          of: scan.index,
          in: scan.table,
          range: unfetched,
          order: scan.order,
          limit: min(scan.pageRows, left, Self.maximumPageRows),
          catalog: catalog
        )
      else {
        // No more than is asked for; if the transaction has deleted those, pages grow as they do.
        if scan.buffer.isEmpty { scan.pageRows = min(scan.pageRows, left) }
        guard let document = try await next(scan)?.document else { return }
        documents.append(document)
        left -= 1
        continue
      }
      scan.pageRows = min(max(scan.pageRows * 2, 64), Self.maximumPageRows)
      if let lastKey = page.lastKey {
        scan.position = lastKey
        scan.unfetched = unfetched.split(after: lastKey, order: scan.order).beyond
      } else {
        scan.unfetched = nil
        scan.isExhausted = true
        close(scan)
      }
      try self.count(page)
      left -= page.documents.count
      if documents.isEmpty { documents = page.documents } else { documents += page.documents }
    }
  }

  /// Up to `count` next rows of a scan; fewer mean that it has ended.
  package func next(_ scan: IndexScan, upTo count: Int) async throws -> [IndexRow] {
    var rows: [IndexRow] = []
    while rows.count < count, let row = try await next(scan) { rows.append(row) }
    return rows
  }

  /// Ends a scan early: what it consumed is recorded, what follows is not.
  package func close(_ scan: IndexScan) {
    guard let position = openScans.lastIndex(where: { $0 === scan }) else { return }
    openScans.remove(at: position)
    reads.insert(scan.consumed, of: scan.index)
  }

  /// Records what the open scans have consumed so far.
  func foldOpenScans() {
    for scan in openScans { reads.insert(scan.consumed, of: scan.index) }
  }

  /// The next row of snapshot and own writes merged; does not move the scan.
  private func nextRow(_ scan: IndexScan, maximumPageRows: Int) async throws -> IndexRow? {
    let base = try await nextBaseRow(scan, maximumPageRows: maximumPageRows)
    guard writes.hasDocuments(of: scan.table) else { return base }
    let own = writes.rows(of: scan.index, in: scan.table)
    let positions = own.positions(in: scan.remaining)
    guard !positions.isEmpty else { return base }
    let first = own[
      scan.order == .ascending ? positions.lowerBound : positions.upperBound - 1
    ]
    if let base, scan.order.areInOrder(base.key, first.key) { return base }
    var row = IndexRow(first)
    if !scan.wantsDocuments { row.document = nil }
    return row
  }

  /// The next row of the snapshot whose document the transaction has not written itself.
  private func nextBaseRow(_ scan: IndexScan, maximumPageRows: Int) async throws -> IndexRow? {
    while true {
      while let row = scan.buffer.last {
        if !writes.contains(row.id) { return row }
        scan.buffer.removeLast()
      }
      guard let unfetched = scan.unfetched else { return nil }
      let page = try await reader.page(
        of: scan.index,
        in: scan.table,
        range: unfetched,
        order: scan.order,
        limit: min(scan.pageRows, maximumPageRows),
        wantsDocuments: scan.wantsDocuments,
        catalog: catalog
      )
      scan.pageRows = min(max(scan.pageRows * 2, 64), maximumPageRows)
      scan.buffer = page.rows.reversed()
      scan.unfetched = page.rest
    }
  }

  private static let firstPageRows = 64
  /// The most rows fetched at a time (`MAX_PAGE_SIZE`, spec/values.md 15.3).
  package static let maximumPageRows = 1024
}
