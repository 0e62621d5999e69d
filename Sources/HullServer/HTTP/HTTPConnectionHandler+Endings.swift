// What follows an answer: the next request, or the end of the connection.

import NIOCore
import NIOHTTP1
import Synchronization

extension HTTPConnectionHandler {
  /// Goes on after an answer that leaves the connection open: past what is left of its request.
  func goOn(context: ChannelHandlerContext) {
    giveBackBody()
    guard bodyIsUnread else {
      proceed(context: context)
      return
    }
    state = .skipping
    setDeadline(after: shared.timeouts.drain, context: context)
    resumeReading(context: context)
  }

  /// Drops what is left of an answered request.
  func skip(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
    guard case .end = part else { return }
    bodyIsUnread = false
    proceed(context: context)
  }

  /// Goes on to the next request of the connection.
  func proceed(context: ChannelHandlerContext) {
    state = .idle
    headHasBegun = false
    setDeadline(after: shared.timeouts.idle, context: context)
    // An answer made at once comes back here: the outermost call then does the rest.
    guard !isReplaying else { return }
    replayHeld(context: context)
    switch state {
    case .idle where isShuttingDown: close(context: context)
    case .idle, .collecting: resumeReading(context: context)
    case .answering, .sending, .skipping, .draining, .upgraded, .closed: break
    }
  }

  func resumeReading(context: ChannelHandlerContext) {
    guard readIsPending else { return }
    readIsPending = false
    context.read()
  }

  func replayHeld(context: ChannelHandlerContext) {
    isReplaying = true
    defer { isReplaying = false }
    while state == .idle || state == .collecting || incoming != nil, let next = held.popFirst() {
      switch (next, incoming) {
      case (.part(let part), nil): process(part, context: context)
      case (.part(let part), _): receive(part, context: context)
      case (.failure(let error), nil): refuse(error, context: context)
      case (.failure(let error), _): bodyIsMalformed(error, context: context)
      }
    }
  }

  func refuse(_ error: HTTPParserError, context: ChannelHandlerContext) {
    shared.counters.malformedRequests.add(1, ordering: .relaxed)
    let isTooLarge = error == .headerOverflow
    end(with: isTooLarge ? .requestHeaderFieldsTooLarge : .badRequest, context: context)
  }

  /// Writes a last answer without a body.
  func end(with status: HTTPResponseStatus, context: ChannelHandlerContext) {
    bodyIsUnread = true
    endIsKnown = false
    keepsAlive = false
    write(HTTPResponse(status: status), context: context)
  }

  /// Closes after the last answer; at once, unless the client may still be sending: bytes that
  /// meet a closed socket make the kernel reset the connection, and the client loses the answer.
  func finishSending(context: ChannelHandlerContext) {
    held.removeAll()
    giveBackBody()
    guard state == .sending else { return }
    guard bodyIsUnread else {
      close(context: context)
      return
    }
    state = .draining
    setDeadline(after: shared.timeouts.drain, context: context)
    if !endIsKnown { context.close(mode: .output, promise: nil) }
    resumeReading(context: context)
  }

  func drain(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
    switch part {
    case .body(let bytes):
      drainedBytes += bytes.readableBytes
      if drainedBytes > shared.configuration.maximumDrainedBytes { close(context: context) }
    case .end: close(context: context)
    case .head: break
    }
  }

  func close(context: ChannelHandlerContext) {
    abandonTask()
    stopWaiting()
    state = .closed
    abandonBodies()
    timer?.cancel()
    timer = nil
    context.close(promise: nil)
  }
}
