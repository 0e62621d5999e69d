internal import HullPersistence
internal import HullValues

/// Everything mutable of a transaction.
///
/// Not `Sendable`: whoever uses it holds the transaction's gate (see ``Transaction``).
package final class TransactionState {
  var reader: SnapshotReader
  /// The catalog of the snapshot and the tables the transaction created.
  package internal(set) var catalog: Catalog
  package internal(set) var createdTables: [Catalog.Table] = []

  /// What was read last, for writes to it; nil if there are none.
  var recentReads: RecentReads?
  /// What was read; scans that are still open are folded in by ``foldOpenScans()``.
  var reads = ReadSet()
  /// Scans that have begun and not ended, in the order they began.
  var openScans: [IndexScan] = []

  /// The transaction's own writes as reads see them.
  var writes = DocumentOverlay()
  /// The documents in `writes`, in the order first written, and what each was before.
  var written: [(id: DocumentID, original: DocumentOverlay.Entry)] = []
  /// Documents written with the placeholder of the commit timestamp, some of them rolled back since.
  var unresolved: Set<DocumentID> = []
  /// What to put back when a nested call rolls back, oldest first; empty outside of nested calls.
  var journal: [JournalEntry] = []
  /// How many nested calls are running.
  var depth = 0

  struct JournalEntry {
    var id: DocumentID
    /// The state before the write; nil if the transaction had not written the document.
    var previous: DocumentOverlay.Entry?
  }

  /// Counters, except the bytes of documents in `unmeasured` and `unmeasuredPages`.
  var usage = TransactionUsage()
  /// Documents read whose size has not been counted yet, because the limit cannot be near.
  var unmeasured: [EncodedDocument] = []
  /// The same, for documents that were read together: to keep their array costs nothing for each.
  var unmeasuredPages: [[EncodedDocument]] = []
  /// No less than the bytes of the documents in both.
  var unmeasuredBytesAtMost = 0
  package internal(set) var limits: TransactionLimits

  /// The creation time of the next insert.
  var nextCreationTime: Double
  var idGenerator: InternalIDGenerator
  /// Set when the transaction was handed to the committer or given up.
  var isFinished = false

  init(
    reader: SnapshotReader,
    catalog: Catalog,
    limits: TransactionLimits,
    start: Timestamp,
    random: any RandomSource,
    mayWrite: Bool
  ) {
    self.reader = reader
    recentReads = mayWrite ? RecentReads() : nil
    self.catalog = catalog
    self.limits = limits
    nextCreationTime = start.milliseconds
    idGenerator = InternalIDGenerator(start: start, random: random)
  }
}

/// Makes the internal ids of one transaction.
///
/// Eight bytes of time, then six random bytes, then the day as two bytes: the reference's form
/// (spec/values.md 9.1), except that the leading bytes ascend with time, so that new documents are
/// neighbours in the tree. Ids of one transaction ascend in the order of its inserts.
struct InternalIDGenerator {
  private var time: UInt64
  private let day: UInt64
  private let random: any RandomSource

  init(start: Timestamp, random: any RandomSource) {
    time = UInt64(max(0, start.rawValue))
    day = (time / (86_400 * 1_000_000_000)) & 0xFFFF
    self.random = random
  }

  mutating func next() -> InternalID {
    defer { time += 1 }
    return InternalID(high: time, low: random.next() << 16 | day)
  }
}
