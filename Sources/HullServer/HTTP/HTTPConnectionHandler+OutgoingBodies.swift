// How a connection writes an answer whose body is made, or read from a file, while it is sent.

import Hull
import Logging
import NIOCore
import NIOHTTP1

extension HTTPConnectionHandler {
  /// The body of an answer while it is written.
  struct Outgoing {
    enum Source {
      case producer(Task<Void, Never>)
      case file(FileTransmission, left: Range<Int>)
      /// Everything has been given to the channel.
      case ended
    }

    var framing: HTTPResponseWriter.Framing
    var source: Source
    /// The producer, while the client does not take what it has made.
    var waiter: UnsafeContinuation<Void, any Error>?
  }

  /// A file on its way to one client; closed when neither the connection nor its channel needs it.
  final class FileTransmission: Sendable {
    let file: OpenFile
    let handle: NIOFileHandle

    init?(_ file: OpenFile) {
      guard let handle = file.makeHandle() else { return nil }
      self.file = file
      self.handle = handle
    }

    // Closing fails only when it is done twice.
    deinit { try? handle.close() }
  }

  /// How much of a file is given to the channel at a time.
  private static let filePiece = 1024 * 1024

  /// Writes the head of an answer and begins with its body.
  func write(
    _ response: HTTPResponse,
    _ content: HTTPResponse.Content,
    context: ChannelHandlerContext
  ) {
    let source: Outgoing.Source?
    let hasBody = !omitsBody && response.status.mayHaveResponseBody && content.length != 0
    switch content {
    case _ where !hasBody: source = .ended
    case .chunks: source = nil
    case .file(let file, let range):
      guard let transmission = FileTransmission(file) else {
        shared.logger.error("no file handle is left to send a file")
        write(HTTPResponse(status: .serviceUnavailable), context: context)
        return
      }
      source = .file(transmission, left: range)
    }
    let framing: HTTPResponseWriter.Framing =
      content.length.map { .counted($0) } ?? (version == .http1_1 ? .chunked : .untilClose)
    if case .untilClose = framing { keepsAlive = false }
    shared.counters.countResponse(status: response.status.code)
    var head = context.channel.allocator.buffer(capacity: 512)
    HTTPResponseWriter.writeHead(
      response,
      framing,
      date: shared.date.now,
      persistence: persistence,
      to: &head
    )
    beginSending(context: context)
    switch (source, content) {
    case (.some(.ended), _), (nil, .file):
      let written = keepsAlive ? nil : context.eventLoop.makePromise(of: Void.self)
      context.write(wrapOutboundOut(head), promise: written)
      flush(context: context)
      answerIsWritten(written, context: context)
    case (let source?, _):
      context.write(wrapOutboundOut(head), promise: nil)
      outgoing = Outgoing(framing: framing, source: source)
      continueSending(context: context)
    case (nil, .chunks(let body)):
      context.write(wrapOutboundOut(head), promise: nil)
      produce(body, framing, context: context)
      flush(context: context)
      clearDeadline()
    }
    // The read that stays asked for while chunks are made.
    if outgoing != nil { resumeReading(context: context) }
  }

  /// Whether the body of the answer numbered `serial` is still being written.
  private func isSendingBody(_ serial: UInt64) -> Bool {
    if case .sending = state { outgoing != nil && serial == self.serial } else { false }
  }

  /// Gives the channel more, which has taken what it was given.
  func continueSending(context: ChannelHandlerContext) {
    if let waiter = outgoing?.waiter.take() {
      clearDeadline()
      waiter.resume()
    } else if case .file(let transmission, let left) = outgoing?.source {
      send(transmission, left, context: context)
    }
  }

  // MARK: Files

  private func send(
    _ transmission: FileTransmission,
    _ left: Range<Int>,
    context: ChannelHandlerContext
  ) {
    let end = min(left.upperBound, left.lowerBound + Self.filePiece)
    let region = FileRegion(
      fileHandle: transmission.handle,
      readerIndex: left.lowerBound,
      endIndex: end
    )
    let written = context.eventLoop.makePromise(of: Void.self)
    // The handle must stay open until the piece is written or given up.
    written.futureResult.whenComplete { _ in withExtendedLifetime(transmission) {} }
    context.write(NIOAny(region), promise: written)
    setDeadline(after: shared.timeouts.request, context: context)
    guard end < left.upperBound else {
      outgoing = nil
      flush(context: context)
      answerIsWritten(keepsAlive ? nil : written, context: context)
      return
    }
    outgoing?.source = .file(transmission, left: end..<left.upperBound)
    flush(context: context)
    guard context.channel.isWritable else { return }
    // The other connections of this event loop get their turn.
    let serial = self.serial
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    context.eventLoop.execute {
      let (handler, context) = bound.value
      if handler.isSendingBody(serial), context.channel.isWritable {
        handler.continueSending(context: context)
      }
    }
  }

