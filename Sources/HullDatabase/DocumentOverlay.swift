internal import HullPersistence
internal import HullValues

/// Documents whose state differs from what the disk holds, and their places in the indexes.
///
/// The same structure serves three purposes: it takes back commits that are newer than a snapshot
/// (undo), adds validated commits the disk does not have yet (redo), and shows a transaction its own
/// writes. Whoever merges it with rows from below drops every row of a document that is in here and
/// takes the rows of the overlay instead.
struct DocumentOverlay {
  /// The state of one document; `version` is nil if the document does not exist.
  struct Entry {
    var version: DocumentVersion?
    /// The commit that wrote the version; nil for the transaction's own writes.
    var timestamp: Timestamp?
  }

  private(set) var entries: [DocumentID: Entry] = [:]
  /// Rows by index, built when an index is first scanned and kept sorted from then on.
  private var rows: [ScanSource: [Row]] = [:]
  /// How many documents of a table are in here, so that scans of other tables skip the merge.
  ///
  /// A list, since it is most often one table.
  private var counts: [(table: TableNumber, count: Int)] = []

  /// One place of one document.
  struct Row {
    var key: IndexKey
    var version: DocumentVersion
  }

  var isEmpty: Bool { entries.isEmpty }

  var count: Int { entries.count }

  func contains(_ id: DocumentID) -> Bool { entries[id] != nil }

  func hasDocuments(of table: TableNumber) -> Bool { counts.contains { $0.table == table } }

  subscript(id: DocumentID) -> Entry? { entries[id] }

  /// Sets the state of a document.
  ///
  /// - Returns: What it was; nil if the document was not in here.
  @discardableResult
  mutating func set(_ id: DocumentID, to entry: Entry) -> Entry? {
    let old = entries.updateValue(entry, forKey: id)
    if old == nil { countOneMore(of: id.tableNumber) }
    if !rows.isEmpty { updateRows(of: id, from: old?.version, to: entry.version) }
    return old
  }

  /// Forgets a document, so that what lies below shows again.
  mutating func remove(_ id: DocumentID) {
    guard let old = entries.removeValue(forKey: id) else { return }
    countOneLess(of: id.tableNumber)
    if rows.isEmpty { return }
    updateRows(of: id, from: old.version, to: nil)
  }

  private mutating func countOneMore(of table: TableNumber) {
    if let position = counts.firstIndex(where: { $0.table == table }) {
      counts[position].count += 1
    } else {
      counts.append((table, 1))
    }
  }

  private mutating func countOneLess(of table: TableNumber) {
    guard let position = counts.firstIndex(where: { $0.table == table }) else { return }
    if counts[position].count > 1 {
      counts[position].count -= 1
    } else {
      counts.remove(at: position)
    }
  }

  /// Every row of an index, sorted by key.
  ///
  /// - Complexity: O(n log n) in the documents of the overlay the first time, then O(1).
  mutating func rows(of index: ScanSource, in table: TableNumber) -> [Row] {
    if let rows = rows[index] { return rows }
    guard hasDocuments(of: table) else { return [] }
    var built: [Row] = []
    for (id, entry) in entries where id.tableNumber == table {
      guard let version = entry.version else { continue }
      version.keys(in: index).forEach { built.append(Row(key: $0, version: version)) }
    }
    built.sort { $0.key < $1.key }
    rows[index] = built
    return built
  }

  private mutating func updateRows(
    of id: DocumentID,
    from old: DocumentVersion?,
    to new: DocumentVersion?
  ) {
    for index in Array(rows.keys) {
      switch index {
      case .byID(let table) where table != id.tableNumber: continue
      default: break
      }
      // Taken out of the dictionary so that the array is changed in place.
      guard var list = rows.removeValue(forKey: index) else { continue }
      old?.keys(in: index).forEach { key in
        let position = list.firstPosition(notBefore: key)
        if position < list.count, list[position].key == key { list.remove(at: position) }
      }
      if let new {
        new.keys(in: index).forEach { key in
          list.insert(Row(key: key, version: new), at: list.firstPosition(notBefore: key))
        }
      }
      rows[index] = list
    }
  }
}

extension [DocumentOverlay.Row] {
  /// The first position whose key does not sort before `key`.
  func firstPosition(notBefore key: IndexKey) -> Int {
    partitioningIndex { $0.key >= key }
  }

  /// The positions whose keys lie in a range.
  func positions(in range: KeyRange) -> Range<Int> {
    let start = firstPosition(notBefore: range.start)
    let end = range.end.map { firstPosition(notBefore: $0) } ?? count
    return start..<Swift.max(start, end)
  }
}
