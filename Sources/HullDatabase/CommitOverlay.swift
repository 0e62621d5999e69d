internal import HullPersistence
internal import HullValues

/// The commits by which a snapshot differs from what the disk shows: those of the snapshot that the disk
/// may not have yet, and later ones that it may have already.
///
/// Most transactions read little, and to put every change of these commits into a ``DocumentOverlay``,
/// hundreds where as many are being written, takes longer than all else they do. So they are gone
/// through, one after the other, for the first few reads, and are put into one when there are more.
struct CommitOverlay {
  typealias Entry = DocumentOverlay.Entry

  /// Commits of the snapshot, oldest first: what they left counts, of the newest one first.
  private var added: [CommittedTransaction] = []
  /// Commits after the snapshot, oldest first: what they found counts, of the oldest one first, and only
  /// for documents that none of `added` has changed.
  private var takenBack: [CommittedTransaction] = []
  /// What both come to, once `isGathered`; they are empty then.
  private var documents = DocumentOverlay()
  private var isGathered = false
  /// The tables of all changes.
  private var tables: [TableNumber] = []
  /// How often the commits were gone through.
  private var passes = 0

  /// To gather the changes takes about as long as to go through them so many times.
  private static let mostPasses = 32

  /// How many documents there are in here, once they have been gathered.
  var count: Int { documents.count }

  func hasDocuments(of table: TableNumber) -> Bool { tables.contains(table) }

  /// Adds commits of the snapshot, oldest first.
  mutating func add(_ commits: [CommittedTransaction]) {
    noteTables(of: commits)
    added.append(contentsOf: commits)
    if isGathered { gather() }
  }

  /// Takes back commits after the snapshot, oldest first, later ones than before.
  mutating func takeBack(_ commits: [CommittedTransaction]) {
    noteTables(of: commits)
    takenBack.append(contentsOf: commits)
    if isGathered { gather() }
  }

  /// Takes back what a document has become, unless it is in here.
  mutating func takeBack(_ id: DocumentID, to entry: @autoclosure () throws -> Entry) rethrows {
    gather()
    if documents.contains(id) { return }
    noteTable(id.tableNumber)
    documents.set(id, to: try entry())
  }

  /// The state of a document in the snapshot; nil if the disk shows it.
  subscript(id: DocumentID) -> Entry? {
    mutating get {
      if added.isEmpty, takenBack.isEmpty, !isGathered { return nil }
      countPasses(1)
      return isGathered ? documents[id] : find(id)
    }
  }

  /// The rows of a range as they are in the snapshot.
  ///
  /// - Parameters:
  ///   - base: The rows the disk shows, in order.
  ///   - index: What they are of.
  ///   - table: The table of the index.
  ///   - range: The range.
  ///   - order: The order of the rows.
  /// - Returns: The rows, in order.
  mutating func merge(
    _ base: [IndexRow],
    of index: ScanSource,
    in table: TableNumber,
    range: KeyRange,
    order: Order
  ) -> [IndexRow] {
    guard hasDocuments(of: table) else { return base }
    // To look at the keys takes longer than to look for an id.
    countPasses(4 + base.count)
    if let rows = fewRows(of: index, in: table, range: range) {
      return merge(base, with: rows[...], order) { find($0) != nil }
    }
    gather()
    let rows = documents.rows(of: index, in: table)
    return merge(base, with: rows[rows.positions(in: range)], order) { documents.contains($0) }
  }

  private func merge(
    _ base: [IndexRow],
    with rows: ArraySlice<DocumentOverlay.Row>,
    _ order: Order,
    dropping isChanged: (DocumentID) -> Bool
  ) -> [IndexRow] {
    var result: [IndexRow] = []
    result.reserveCapacity(base.count + rows.count)
    var added = order == .ascending ? rows : ArraySlice(rows.reversed())
    for row in base where !isChanged(row.id) {
      while let next = added.first, order.areInOrder(next.key, row.key) {
        result.append(IndexRow(next))
        added.removeFirst()
      }
      result.append(row)
    }
    result.append(contentsOf: added.map(IndexRow.init))
    return result
  }

  /// The rows of a range that the commits have, in the order of their keys; nil if they are to be
  /// gathered first.
  private mutating func fewRows(
    of index: ScanSource,
    in table: TableNumber,
    range: KeyRange
  ) -> [DocumentOverlay.Row]? {
    if isGathered { return nil }
    var candidates: [DocumentVersion] = []
    // By position: all parts of a change would be retained to look at one of them.
    for commit in added where candidates.count <= Self.mostPasses {
      let changes = commit.changes
      for position in changes.indices where changes[position].id.tableNumber == table {
        guard let version = changes[position].after, version.isIn(range, of: index)
        else { continue }
        candidates.append(version)
      }
    }
    for commit in takenBack where candidates.count <= Self.mostPasses {
      let changes = commit.changes
      for position in changes.indices where changes[position].id.tableNumber == table {
        guard let version = changes[position].before, version.isIn(range, of: index)
        else { continue }
        candidates.append(version)
      }
    }
    countPasses(candidates.count)
    if isGathered { return nil }
    var rows: [DocumentOverlay.Row] = []
    for (position, version) in candidates.enumerated() {
      // Other commits may have changed the document, too, and what a later one found is what one of the
      // snapshot has left.
      guard find(version.document.id)?.version === version,
        !candidates[..<position].contains(where: { $0 === version })
      else { continue }
      version.keys(in: index).forEach { key in
        if range.contains(key) { rows.append(DocumentOverlay.Row(key: key, version: version)) }
      }
    }
    rows.sort { $0.key < $1.key }
    return rows
  }

  /// Goes through the commits for the one that tells the state of a document.
  private func find(_ id: DocumentID) -> Entry? {
    for commit in added.reversed() {
      guard let change = commit.change(of: id) else { continue }
      return Entry(version: change.after, timestamp: commit.timestamp)
    }
    for commit in takenBack {
      guard let change = commit.change(of: id) else { continue }
      return Entry(version: change.before, timestamp: change.beforeTimestamp)
    }
    return nil
  }

  private mutating func countPasses(_ more: Int) {
    if isGathered { return }
    passes += more
    if passes > Self.mostPasses { gather() }
  }

  /// Puts the changes of the commits together.
  private mutating func gather() {
    for commit in added {
      for change in commit.changes {
        documents.set(change.id, to: Entry(version: change.after, timestamp: commit.timestamp))
      }
    }
    for commit in takenBack {
      for change in commit.changes where !documents.contains(change.id) {
        documents.set(
          change.id,
          to: Entry(version: change.before, timestamp: change.beforeTimestamp)
        )
      }
    }
    (added, takenBack, isGathered) = ([], [], true)
  }

  private mutating func noteTables(of commits: [CommittedTransaction]) {
    for commit in commits {
      for position in commit.changes.indices {
        noteTable(commit.changes[position].id.tableNumber)
      }
    }
  }

  private mutating func noteTable(_ table: TableNumber) {
    if !tables.contains(table) { tables.append(table) }
  }
}

extension CommittedTransaction {
  /// What it does to a document; nil if nothing.
  fileprivate func change(of id: DocumentID) -> DocumentChange? {
    for position in changes.indices where changes[position].id == id { return changes[position] }
    return nil
  }
}
