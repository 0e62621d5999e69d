// What clients saw: transactions on lists that only grow, with the times of asking and answering.

/// One thing a transaction does.
enum Operation: Hashable, Sendable {
  /// Puts a value at the end of a list; no value is put anywhere twice.
  case append(key: Int, value: Int)
  /// Reads a whole list; nil where nobody learned what was read.
  case read(key: Int, values: [Int]?)
}

/// One transaction as its client knows it.
struct Transaction: Hashable, Sendable {
  /// What became of it.
  enum Outcome: String, Sendable {
    /// It was acknowledged.
    case committed = "ok"
    /// It was refused, and must have changed nothing.
    case aborted = "fail"
    /// The answer was lost: it may or may not have happened, now or later.
    case unknown
  }

  var outcome: Outcome
  var operations: [Operation]
  /// When it was asked for, in nanoseconds of a clock that all clients share.
  var start: Int
  /// When the answer arrived; of no meaning for an unknown outcome.
  var end: Int

  /// What it puts at the end of each list, in order.
  var appends: [Int: [Int]] {
    var appends: [Int: [Int]] = [:]
    for case .append(let key, let value) in operations { appends[key, default: []].append(value) }
    return appends
  }

  /// What it read of each list before it changed it: the state that others left.
  var firstReads: [Int: [Int]] {
    var reads: [Int: [Int]] = [:]
    var changed: Set<Int> = []
    for operation in operations {
      switch operation {
      case .append(let key, _): changed.insert(key)
      case .read(let key, let values?) where !changed.contains(key) && reads[key] == nil:
        reads[key] = values
      case .read: break
      }
    }
    return reads
  }
}

/// Something that no serial execution could have shown.
struct Anomaly: Hashable, Sendable, CustomStringConvertible {
  /// The names are those of Adya's thesis and of Elle.
  enum Kind: String, Sendable {
    /// A value was read that nobody wrote.
    case garbageRead
    /// A value is twice in a list.
    case duplicate
    /// A transaction does not see its own changes, or reads a list in two states.
    case `internal`
    /// A refused transaction's value was read.
    case abortedRead = "G1a"
    /// A list was read between two changes of one transaction.
    case intermediateRead = "G1b"
    /// Two reads agree on no order of a list's values.
    case incompatibleOrder
    /// An acknowledged value is missing from a read that began later.
    case lostAppend
    /// Two transactions read one state of a list, and both changed it.
    case lostUpdate
    /// A cycle of overwriting alone.
    case writeCycle = "G0"
    /// A cycle of overwriting and reading.
    case circularFlow = "G1c"
    /// A cycle with one read of a state that was then overwritten.
    case singleAntiDependency = "G-single"
    /// A cycle with several such reads.
    case antiDependencyCycle = "G2"
    /// A cycle only if what ended before another began comes before it.
    case realTimeCycle = "realtime"
  }

  var kind: Kind
  /// The transactions, by their positions in the history.
  var transactions: [Int]
  var detail: String

  var description: String { "\(kind.rawValue) of \(transactions): \(detail)" }
}
