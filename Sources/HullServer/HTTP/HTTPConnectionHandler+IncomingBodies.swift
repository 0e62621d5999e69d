// How a connection hands the body of a request to its route piece by piece.

import Hull
import NIOCore
import NIOHTTP1

extension HTTPConnectionHandler {
  /// The body of a request while it arrives.
  struct Incoming {
    let queue: IncomingBody
    /// The most the route takes.
    let limit: Int
    /// What is announced and has not arrived; nil if nothing was announced.
    var left: Int?
    /// What has arrived.
    var count = 0
    /// What has arrived since the deadline was set.
    var progress = 0
    /// Whether the client waits for `100 Continue`.
    var owesContinue: Bool
  }

  /// How much of a body must arrive within the time for bodies: less is a client that only holds the
  /// connection.
  static let minimumProgress = 64 * 1024

  /// How much of an answered request is dropped to keep its connection.
  static let maximumSkippedBytes = 64 * 1024

  /// Hands a request to its route while its body arrives.
  func open(_ head: HTTPRequestHead, length: Int?, context: ChannelHandlerContext) {
    let serial = self.serial &+ 1
    // Sound: the closure only carries the pair back to this event loop, where it is unwrapped.
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    let queue = IncomingBody {
      bound.eventLoop.execute {
        let (handler, context) = bound.value
        handler.bodyIsWanted(serial, context: context)
      }
    }
    let waits = Self.waitsForContinue(head)
    let isChunked = head.headers.contains(name: "transfer-encoding")
    incoming = Incoming(
      queue: queue,
      limit: route?.bodyLimit ?? 0,
      left: isChunked ? nil : length ?? 0,
      owesContinue: waits && (isChunked || length ?? 0 > 0)
    )
    streamedBody = queue.body(length: isChunked ? nil : length ?? 0)
    answer(context: context)
    if !waits { setDeadline(after: shared.timeouts.body, context: context) }
  }

  /// Takes a part of the request whose body is being handed on.
  func receive(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
    switch part {
    case .head: break
    case .body(let bytes): receive(bytes, context: context)
    case .end:
      incoming.take()?.queue.finish()
      if case .answering = state { setDeadline(after: shared.timeouts.request, context: context) }
    }
  }

  private func receive(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
    guard var incoming else { return }
    incoming.count += bytes.readableBytes
    incoming.left = incoming.left.map { $0 - bytes.readableBytes }
    guard incoming.count <= incoming.limit else {
      failIncoming(.tooLong(limit: incoming.limit))
      keepsAlive = false
      if case .answering = state { setDeadline(after: shared.timeouts.request, context: context) }
      return
    }
    incoming.progress += bytes.readableBytes
    if incoming.progress >= Self.minimumProgress {
      incoming.progress = 0
      setDeadline(after: timeoutWhileReceiving, context: context)
    }
    self.incoming = incoming
    incoming.queue.append(bytes)
  }

  /// How long the client may make no progress.
  private var timeoutWhileReceiving: TimeAmount {
    if case .sending = state { shared.timeouts.request } else { shared.timeouts.body }
  }

  /// Reads on if the reader of the body keeps up, else when it tells that it does.
  func readForRoute(context: ChannelHandlerContext) {
    guard let incoming else { return }
    if incoming.queue.hasRoom() {
      context.read()
    } else {
      readIsPending = true
      // It is not the client that is slow now.
      if case .answering = state { setDeadline(after: shared.timeouts.request, context: context) }
    }
  }

  /// The reader of a body waits for more of it.
  private func bodyIsWanted(_ serial: UInt64, context: ChannelHandlerContext) {
    guard serial == self.serial, incoming != nil else { return }
    if incoming?.owesContinue == true {
      incoming?.owesContinue = false
      guard case .answering = state else { return }
      context.writeAndFlush(wrapOutboundOut(Self.continueResponse), promise: nil)
      setDeadline(after: shared.timeouts.body, context: context)
    }
    guard readIsPending else { return }
    incoming?.progress = 0
    setDeadline(after: timeoutWhileReceiving, context: context)
    resumeReading(context: context)
  }

  /// Settles, before the head of an early answer is written, whether the connection is worth keeping.
  func settlePersistence() {
    guard let incoming else { return }
    if incoming.owesContinue || incoming.left ?? .max > Self.maximumSkippedBytes {
      keepsAlive = false
    }
  }

  /// Drops the rest of the body: its request has been answered.
  func abandonIncoming() {
    failIncoming(.abandoned)
  }

  /// Hands no more of the body on; the connection drops what still arrives of it.
  func failIncoming(_ failure: HTTPBodyError) {
    streamedBody = nil
    guard let abandoned = incoming.take() else { return }
    bodyIsUnread = true
    endIsKnown = true
    abandoned.queue.fail(failure)
  }

  /// The parser cannot make out the rest of the body.
  func bodyIsMalformed(_ error: HTTPParserError, context: ChannelHandlerContext) {
    failIncoming(error == .invalidEOFState ? .disconnected : .malformed)
    endIsKnown = false
    keepsAlive = false
    guard case .answering = state else { return }
    abandonTask()
    leaveGate(serial)
    refuse(error, context: context)
  }
}
