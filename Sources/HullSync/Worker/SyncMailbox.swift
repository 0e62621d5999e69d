// News from other threads, brought to the workers of one event loop in batches.

import HullRuntime
import Synchronization

/// The news for all workers of one event loop.
///
/// A commit may concern thousands of connections: their loop is woken once for all of them.
package final class SyncMailbox: Sendable {
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
  private let execute: @Sendable (@escaping @Sendable () -> Void) -> Void

  /// Makes the mailbox of a loop.
  ///
  /// - Parameter execute: Runs a closure on the loop, soon; closures of one thread in order.
  package init(execute: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) {
    self.execute = execute
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
    for news in news {
      switch news {
      case .invalidated(let worker): worker.invalidated()
      case .fetched(let worker, let fetch, let result): worker.fetched(fetch, result)
      case .verified(let worker, let result): worker.verified(result)
      case .mutationFinished(let worker, let result): worker.mutationFinished(result)
      case .actionFinished(let worker, let id, let result): worker.actionFinished(id, result)
      }
    }
  }
}
