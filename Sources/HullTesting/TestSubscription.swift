// A query a test watches.

public import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import Synchronization

/// A query whose changes a test watches, and why they happened.
///
/// ```swift
/// let list = try await t.subscribe(Messages.$list, ["channel": "general"])
/// try await t.mutation(Messages.$send, ["channel": "other", "body": "hi"])
/// #expect(try await list.changes().isEmpty)
/// ```
///
/// As a sequence it gives the value of now, then each new one, waiting for it. A value is new if it
/// differs from the one before; of several changes between two looks the last is seen.
public struct TestSubscription<Output: Sendable>: Sendable, AsyncSequence {
  /// One value of the query.
  public typealias Element = Output
  /// What the query failed with ends nothing: it may be asked again.
  public typealias Failure = any Error

  private let watch: Watch
  private let decode: @Sendable (EncodedValue) throws -> Output

  init(
    _ backend: Backend,
    _ query: PreparedQuery,
    decode: @escaping @Sendable (EncodedValue) throws -> Output
  ) async throws {
    watch = Watch(backend: backend, query: query)
    self.decode = decode
    try await watch.begin()
  }

  /// The newest value seen.
  ///
  /// - Throws: `ConvexError` as the query threw it, ``FunctionError`` for everything else.
  public var value: Output {
    get throws { try output(of: try watch.current()) }
  }

  /// Looks whether anything that is committed by now has changed the value.
  ///
  /// - Returns: The new value, or nothing.
  /// - Throws: `ConvexError` as the query threw it, ``FunctionError`` for everything else.
  public func changes() async throws -> [Output] {
    guard try await watch.catchUp() else { return [] }
    return [try value]
  }

  /// Waits for the next new value.
  ///
  /// - Returns: The value; never nil.
  /// - Throws: `CancellationError`; what the query fails with.
  public func next() async throws -> Output? {
    if watch.takeFirst() { return try value }
    while true {
      if try await watch.catchUp() { return try value }
      try await watch.waitForInvalidation()
    }
  }

  /// Begins with the value of now.
  public func makeAsyncIterator() -> Iterator { Iterator(subscription: self) }

  /// The values from one moment on.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let subscription: TestSubscription
    private var isFirst = true

    fileprivate init(subscription: TestSubscription) { self.subscription = subscription }

    /// The value of now at first, then each new one.
    ///
    /// - Returns: The value; never nil.
    /// - Throws: `CancellationError`; what the query fails with.
    public mutating func next() async throws -> Output? {
      guard isFirst else { return try await subscription.next() }
      isFirst = false
      _ = subscription.watch.takeFirst()
      _ = try await subscription.watch.catchUp()
      return try subscription.value
    }
  }

  /// What made the query run last, beyond the first time; nil if nothing has.
  public var lastCause: ChangeCause? { watch.lastCause }

  /// How often the query has been run for this subscription, the first time included.
  ///
  /// A run whose result is the same as before is no change.
  public var runs: Int { watch.runs }

  private func output(of result: QueryResult) throws -> Output {
    do {
      return try decode(try result.outcome.result.get())
    } catch {
      throw TestSession.visible(error)
    }
  }
}

/// The write that made a query run again.
public struct ChangeCause: Sendable, Hashable {
  /// The function that wrote.
  public let function: String
  /// The table it wrote to.
  public let table: String?
  /// The document it wrote.
  public let documentID: String?
  /// The index through which the query had read the document, or a range the document is in now.
  public let index: String?
}

/// What a subscription has seen.
private final class Watch: Sendable {
  private struct State {
    var result: QueryResult?
    var isFirstTaken = false
    var cause: ChangeCause?
    var runs = 0
  }

  /// Guards what has been seen; held for a few instructions.
  private let state = Mutex(State())
  private let backend: Backend
  private let query: PreparedQuery

  init(backend: Backend, query: PreparedQuery) {
    self.backend = backend
    self.query = query
  }

  var lastCause: ChangeCause? { state.withLock { $0.cause } }
  var runs: Int { state.withLock { $0.runs } }

  func begin() async throws { _ = try await catchUp() }

  func takeFirst() -> Bool {
    state.withLock { state in
      defer { state.isFirstTaken = true }
      return !state.isFirstTaken
    }
  }

  func current() throws -> QueryResult {
    guard let result = state.withLock({ $0.result }) else { throw CancellationError() }
    return result
  }

