internal import HullPersistence
internal import HullValues

/// The reads of many subscribers, arranged so that a commit finds those it concerns.
///
/// Finds exactly the subscribers whose ``ReadSet/overlap(with:)`` with the commit is not nil.
/// - Complexity: Looking up a commit takes O(keys written × log ranges + subscribers found), whatever
///   the number of subscribers.
struct SubscriptionIndex: Sendable {
  /// What is read of one index.
  private struct IndexReads {
    /// Ranges that hold one key.
    var points: [IndexKey: HolderSet] = [:]
    /// All other ranges.
    var ranges = IntervalTree()

    var isEmpty: Bool { points.isEmpty && ranges.isEmpty }
  }

  /// Documents read by id.
  private var documents: [DocumentID: HolderSet] = [:]
  private var indexes: [ScanSource: IndexReads] = [:]
  private var missingTables: [TableName: HolderSet] = [:]
  private var tableListReaders = HolderSet.many([])
  private var variables: [String: HolderSet] = [:]

  init() {}

  /// Whether nobody is in it.
  var isEmpty: Bool {
    documents.isEmpty && indexes.isEmpty && missingTables.isEmpty && tableListReaders.isEmpty
      && variables.isEmpty
  }

  /// Adds a subscriber.
  mutating func insert(_ subscriber: Int, reading reads: ReadSet) {
    for document in reads.documents { Self.insert(subscriber, &documents[document]) }
    for (source, set) in reads.ranges {
      for range in set.ranges {
        if range.isPoint {
          Self.insert(subscriber, &indexes[source, default: IndexReads()].points[range.start])
        } else {
          indexes[source, default: IndexReads()].ranges.insert(subscriber, of: range)
        }
      }
    }
    for name in reads.missingTables { Self.insert(subscriber, &missingTables[name]) }
    if reads.isTableListRead { tableListReaders.insert(subscriber) }
    for name in reads.variables { Self.insert(subscriber, &variables[name]) }
  }

  /// Removes a subscriber that was added with these reads.
  mutating func remove(_ subscriber: Int, reading reads: ReadSet) {
    for document in reads.documents { Self.remove(subscriber, &documents[document]) }
    for (source, set) in reads.ranges {
      for range in set.ranges {
        if range.isPoint {
          Self.remove(subscriber, &indexes[source, default: IndexReads()].points[range.start])
        } else {
          indexes[source]?.ranges.remove(subscriber, of: range)
        }
      }
      if indexes[source]?.isEmpty ?? false { indexes[source] = nil }
    }
    for name in reads.missingTables { Self.remove(subscriber, &missingTables[name]) }
    if reads.isTableListRead { tableListReaders.remove(subscriber) }
    for name in reads.variables { Self.remove(subscriber, &variables[name]) }
  }

  /// Gives back the room that more reads than there are now have taken.
  mutating func releaseMemory() {
    documents.releaseRoom()
    indexes.releaseRoom()
    for source in indexes.keys { indexes[source]?.points.releaseRoom() }
    missingTables.releaseRoom()
    variables.releaseRoom()
  }

  /// Adds everyone who depends on something that a commit changed to `found`.
  func collect(touchedBy commit: CommittedTransaction, into found: inout Set<Int>) {
    if isEmpty { return }
    if !commit.createdTables.isEmpty {
      tableListReaders.forEach { found.insert($0) }
      for table in commit.createdTables {
        missingTables[table.name]?.forEach { found.insert($0) }
      }
    }
    for change in commit.changes {
      documents[change.id]?.forEach { found.insert($0) }
      _ = change.firstIndex(read: { indexes[$0] }) { reads, key in
        reads.points[key]?.forEach { found.insert($0) }
        reads.ranges.forEachHolder(around: key) { found.insert($0) }
        return false
      }
    }
  }

  /// Adds everyone who has read an environment variable to `found`.
  func collect(readersOf variable: String, into found: inout Set<Int>) {
    variables[variable]?.forEach { found.insert($0) }
  }

  private static func insert(_ subscriber: Int, _ holders: inout HolderSet?) {
    if holders == nil {
      holders = .one(subscriber)
    } else {
      holders?.insert(subscriber)
    }
  }

  private static func remove(_ subscriber: Int, _ holders: inout HolderSet?) {
    holders?.remove(subscriber)
    if holders?.isEmpty ?? false { holders = nil }
  }

  /// Whether the trees are as they should be; for tests.
  var holdsInvariants: Bool {
    indexes.values.allSatisfy { !$0.isEmpty && $0.ranges.holdsInvariants }
  }
}
