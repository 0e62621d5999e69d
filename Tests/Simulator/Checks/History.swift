// What clients asked for and what they saw, to be judged when it is over.

import HullPersistence
import HullValues

/// An operation somebody has asked for.
struct Call {
  enum Origin {
    /// A client that asks once.
    case request
    /// A client that asks until it is answered, and for whom it must happen once.
    case session(client: Int)
    /// A function scheduled by another operation.
    case job(scheduledBy: Int)
  }

  var operation: Operation
  var origin: Origin
  /// The newest commit anyone had seen when it was asked for: it comes later.
  var seenBefore: Timestamp
  /// The result and the commit the client was told of.
  var acknowledgement: (value: ConvexValue, commit: Timestamp)?
  /// Whether the client was told that it failed.
  var wasRefused = false

  /// Whether a session asked for it, and it may be refused.
  var isTransferOfSession: Bool {
    if case (.session, .transfer) = (origin, operation) { true } else { false }
  }
}

/// Something that was true at a moment.
struct Observation {
  enum Fact {
    /// What a query returned, and where it ended before if it is a page.
    case answer(Question, ConvexValue, end: ItemPage.End?)
    case refusal(Operation, ConvexValue)
  }

  var fact: Fact
  /// The first and the last moment it may have been true at.
  var earliest: Timestamp
  var latest: Timestamp
  /// Who has seen it.
  var observer: String
}

/// One commit and the receipts in it.
struct CommittedReceipts {
  var timestamp: Timestamp
  var receipts: [(operation: Int, result: ConvexValue)]
}

/// Everything that is known of a run.
struct History {
  private(set) var calls: [Int: Call] = [:]
  var observations: [Observation] = []
  private(set) var commits: [CommittedReceipts] = []
  private(set) var receiptCounts: [Int: Int] = [:]
  /// Mutations that are to run, since what schedules them was committed.
  ///
  /// Of an action that is scheduled it is only said that it runs at most once.
  private(set) var dueJobs: Set<Int> = []
  /// The newest commit anyone has seen.
  private(set) var newestSeen = Timestamp.zero
  /// What clients were told that contradicts what they had been told.
  private(set) var contradictions: [String] = []
  private var lastNumber = 0

  /// The number of the next operation.
  mutating func reserve() -> Int {
    lastNumber += 1
    return lastNumber
  }

  mutating func begin(_ number: Int, _ operation: Operation, _ origin: Call.Origin) {
    calls[number] = Call(operation: operation, origin: origin, seenBefore: newestSeen)
    switch operation {
    case .schedule(_, let later, let key), .relay(_, let later, let key):
      begin(later, .increment(key: key), .job(scheduledBy: number))
    default: break
    }
  }

  mutating func acknowledge(_ number: Int, _ value: ConvexValue, _ commit: Timestamp) {
    if let earlier = calls[number]?.acknowledgement, earlier != (value, commit) {
      contradictions.append(
        """
        operation \(number) was acknowledged at \(earlier.commit) with \(earlier.value), and again \
        at \(commit) with \(value)
        """
      )
    }
    calls[number]?.acknowledgement = (value, commit)
    see(commit)
  }

  mutating func refuse(_ number: Int, _ data: ConvexValue, latest: Timestamp, by observer: String) {
    guard let call = calls[number] else { return }
    calls[number]?.wasRefused = true
    observations.append(
      Observation(
        fact: .refusal(call.operation, data),
        earliest: call.seenBefore,
        latest: latest,
        observer: observer
      )
    )
  }

  mutating func see(_ timestamp: Timestamp) { newestSeen = max(newestSeen, timestamp) }

  mutating func commit(_ committed: CommittedReceipts) {
    commits.append(committed)
    for (number, _) in committed.receipts {
      receiptCounts[number, default: 0] += 1
      dueJobs.remove(number)
      if case .schedule(_, let later, _)? = calls[number]?.operation, receiptCounts[later] == nil {
        dueJobs.insert(later)
      }
    }
  }
}
