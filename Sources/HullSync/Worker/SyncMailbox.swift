// News from other threads, brought to the workers of one event loop in batches.

import HullRuntime
import Synchronization

/// The news for all workers of one event loop.
///
/// A commit may concern thousands of connections: their loop is woken once for all of them, and what
/// several of them need is fetched once.
///
/// `@unchecked Sendable`: ``fetches``, ``isDelivering`` and ``spareEffects`` are touched on the loop only,
/// everything else is immutable or guarded.
package final class SyncMailbox: @unchecked Sendable {
  /// Something a worker is told.
  enum News: Sendable {
    /// A result does not hold any more.
    case invalidated(SyncWorker)
    /// A result is there.
    case fetched(SyncWorker, SessionFetch, Result<QueryResult, BackendError>)
    /// A token has been judged.
    case verified(SyncWorker, Result<SessionIdentity, BackendError>)
    /// A mutation is done.
    case mutationFinished(SyncWorker, Result<FunctionOutcome, BackendError>)
    /// An action is done.
    case actionFinished(
      SyncWorker,
      RequestSequenceNumber,
      Result<FunctionOutcome, BackendError>
    )
  }

  private struct State {
    var news: [News] = []
    var isScheduled = false
  }

  /// Guards what has not been delivered; held to append to it or take all of it.
  private let state = Mutex(State())
  /// What the workers of the loop wait for.
  var fetches = SharedFetches()
  /// What the messages to the clients of the loop have in common.
  let transitions = SharedTransitions()
  /// Empty lists with room for what sessions want done: a thousand sessions at work one after the
  /// other need one or two.
  private var spareEffects: [[SessionEffect]] = []
  /// Whether workers are being told their news.
  private(set) var isDelivering = false
  private let execute: @Sendable (@escaping @Sendable () -> Void) -> Void

  /// Makes the mailbox of a loop.
  ///
  /// - Parameter execute: Runs a closure on the loop, soon; closures of one thread in order.
  package init(execute: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) {
    self.execute = execute
  }

  /// How many news wait for the loop.
  package var undelivered: Int { state.withLock { $0.news.count } }

  /// An empty list of effects, with room for some if there is one to spare.
  func takeEffects() -> [SessionEffect] { spareEffects.popLast() ?? [] }

  /// Takes a list of effects that are all carried out, for others to use.
  func giveBack(_ effects: consuming [SessionEffect]) {
    guard (1...64).contains(effects.capacity), spareEffects.count < 4 else { return }
    effects.removeAll(keepingCapacity: true)
    spareEffects.append(effects)
  }

  func post(_ news: News) {
    let mustSchedule = state.withLock { state in
      state.news.append(news)
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
    if mustSchedule { execute { self.deliver() } }
  }

  /// Delivers everything, on the loop.
  private func deliver() {
    let news = state.withLock { state in
      state.isScheduled = false
      defer { state.news = [] }
      return state.news
    }
    isDelivering = true
    transitions.beginNews()
    for news in news {
      switch news {
      case .invalidated(let worker): worker.invalidated()
      case .fetched(let worker, let fetch, let result): deliver(result, of: fetch, to: worker)
      case .verified(let worker, let result): worker.verified(result)
      case .mutationFinished(let worker, let result): worker.mutationFinished(result)
      case .actionFinished(let worker, let id, let result): worker.actionFinished(id, result)
      }
    }
    isDelivering = false
    fetches.endOfNews()
    transitions.endNews()
  }

  private func deliver(
    _ result: Result<QueryResult, BackendError>,
    of fetch: SessionFetch,
    to worker: SyncWorker
  ) {
    let (waiting, isShared) = fetches.finish(fetch, with: result)
    worker.fetched(fetch, result)
    for (worker, fetch) in waiting {
      if isShared { worker.fetched(fetch, result) } else { worker.fetchAlone(fetch) }
    }
  }
}