  /// Brings the result up to the newest commit; false if it is the same as before.
  func catchUp() async throws -> Bool {
    while true {
      let timestamp = backend.latestTimestamp
      let former = state.withLock { $0.result }
      if let former, former.isValid(at: timestamp) { return false }
      let result: QueryResult
      do {
        result = try await fetch(journal: former?.journal, at: timestamp)
      } catch let error as BackendError {
        // The snapshot grew too old while the query waited for its turn.
        if error.kind == .outOfRetention { continue }
        throw FunctionError(error)
      }
      let invalidation = former.flatMap { backend.database.invalidation(of: $0.subscription) }
      state.withLock { state in
        state.result = result
        state.runs += 1
        if former != nil { state.cause = invalidation.map(ChangeCause.init) }
      }
      return former.map { !result.hasSameContent(as: $0) } ?? true
    }
  }

  private func fetch(journal: String?, at timestamp: Timestamp) async throws -> QueryResult {
    try await withCheckedThrowingContinuation { continuation in
      let result = backend.fetch(query, journal: journal, at: timestamp) {
        continuation.resume(with: $0.mapError { $0 as any Error })
      }
      if let result { continuation.resume(returning: result) }
    }
  }

  /// Waits until the result does not hold any more.
  func waitForInvalidation() async throws {
    guard let subscription = state.withLock({ $0.result?.subscription }) else { return }
    let alarm = Alarm()
    await withTaskCancellationHandler {
      if subscription.watch(alarm) { await alarm.wait() }
    } onCancel: {
      alarm.ring()
    }
    subscription.unwatch(alarm)
    try Task.checkCancellation()
  }
}

/// Wakes one task, once.
private final class Alarm: SubscriptionWatcher {
  private enum State {
    case quiet
    case awaited(CheckedContinuation<Void, Never>)
    case rung
  }

  /// Guards who waits.
  private let state = Mutex(State.quiet)

  func subscriptionWasInvalidated() { ring() }

  func ring() {
    let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
      defer { state = .rung }
      if case .awaited(let waiter) = state { return waiter }
      return nil
    }
    waiter?.resume()
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let hasRung = state.withLock { state in
        if case .rung = state { return true }
        state = .awaited(continuation)
        return false
      }
      if hasRung { continuation.resume() }
    }
  }
}

extension ChangeCause {
  fileprivate init(_ invalidation: Invalidation) {
    function = invalidation.source
    table = invalidation.table?.rawValue
    documentID = invalidation.document?.string
    index = invalidation.index
  }
}

extension TestCaller {
  /// Subscribes to a query.
  ///
  /// - Parameters:
  ///   - function: The query, for example `Customers.$list`.
  ///   - arguments: Its arguments by name.
  /// - Returns: The subscription, which has its first value.
  /// - Throws: ``FunctionError`` when the query cannot be run at all; that it fails shows in
  ///   ``TestSubscription/value``.
  public func subscribe<Output: Sendable>(
    _ function: FunctionReference<QueryContext, Output>,
    _ arguments: ConvexObject = [:]
  ) async throws -> TestSubscription<Output> {
    try await TestSubscription(session.backend, prepare(function.path, arguments)) {
      try function.decode($0)
    }
  }

  /// Subscribes to a query.
  ///
  /// - Parameter invocation: The query and its arguments: `Customers.$list(includeInactive: true)`.
  /// - Returns: The subscription, which has its first value.
  /// - Throws: ``FunctionError`` when the query cannot be run at all.
  public func subscribe<Output: Sendable>(
    _ invocation: FunctionInvocation<QueryContext, Output>
  ) async throws -> TestSubscription<Output> {
    try await subscribe(invocation.function, invocation.arguments)
  }

  /// Subscribes to a query named by its path, in any spelling.
  ///
  /// - Parameters:
  ///   - path: The path: `messages:list`.
  ///   - arguments: Its arguments by name.
  /// - Returns: The subscription, which has its first value.
  /// - Throws: ``FunctionError`` when the query cannot be run at all.
  public func subscribe(
    _ path: String,
    _ arguments: ConvexObject = [:]
  ) async throws -> TestSubscription<ConvexValue> {
    try await TestSubscription(session.backend, prepare(path, arguments)) { try $0.decoded() }
  }

  private func prepare(_ path: String, _ arguments: ConvexObject) -> PreparedQuery {
    session.backend.prepareQuery(
      path,
      .values([.object(arguments)]),
      identity: session.identity
    )
  }
}