  // MARK: Chunks

  /// Begins to read a body in a task and to write what it yields.
  private func produce(
    _ body: HTTPBody,
    _ framing: HTTPResponseWriter.Framing,
    context: ChannelHandlerContext
  ) {
    let serial = self.serial
    // Sound: the task only carries the pair back to this event loop, where it is unwrapped.
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    let producer = Task(executorPreference: shared.executor) {
      var failure: (any Error)?
      do {
        for try await chunk in body where !chunk.isEmpty {
          try await withUnsafeThrowingContinuation { continuation in
            bound.eventLoop.execute {
              let (handler, context) = bound.value
              handler.send(chunk, serial, continuation, context: context)
            }
          }
        }
      } catch {
        failure = error
      }
      bound.eventLoop.execute { [failure] in
        let (handler, context) = bound.value
        handler.bodyHasEnded(serial, failure, context: context)
      }
    }
    outgoing = Outgoing(framing: framing, source: .producer(producer))
  }

  private func send(
    _ chunk: [UInt8],
    _ serial: UInt64,
    _ continuation: UnsafeContinuation<Void, any Error>,
    context: ChannelHandlerContext
  ) {
    guard isSendingBody(serial), let framing = outgoing?.framing else {
      continuation.resume(throwing: HTTPBodyError.disconnected)
      return
    }
    var buffer = context.channel.allocator.buffer(capacity: chunk.count + 20)
    switch framing {
    case .counted(let left):
      guard chunk.count <= left else {
        continuation.resume(throwing: HTTPBodyError.wrongLength(announced: left))
        return
      }
      outgoing?.framing = .counted(left - chunk.count)
      buffer.writeBytes(chunk)
    case .chunked:
      buffer.writeString(String(chunk.count, radix: 16))
      buffer.writeStaticString("\r\n")
      buffer.writeBytes(chunk)
      buffer.writeStaticString("\r\n")
    case .untilClose: buffer.writeBytes(chunk)
    }
    context.write(wrapOutboundOut(buffer), promise: nil)
    flush(context: context)
    // The flush may have found that the client is gone.
    guard isSendingBody(serial) else {
      continuation.resume(throwing: HTTPBodyError.disconnected)
      return
    }
    if context.channel.isWritable {
      clearDeadline()
      continuation.resume()
    } else {
      outgoing?.waiter = continuation
      setDeadline(after: shared.timeouts.request, context: context)
    }
  }

  private func bodyHasEnded(
    _ serial: UInt64,
    _ failure: (any Error)?,
    context: ChannelHandlerContext
  ) {
    guard isSendingBody(serial), let framing = outgoing?.framing else { return }
    var failure = failure
    if failure == nil, case .counted(let left) = framing, left > 0 {
      failure = HTTPBodyError.wrongLength(announced: left)
    }
    if let failure {
      // The client must not take the part for the whole.
      shared.logger.debug("an answer was cut off", metadata: ["error": "\(failure)"])
      close(context: context)
      return
    }
    outgoing = nil
    let written = keepsAlive ? nil : context.eventLoop.makePromise(of: Void.self)
    let last =
      if case .chunked = framing { ByteBuffer(staticString: "0\r\n\r\n") } else { ByteBuffer() }
    context.write(wrapOutboundOut(last), promise: written)
    flush(context: context)
    if case .untilClose = framing { endIsKnown = false }
    answerIsWritten(written, context: context)
  }

  /// Ends what is being handed on in either direction: the connection is lost.
  func abandonBodies() {
    failIncoming(.disconnected)
    guard let abandoned = outgoing.take() else { return }
    if case .producer(let producer) = abandoned.source { producer.cancel() }
    abandoned.waiter?.resume(throwing: HTTPBodyError.disconnected)
  }
}

extension HTTPResponseStatus {
  /// Whether answers of this status have a body at all.
  fileprivate var mayHaveResponseBody: Bool {
    switch self {
    case .noContent, .notModified: false
    default: code >= 200
    }
  }
}
