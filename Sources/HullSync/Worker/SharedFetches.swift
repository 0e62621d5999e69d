// One fetch for all clients of an event loop that have the same and need what comes after it.

import HullPersistence
import HullRuntime

/// The results that workers of one event loop wait for, confined to the loop.
///
/// A commit may change what thousands of clients have. Those that hold the same result have asked the
/// same question, and need not ask it each on their own: the first one fetches, the others join it.
struct SharedFetches {
  /// A question and when: what follows a result at a timestamp.
  private struct Key: Hashable {
    let former: ObjectIdentifier
    let timestamp: Timestamp
  }

  private final class Fetch {
    /// Keeps the result whose identity is the key.
    let former: QueryResult
    /// Nil while it is fetched.
    let answer: QueryResult?
    var waiting: [(worker: SyncWorker, fetch: SessionFetch)] = []

    init(former: QueryResult, answer: QueryResult? = nil) {
      self.former = former
      self.answer = answer
    }
  }

  /// What comes of a fetch.
  enum Turn {
    /// It is to be made, and ended with ``finish(_:with:)``.
    case lead
    /// Somebody else makes it: the worker will be told.
    case wait
    case answer(QueryResult)
  }

  private var fetches: [Key: Fetch] = [:]
  private var hasAnswers = false

  /// The snapshot of the updates that the current news lead to; nil before the first.
  var timestamp: Timestamp?

  /// Says who makes a fetch.
  mutating func begin(_ fetch: SessionFetch, for worker: SyncWorker) -> Turn {
    guard let former = fetch.former else { return .lead }
    let key = Key(former: ObjectIdentifier(former), timestamp: fetch.timestamp)
    guard let known = fetches[key] else {
      fetches[key] = Fetch(former: former)
      return .lead
    }
    if let answer = known.answer { return .answer(answer) }
    known.waiting.append((worker, fetch))
    return .wait
  }

  /// Ends a fetch that somebody led.
  ///
  /// - Parameters:
  ///   - fetch: The fetch of the one who led.
  ///   - result: What came of it.
  /// - Returns: Who waited for it, and whether the result is theirs as well; otherwise each of them
  ///   has to ask on its own.
  mutating func finish(
    _ fetch: SessionFetch,
    with result: Result<QueryResult, BackendError>
  ) -> (waiting: [(worker: SyncWorker, fetch: SessionFetch)], isShared: Bool) {
    guard let former = fetch.former else { return ([], false) }
    let key = Key(former: ObjectIdentifier(former), timestamp: fetch.timestamp)
    guard let ended = fetches.removeValue(forKey: key) else { return ([], false) }
    let isShared = Self.isShared(result)
    if isShared, case .success(let answer) = result {
      fetches[key] = Fetch(former: former, answer: answer)
      hasAnswers = true
    }
    return (ended.waiting, isShared)
  }

  /// Forgets what is answered, once everyone has been told the current news.
  mutating func endOfNews() {
    timestamp = nil
    guard hasAnswers else { return }
    fetches = fetches.filter { $0.value.answer == nil }
    hasAnswers = false
  }

  /// Whether what came of one client's fetch is what others would get.
  private static func isShared(_ result: Result<QueryResult, BackendError>) -> Bool {
    switch result {
    case .success(let result): !(result.outcome.dependencies?.observedIdentity ?? false)
    // Whoever led went away or had waited for too long; those who joined did not.
    case .failure(let error): error.kind != .clientDisconnect && error.kind != .outOfRetention
    }
  }
}
