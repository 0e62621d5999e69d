internal import HullPersistence
internal import HullValues
internal import Synchronization

/// One vector index in memory.
///
/// Commits are put into its inbox before they are published, which costs them next to nothing. A
/// search applies those that are published by then, and scans a copy of the rows. So each search sees
/// the state after some commit, whole commits only, and at least the newest one that could be read
/// when the search began.
final class LoadedVectorIndex: Sendable {
  let id: IndexID
  let table: TableNumber
  let definition: VectorIndexDefinition
  let layout: VectorLayout
  /// Every commit after this one is put into the inbox.
  let baseline: Timestamp
  /// How much memory it takes, the inbox not counted.
  private let byteCount = Atomic(0)

  /// Held by whoever builds the rows or applies commits to them: one at a time, in order.
  let gate = FIFOGate()
  /// Protects what has been committed and not applied; held to add or take some.
  private let inbox = Mutex(Inbox())
  /// Protects the rows; held to change them by what has been read and decoded before, or to copy the
  /// references to them.
  private let content: Mutex<Content>

  private struct Inbox {
    /// Oldest first.
    var commits: [Delivery] = []
    /// Bytes of all of them.
    var bytes = 0
    /// The oldest commit the rows do not have: it is in here, or was taken out to be applied.
    var oldestMissing: Timestamp?
    /// Whether later commits are not put in any more, because the index was removed from memory.
    var isDropped = false
    /// Whether a task is on its way to apply what is in here.
    var isExpected = false
  }

  /// What a commit changes in the index's table.
  private struct Delivery {
    var timestamp: Timestamp
    var changes: [DocumentChange]
    /// About how much memory the documents take.
    var bytes: Int
  }

  private struct Content {
    var table: VectorTable
    /// Whether the rows are those of all documents.
    var isComplete = false
  }

  init(
    id: IndexID,
    table: TableNumber,
    definition: VectorIndexDefinition,
    baseline: Timestamp
  ) {
    self.id = id
    self.table = table
    self.definition = definition
    self.baseline = baseline
    layout = VectorLayout(definition)
    content = Mutex(Content(table: VectorTable(layout)))
  }

  /// How much memory it takes.
  var bytes: Int { byteCount.load(ordering: .relaxed) + pendingBytes }

  /// About how much memory the commits take that are not applied yet.
  var pendingBytes: Int { inbox.withLock { $0.bytes } }

  var isComplete: Bool { content.withLock { $0.isComplete } }

  var count: Int { content.withLock { $0.table.rows.count } }

  // MARK: Commits

  /// What is to be done about an inbox.
  enum InboxState {
    /// Nothing.
    case done
    /// A task should apply what is in it.
    case applySoon
    /// It has grown too large to be kept.
    case overflow
  }

  /// Puts a commit into the inbox, before it is published.
  func enqueue(_ changes: [DocumentChange], at timestamp: Timestamp) -> InboxState {
    let bytes = changes.reduce(64) { bytes, change in
      bytes + 64 + (change.after?.document.json.count ?? 0)
    }
    return inbox.withLock { inbox in
      inbox.commits.append(Delivery(timestamp: timestamp, changes: changes, bytes: bytes))
      inbox.bytes += bytes
      if inbox.oldestMissing == nil { inbox.oldestMissing = timestamp }
      if inbox.bytes > Self.largestInbox { return .overflow }
      if inbox.bytes < Self.fullInbox || inbox.isExpected { return .done }
      inbox.isExpected = true
      return .applySoon
    }
  }

  /// Bytes of documents from which on commits are applied without waiting for a search.
  private static let fullInbox = 4 << 20
  /// Bytes of documents the inbox may hold; an index that falls behind so far is given up.
  private static let largestInbox = 64 << 20

  /// Ends the delivery of commits.
  func drop() {
    inbox.withLock { $0.isDropped = true }
  }

  var isDropped: Bool { inbox.withLock { $0.isDropped } }

  /// Applies commits of the inbox up to a published one; the caller holds the gate.
  func apply(through timestamp: Timestamp) {
    let commits = inbox.withLock { inbox in
      inbox.isExpected = false
      let end =
        inbox.commits.firstIndex { $0.timestamp > timestamp } ?? inbox.commits.count
      let commits = Array(inbox.commits[..<end])
      inbox.commits.removeFirst(end)
      for commit in commits { inbox.bytes -= commit.bytes }
      return commits
    }
    if commits.isEmpty { return }
    var reader = VectorRowReader(definition)
    var updates: [(InternalID, VectorRow?)] = []
    for commit in commits {
      for change in commit.changes {
        updates.append((change.id.internalID, change.after.flatMap { reader.row(of: $0.document) }))
      }
    }
    set(updates)
    inbox.withLock { $0.oldestMissing = $0.commits.first?.timestamp }
  }

  // MARK: Rows

  /// The rows, if they are complete and have every commit up to a published one.
  func rows(through timestamp: Timestamp) -> VectorRows? {
    let isMissing = inbox.withLock { inbox in
      inbox.oldestMissing.map { $0 <= timestamp } ?? false
    }
    return isMissing ? nil : completeRows
  }

  /// The rows as of some commit; nil while they are being built.
  var completeRows: VectorRows? {
    content.withLock { $0.isComplete ? $0.table.rows : nil }
  }

  /// Changes rows, all of them at once as searches see it.
  func set(_ updates: [(InternalID, VectorRow?)]) {
    let bytes = content.withLock { content in
      for (id, row) in updates { content.table.set(id, to: row) }
      return content.table.bytes
    }
    byteCount.store(bytes, ordering: .relaxed)
  }

  func complete() {
    content.withLock { $0.isComplete = true }
  }
}
