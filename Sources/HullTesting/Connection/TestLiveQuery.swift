// A query a connected client is subscribed to.

public import Hull
import HullSync
import Synchronization

/// A query whose results a connected client is sent as they change.
///
/// As a sequence it gives the results in order, each once, waiting for those to come.
public struct TestLiveQuery: Sendable, AsyncSequence, AsyncIteratorProtocol {
  /// One result.
  public typealias Element = Result<ConvexValue, ClientError>
  /// Nothing but cancellation ends the sequence early.
  public typealias Failure = any Error

  let feed: Feed
  let id: QueryID
  let client: LocalClient

  /// The query, as it was subscribed to.
  public var path: String { feed.path }

  /// What the query is called with.
  public var arguments: ConvexValue { feed.arguments }

  /// Every result so far, the first one included.
  public var results: [Element] { feed.state.withLock { $0.results } }

  /// The newest value.
  ///
  /// - Throws: ``ClientError`` if the query failed.
  public var value: ConvexValue? {
    get throws { try feed.state.withLock { $0.results.last }?.get() }
  }

  /// What the query logged when it gave the newest result.
  public var logLines: [String] { feed.state.withLock { $0.logLines } }

  /// The results that have come since the last call of this or of ``next()``.
  ///
  /// After ``TestConnection/settle()`` these are all there are.
  public func newResults() -> [Element] { feed.takeNew() }

  /// Waits for the next result.
  ///
  /// - Returns: The result; never nil.
  /// - Throws: `CancellationError`.
  public func next() async throws -> Element? { try await feed.next() }

  /// The query itself.
  public func makeAsyncIterator() -> TestLiveQuery { self }

  /// Ends the subscription.
  public func unsubscribe() async {
    let (client, id) = (client, id)
    await client.loop.run { client.unsubscribe(id) }
  }

  /// Where results arrive.
  final class Feed: Sendable {
    let path: String
    let arguments: ConvexValue

    struct State {
      var results: [Element] = []
      var logLines: [String] = []
      var journal: String?
      /// How many results have been taken.
      var taken = 0
      var waiting: [UInt64: CheckedContinuation<Element?, Never>] = [:]
      var nextWaiter: UInt64 = 0
    }

    /// Guards the results, which the client's loop adds and tests take.
    let state = Mutex(State())

    init(path: String, arguments: ConvexValue) {
      self.path = path
      self.arguments = arguments
    }

    var journal: String? {
      get { state.withLock { $0.journal } }
      set { state.withLock { $0.journal = newValue } }
    }

    func append(_ result: Element, logLines: [String]) {
      let waiter = state.withLock { state in
        state.results.append(result)
        state.logLines = logLines
        guard let first = state.waiting.keys.min() else {
          return nil as CheckedContinuation<Element?, Never>?
        }
        state.taken += 1
        return state.waiting.removeValue(forKey: first)
      }
      waiter?.resume(returning: result)
    }

    func takeNew() -> [Element] {
      state.withLock { state in
        defer { state.taken = state.results.count }
        return Array(state.results[state.taken...])
      }
    }

    func next() async throws -> Element? {
      let ticket = state.withLock { state in
        defer { state.nextWaiter += 1 }
        return state.nextWaiter
      }
      let element = await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let ready: Element?? = state.withLock { state in
            if state.taken < state.results.count {
              defer { state.taken += 1 }
              return state.results[state.taken]
            }
            if Task.isCancelled { return .some(nil) }
            state.waiting[ticket] = continuation
            return nil
          }
          if let ready { continuation.resume(returning: ready) }
        }
      } onCancel: {
        state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume(returning: nil)
      }
      guard let element else { throw CancellationError() }
      return element
    }
  }
}
