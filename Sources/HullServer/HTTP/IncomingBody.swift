// The body of a request on its way from the event loop to whoever reads it.

import Hull
import NIOCore
import Synchronization

/// A bounded queue between one connection, which fills it, and one reader, which empties it.
///
/// The connection reads from its socket only while the queue has room, so a reader that is behind holds
/// the sender back.
final class IncomingBody: Sendable {
  /// How many bytes may wait before the socket is no longer read; what one read brings comes on top.
  static let highWater = 64 * 1024
  /// How few bytes must be left before the socket is read again.
  static let lowWater = 16 * 1024
  /// Pieces up to this size are put together.
  private static let smallPiece = 8 * 1024

  private struct State {
    var pieces: CircularBuffer<ByteBuffer> = []
    var count = 0
    var waiter: UnsafeContinuation<[UInt8]?, any Error>?
    /// Nothing more arrives.
    var hasEnded = false
    /// Why nothing more arrives, if it is not the end.
    var failure: HTTPBodyError?
    /// The connection has stopped reading and wants to be told of room.
    var isFull = false
    /// Somebody has begun to read.
    var isClaimed = false
    /// Somebody has waited for bytes.
    var wasAwaited = false
  }

  /// Protects the queue: one side runs on the event loop, the other wherever the reader runs.
  private let state = Mutex(State())

  /// Called when the reader waits for the first bytes, and when there is room again; on its thread.
  private let onDemand: @Sendable () -> Void

  init(onDemand: @escaping @Sendable () -> Void) {
    self.onDemand = onDemand
  }

  /// The body as its reader sees it.
  func body(length: Int?) -> HTTPBody {
    HTTPBody(Chunks(source: self), length: length)
  }

  // MARK: The connection's side

  /// Whether the socket should be read; if not, the connection will be told when it should.
  func hasRoom() -> Bool {
    state.withLock { state in
      state.isFull = state.count >= Self.highWater
      return !state.isFull
    }
  }

  /// Adds what has arrived.
  func append(_ bytes: ByteBuffer) {
    let waiter: UnsafeContinuation<[UInt8]?, any Error>? = state.withLock { state in
      if let waiter = state.waiter.take() { return waiter }
      guard !state.hasEnded else { return nil }
      state.count += bytes.readableBytes
      if let last = state.pieces.last, last.readableBytes < Self.smallPiece {
        state.pieces[state.pieces.index(before: state.pieces.endIndex)]
          .writeImmutableBuffer(bytes)
      } else {
        state.pieces.append(bytes)
      }
      return nil
    }
    waiter?.resume(returning: Array(buffer: bytes))
  }

  /// The body is complete.
  func finish() { end(nil) }

  /// The rest will not come; what has arrived is dropped.
  func fail(_ failure: HTTPBodyError) { end(failure) }

  private func end(_ failure: HTTPBodyError?) {
    let waiter: UnsafeContinuation<[UInt8]?, any Error>? = state.withLock { state in
      guard !state.hasEnded else { return nil }
      state.hasEnded = true
      state.failure = failure
      if failure != nil {
        state.pieces.removeAll()
        state.count = 0
      }
      return state.waiter.take()
    }
    if let failure { waiter?.resume(throwing: failure) } else { waiter?.resume(returning: nil) }
  }

  // MARK: The reader's side

  private enum Step {
    case give([UInt8]?, tellsOfRoom: Bool)
    case fail(any Error)
    case wait(isFirst: Bool)
  }

  private func next() async throws -> [UInt8]? {
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        switch step(continuation) {
        case .give(let bytes, let tellsOfRoom):
          continuation.resume(returning: bytes)
          if tellsOfRoom { onDemand() }
        case .fail(let error): continuation.resume(throwing: error)
        case .wait(let isFirst): if isFirst { onDemand() }
        }
      }
    } onCancel: {
      state.withLock { $0.waiter.take() }?.resume(throwing: CancellationError())
    }
  }

  private func step(_ continuation: UnsafeContinuation<[UInt8]?, any Error>) -> Step {
    state.withLock { state in
      if let piece = state.pieces.popFirst() {
        state.count -= piece.readableBytes
        let tellsOfRoom = state.isFull && state.count <= Self.lowWater
        if tellsOfRoom { state.isFull = false }
        return .give(Array(buffer: piece), tellsOfRoom: tellsOfRoom)
      }
      if let failure = state.failure { return .fail(failure) }
      if state.hasEnded { return .give(nil, tellsOfRoom: false) }
      // Looked at inside the lock: a cancellation before this point found no waiter.
      if Task.isCancelled { return .fail(CancellationError()) }
      if state.waiter != nil { return .fail(HTTPBodyError.alreadyRead) }
      state.waiter = continuation
      let isFirst = !state.wasAwaited
      state.wasAwaited = true
      return .wait(isFirst: isFirst)
    }
  }

  private func claim() -> Bool {
    state.withLock { state in
      defer { state.isClaimed = true }
      return !state.isClaimed
    }
  }

  /// The queue as a sequence that can be iterated once.
  private struct Chunks: AsyncSequence, Sendable {
    let source: IncomingBody

    func makeAsyncIterator() -> Iterator {
      Iterator(source: source, isFirst: source.claim())
    }

    struct Iterator: AsyncIteratorProtocol {
      let source: IncomingBody
      let isFirst: Bool

      func next() async throws -> [UInt8]? {
        guard isFirst else { throw HTTPBodyError.alreadyRead }
        return try await source.next()
      }
    }
  }
}
