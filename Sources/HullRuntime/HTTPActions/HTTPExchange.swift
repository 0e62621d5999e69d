// A response on its way from an HTTP action to whoever sends it.

import Hull
import Synchronization

/// One request to an HTTP action and what comes back: a head, then the chunks of the body.
///
/// The action makes the next chunk while the last one is being sent, and no further ahead.
final class HTTPExchange: Sendable {
  private struct State {
    /// The head until it is read: its body holds the exchange.
    var head: Result<HTTPResponse, any Error>?
    var hasBegun = false
    /// The response whose body is in memory, until the action has ended.
    var complete: HTTPResponse?
    var headReader: CheckedContinuation<HTTPResponse, any Error>?
    var chunk: [UInt8]?
    var reader: UnsafeContinuation<[UInt8]?, any Error>?
    var writer: UnsafeContinuation<Void, any Error>?
    var isComplete = false
    var failure: (any Error)?
    /// Nobody will read the rest.
    var isAbandoned = false
  }

  /// Protects the exchange: the action and the reader of its response run on different threads.
  private let state = Mutex(State())

  // MARK: The reader's side

  /// Waits for the head.
  ///
  /// - Returns: The response, with a body that arrives while it is read.
  /// - Throws: What there is instead.
  func head() async throws -> HTTPResponse {
    try await withCheckedThrowingContinuation { continuation in
      let head = state.withLock { state in
        if !state.hasBegun { state.headReader = continuation }
        return state.head.take()
      }
      if let head { continuation.resume(with: head) }
    }
  }

  private func next() async throws -> [UInt8]? {
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        let (result, writer): (Result<[UInt8]?, any Error>?, UnsafeContinuation<Void, any Error>?) =
          state.withLock { state in
            if let chunk = state.chunk.take() { return (.success(chunk), state.writer.take()) }
            if let failure = state.failure { return (.failure(failure), nil) }
            if state.isComplete { return (.success(nil), nil) }
            // Looked at inside the lock: a cancellation before this point found no reader.
            if Task.isCancelled { return (.failure(CancellationError()), nil) }
            state.reader = continuation
            return (nil, nil)
          }
        writer?.resume()
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      state.withLock { $0.reader.take() }?.resume(throwing: CancellationError())
    }
  }

  /// Tells the exchange when nobody holds the body any more.
  private final class BodyHandle: Sendable {
    let exchange: HTTPExchange

    init(_ exchange: HTTPExchange) { self.exchange = exchange }

    deinit { exchange.abandon() }
  }

  /// Nobody will read the rest.
  private func abandon() {
    let writer = state.withLock { state in
      state.isAbandoned = true
      return state.writer.take()
    }
    writer?.resume(throwing: HTTPBodyError.disconnected)
  }

  // MARK: The action's side

  /// Gives the response on, with a body that comes by ``deliver(_:)``; one whose body is in memory is
  /// given on when the action has ended, so that it has been logged when the response is there.
  func begin(_ response: HTTPResponse) {
    guard response.body.bytesInMemory == nil else {
      state.withLock { $0.complete = response }
      return
    }
    var response = response
    let handle = BodyHandle(self)
    response.body = HTTPBody(length: response.body.length) {
      try await handle.exchange.next()
    }
    give(.success(response))
  }

  private func give(_ head: Result<HTTPResponse, any Error>) {
    let reader = state.withLock { state -> CheckedContinuation<HTTPResponse, any Error>? in
      guard !state.hasBegun else { return nil }
      state.hasBegun = true
      if state.headReader == nil { state.head = head }
      return state.headReader.take()
    }
    reader?.resume(with: head)
  }

  /// Hands a chunk over once the one before has been taken.
  ///
  /// - Throws: ``HTTPBodyError/disconnected`` when nobody will read it.
  func deliver(_ chunk: [UInt8]) async throws {
    while try await !place(chunk) {}
  }

  private func place(_ chunk: [UInt8]) async throws -> Bool {
    enum Step {
      case handed(to: UnsafeContinuation<[UInt8]?, any Error>)
      case kept
      case refused(any Error)
      case full
    }
    let step: Step = state.withLock { state in
      if let failure = state.failure { return .refused(failure) }
      if state.isAbandoned { return .refused(HTTPBodyError.disconnected) }
      if let reader = state.reader.take() { return .handed(to: reader) }
      guard state.chunk == nil else { return .full }
      state.chunk = chunk
      return .kept
    }
    switch step {
    case .handed(let reader):
      reader.resume(returning: chunk)
      return true
    case .kept: return true
    case .refused(let error): throw error
    case .full:
      try await waitForRoom()
      return false
    }
  }

  private func waitForRoom() async throws {
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation {
        (continuation: UnsafeContinuation<Void, any Error>) in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if Task.isCancelled { return .failure(CancellationError()) }
          guard state.chunk != nil, !state.isAbandoned, state.failure == nil else {
            return .success(())
          }
          state.writer = continuation
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      state.withLock { $0.writer.take() }?.resume(throwing: CancellationError())
    }
  }

  /// Nothing more follows.
  ///
  /// - Parameter failure: Why, if it is not the end; instead of the head, if there was none yet.
  func end(_ failure: (any Error)?) {
    let complete = state.withLock { $0.complete.take() }
    if let failure {
      give(.failure(failure))
    } else if let complete {
      give(.success(complete))
    }
    let (reader, writer) = state.withLock { state in
      if state.failure == nil, !state.isComplete {
        state.failure = failure
        state.isComplete = true
      }
      return (state.reader.take(), state.writer.take())
    }
    if let failure { reader?.resume(throwing: failure) } else { reader?.resume(returning: nil) }
    writer?.resume()
  }
}
