import HullValues

/// What an ``InMemoryPersistence`` holds.
struct MemoryState: Sendable {
  private var tables: [TableNumber: SortedMap<InternalID, StoredDocument>] = [:]
  private var indexes: [IndexID: SortedMap<IndexKey, DocumentID>] = [:]
  /// In commit order.
  private var log: [Change] = []
  var metadata: [String: [UInt8]] = [:]
  var lastTimestamp = Timestamp.zero
  var statistics = PersistenceStatistics()
  var isClosed = false

  func document(_ id: DocumentID) -> StoredDocument? {
    tables[id.tableNumber]?[id.internalID]
  }
}

/// Reading.
extension MemoryState {
  func scan(_ request: ScanRequest) -> ScanPage {
    var page = ScanPage(rows: [], isExhausted: true, readAt: lastTimestamp)
    var bytes = 0
    func add(_ key: IndexKey, _ id: DocumentID, _ document: StoredDocument?) -> Bool {
      let document = request.wantsDocuments ? document : nil
      page.rows.append(ScanRow(key: key, id: id, document: document))
      bytes += document?.document.json.count ?? 0
      return page.rows.count < request.limit && bytes <= request.byteLimit
    }
    let descending = request.order == .descending
    switch request.source {
    case .index(let index):
      guard let entries = indexes[index] else { return page }
      page.isExhausted = entries.visit(
        from: request.range.start,
        to: request.range.end,
        descending: descending
      ) { key, id in
        guard request.wantsDocuments else { return add(key, id, nil) }
        guard let document = document(id) else { return true }
        return add(key, id, document)
      }
    case .byID(let table):
      guard let documents = tables[table], let start = request.range.start.firstID(in: table)
      else { return page }
      page.isExhausted = documents.visit(
        from: start,
        to: request.range.end?.firstID(in: table),
        descending: descending
      ) { internalID, document in
        let id = DocumentID(tableNumber: table, internalID: internalID)
        return add(.byID(id), id, document)
      }
    }
    return page
  }

  func changes(after: Timestamp, upTo: Timestamp?, limit: Int) -> [Change] {
    let start = log.partitionIndex { $0.timestamp > after }
    let end = upTo.map { upTo in log.partitionIndex { $0.timestamp > upTo } } ?? log.count
    guard start < end else { return [] }
    var last = min(start + max(limit, 1), end)
    while last < end, log[last].timestamp == log[last - 1].timestamp { last += 1 }
    return Array(log[start..<last])
  }
}

/// Writing.
extension MemoryState {
  /// Checks everything that could make a batch fail, so that ``apply(_:)`` cannot.
  func validate(_ batch: [CommitRecord]) throws(PersistenceError) {
    var last = lastTimestamp
    // What earlier commits of the batch do to documents.
    var written: [DocumentID: Timestamp?] = [:]
    for record in batch {
      guard record.timestamp > last else { throw .timestampNotLater(record.timestamp, than: last) }
      last = record.timestamp
      for write in record.documents {
        let found = written[write.id] ?? document(write.id)?.timestamp
        guard found == write.before?.timestamp else {
          throw .documentChanged(write.id, expected: write.before?.timestamp, found: found)
        }
        written[write.id] = .some(write.after == nil ? nil : record.timestamp)
      }
      for entry in record.entries where entry.isPresent {
        guard (written[entry.id] ?? document(entry.id)?.timestamp) != nil else {
          throw .documentMissing(entry.id, of: entry.index)
        }
      }
    }
  }

  /// Writes a batch that is valid.
  mutating func apply(_ batch: [CommitRecord]) {
    guard let last = batch.last else { return }
    for record in batch {
      for write in record.documents { apply(write, at: record.timestamp) }
      for entry in record.entries {
        if entry.isPresent {
          indexes[entry.index, default: SortedMap()].set(entry.id, for: entry.key)
        } else {
          indexes[entry.index]?.remove(entry.key)
        }
      }
      for (key, value) in record.metadata { metadata[key] = value }
    }
    lastTimestamp = last.timestamp
    statistics.batches += 1
    statistics.commits += batch.count
  }

  private mutating func apply(_ write: DocumentWrite, at timestamp: Timestamp) {
    if write.before == nil && write.after == nil { return }
    let (table, id) = (write.id.tableNumber, write.id.internalID)
    if let after = write.after {
      let document = StoredDocument(document: after, timestamp: timestamp)
      tables[table, default: SortedMap()].set(document, for: id)
    } else {
      tables[table]?.remove(id)
    }
    log.append(
      Change(
        timestamp: timestamp,
        id: write.id,
        before: write.before,
        isDeletion: write.after == nil
      )
    )
  }

  mutating func prune(changesBefore: Timestamp) {
    log.removeSubrange(..<log.partitionIndex { $0.timestamp >= changesBefore })
  }

  mutating func removeEntries(of index: IndexID, limit: Int) -> Bool {
    guard let count = indexes[index]?.count else { return false }
    if count < limit {
      indexes[index] = nil
      return false
    }
    indexes[index]?.removeFirst(limit)
    return true
  }
}

extension Array {
  /// The first index whose element satisfies a condition that holds from some index on.
  fileprivate func partitionIndex(_ condition: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
