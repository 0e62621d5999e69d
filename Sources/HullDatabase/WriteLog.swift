internal import HullPersistence
internal import HullValues

/// Recent commits in memory, oldest first: what transactions are checked against and reads undone by.
///
/// It also holds commits that are validated and on their way to the disk, so that whatever a reader
/// may find on the disk is in here. Bounded in time and bytes; what it no longer has is read from
/// the change log on disk.
struct WriteLog {
  /// Every commit after this timestamp is in the log.
  private(set) var start: Timestamp
  private var commits: ContiguousArray<CommittedTransaction> = []
  /// Commits before this position are trimmed; the array is compacted when they are the majority.
  private var first = 0
  private static let trimmed = CommittedTransaction(
    timestamp: Timestamp(rawValue: 0),
    source: "",
    changes: [],
    createdTables: []
  )
  private(set) var footprintBytes = 0

  init(start: Timestamp) { self.start = start }

  var count: Int { commits.count - first }

  /// How many commits there is memory for, those in the log included.
  var capacity: Int { commits.capacity }

  mutating func append(_ commit: CommittedTransaction) {
    commits.append(commit)
    footprintBytes += commit.footprintBytes
  }

  /// The commits with `after` < timestamp ≤ `through`; those at or before ``start`` are missing.
  func commits(after: Timestamp, through: Timestamp) -> [CommittedTransaction] {
    let low = firstPosition(after: after)
    let high = firstPosition(after: through)
    return low < high ? Array(commits[low..<high]) : []
  }

  /// The first commit after `timestamp` for which `body` returns something.
  func first<Value>(
    after timestamp: Timestamp,
    where body: (CommittedTransaction) -> Value?
  ) -> (CommittedTransaction, Value)? {
    for position in firstPosition(after: timestamp)..<commits.count {
      if let value = body(commits[position]) { return (commits[position], value) }
    }
    return nil
  }

  /// Takes back the commits after a timestamp, whose append failed.
  mutating func removeAll(after timestamp: Timestamp) {
    while commits.count > first, let last = commits.last, last.timestamp > timestamp {
      commits.removeLast()
      footprintBytes -= last.footprintBytes
    }
  }

  /// Forgets the oldest commits, those up to `published` only, until the log is within its bounds.
  mutating func trim(olderThan age: Timestamp, maximumBytes: Int, published: Timestamp) {
    while first < commits.count {
      let oldest = commits[first]
      guard oldest.timestamp <= published else { break }
      guard oldest.timestamp < age || footprintBytes > maximumBytes else { break }
      start = oldest.timestamp
      footprintBytes -= oldest.footprintBytes
      // The slot stays until the array is compacted, what it held does not.
      commits[first] = WriteLog.trimmed
      first += 1
    }
    if first > 1024, first > commits.count / 2 {
      commits.removeSubrange(..<first)
      first = 0
    }
  }

  /// Forgets every commit up to `published`, and keeps no room for as many again.
  mutating func releaseMemory(published: Timestamp) {
    trim(olderThan: published.successor, maximumBytes: 0, published: published)
    // An array made of a slice that is the whole array is that array, with all of its room.
    var kept: ContiguousArray<CommittedTransaction> = []
    kept.reserveCapacity(count)
    kept.append(contentsOf: commits[first...])
    commits = kept
    first = 0
  }

  private func firstPosition(after timestamp: Timestamp) -> Int {
    // Almost every caller asks for the newest few: steps that double from the end find the stretch.
    var high = commits.count
    var low = high
    var step = 1
    while low > first, commits[low - 1].timestamp > timestamp {
      high = low
      low = max(first, low - step)
      step *= 2
    }
    while low < high {
      let middle = (low + high) / 2
      if commits[middle].timestamp <= timestamp { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
