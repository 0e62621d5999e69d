// One WebSocket on its channel: reads for the peer, writes for it, keeps it alive, closes it.

import Logging
import NIOCore
import Synchronization

/// The limits of a configuration that concern WebSockets, in the unit of the event loops.
struct WebSocketLimits: Sendable {
  let pingInterval, silence, closing: TimeAmount
  let maximumFrame, maximumMessage, maximumQueued, maximumDrained: Int

  init(_ configuration: ServerConfiguration) {
    pingInterval = TimeAmount(configuration.webSocketPingInterval)
    silence = TimeAmount(configuration.webSocketSilenceTimeout)
    closing = TimeAmount(configuration.webSocketCloseTimeout)
    maximumFrame = configuration.maximumWebSocketFrameSize
    maximumMessage = configuration.maximumWebSocketMessageSize
    maximumQueued = configuration.maximumWebSocketQueuedBytes
    maximumDrained = configuration.maximumDrainedBytes
  }
}

/// The state of one WebSocket; lives on its event loop only.
final class WebSocketConnection: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  private enum State: Equatable {
    case open
    /// A close frame is written or will be, behind what waits.
    case closing(Closing)
    case closed
  }

  /// What follows the close frame.
  private enum Closing {
    /// The client answers it.
    case awaitsAnswer
    /// It was the answer: the channel closes.
    case closesChannel
    /// The client is no longer understood: what it sends is dropped until it closes. To close at once
    /// would make the kernel reset the connection, and the client would lose the close frame.
    case drains
  }

  private let shared: ConnectionContext
  private let loop: WebSocketLoop
  private var peer: (any WebSocketPeer)?
  private var socket: WebSocket?
  private var context: ChannelHandlerContext?
  private var state = State.open
  /// Where the connection is in the list of its ``WebSocketLoop``.
  var position: Int?

  // Reading.
  private var reader: WebSocketReader
  private var isPaused = false
  private var readIsPending = false
  private var drainedBytes = 0

  // Writing.
  private var outbox = WebSocketOutbox()
  private var needsFlush = false
  /// What the channel says of itself; asking it every time takes longer than to write a short frame.
  private var isWritable = true
  /// The ping, the payload of the pong and the close frame that wait for a place.
  private var owesPing = false
  private var owedPong: [UInt8]?
  private var owedClose: WebSocketClose?
  private var closeIsWritten = false
  /// What reader, outbox and peer have taken of the budget.
  private var takenBytes = 0

  // Time, looked at by the timer of the event loop.
  private var liveness = WebSocketLiveness(now: .now())
  private var closingBegan = NIODeadline.distantFuture

  init(shared: ConnectionContext, loop: WebSocketLoop, peer: any WebSocketPeer) {
    self.shared = shared
    self.loop = loop
    self.peer = peer
    reader = WebSocketReader(
      maximumFrame: shared.webSocketLimits.maximumFrame,
      maximumMessage: shared.webSocketLimits.maximumMessage
    )
  }

  private var limits: WebSocketLimits { shared.webSocketLimits }

  // MARK: Events of the channel

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    isWritable = context.channel.isWritable
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  /// Takes over the channel, once the handshake is answered.
  func begin() {
    guard let context else { return }
    shared.counters.webSocketsOpened.add(1, ordering: .relaxed)
    shared.counters.webSocketsOpen.add(1, ordering: .relaxed)
    loop.add(self)
    ping()
    let socket = WebSocket(connection: self, eventLoop: context.eventLoop)
    self.socket = socket
    peer?.opened(socket)
  }

  func channelInactive(context: ChannelHandlerContext) {
    if state != .closed {
      state = .closed
      shared.counters.webSocketsOpen.subtract(1, ordering: .relaxed)
    }
    loop.remove(self)
    outbox.removeAll()
    (owedPong, owedClose) = (nil, nil)
    reader = WebSocketReader(maximumFrame: 0, maximumMessage: 0)
    let peer = endPeer()
    balanceBudget()
    peer?.closed()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    liveness.heard()
    var buffer = unwrapInboundIn(data)
    if state == .closing(.drains) {
      drain(buffer, context: context)
      return
    }
    do throws(WebSocketViolation) {
      while state != .closing(.closesChannel), let event = try reader.next(&buffer) {
        handle(event, context: context)
      }
    } catch {
      // Nothing that follows can be understood.
      begin(closing: .drains, with: error.close)
      return
    }
    guard balanceBudget() else {
      begin(closing: .drains, with: Self.overloaded)
      return
    }
  }

  func read(context: ChannelHandlerContext) {
    if isPaused { readIsPending = true } else { context.read() }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    isWritable = context.channel.isWritable
    if isWritable { writeWaiting() }
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is ChannelShouldQuiesceEvent else {
      context.fireUserInboundEventTriggered(event)
      return
    }
    guard state == .open, peer?.shouldClose() == true else { return }
    close(WebSocketClose(code: 1001, reason: "ServerShutdown"))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    shared.logger.debug("WebSocket failed", metadata: ["error": "\(error)"])
    context.close(promise: nil)
  }

  // MARK: Reading

  private func handle(_ event: WebSocketReader.Event, context: ChannelHandlerContext) {
    switch event {
    case .text(let text): if state == .open { peer?.received(text: text) }
    case .binary: if state == .open { peer?.receivedBinary() }
    case .pong: break
    case .ping(let payload):
      guard state == .open else { break }
      // Of several pings only the last needs an answer (RFC 6455 section 5.5.3).
      owedPong = payload
      writeWaiting()
    case .close(let close): clientClosed(close, context: context)
    }
  }

  private func clientClosed(_ close: WebSocketClose, context: ChannelHandlerContext) {
    if state == .open {
      begin(closing: .closesChannel, with: WebSocketClose(code: close.code))
      return
    }
    state = .closing(.closesChannel)
    if closeIsWritten { context.close(promise: nil) }
  }

  private func drain(_ buffer: ByteBuffer, context: ChannelHandlerContext) {
    drainedBytes += buffer.readableBytes
    if drainedBytes > limits.maximumDrained { context.close(promise: nil) }
  }

  func pauseReading() {
    if state == .open { isPaused = true }
  }

  func resumeReading() {
    isPaused = false
    guard readIsPending else { return }
    readIsPending = false
    context?.read()
  }

  // MARK: Writing

  var queuedMessages: Int { outbox.count }

  func send(_ text: [UInt8], continues: Bool) {
    guard state == .open, let context else { return }
    if outbox.isEmpty, isWritable {
      write(.text, text, context: context)
    } else if !outbox.append(text, limit: limits.maximumQueued, continues: continues) {
      overflow(Self.tooSlow)
    } else if !balanceBudget() {
      overflow(Self.overloaded)
    }
  }

  private static let tooSlow = WebSocketClose(
    code: 1013,
    reason: "ClientTooSlow: too much is waiting to be received."
  )

  private static let overloaded = WebSocketClose(
    code: 1013,
    reason: "WorkerOverloaded: too much is waiting on all connections."
  )

  /// Forgets what waits and closes.
  private func overflow(_ close: WebSocketClose) {
    outbox.removeAll()
    balanceBudget()
    shared.counters.webSocketsOverrun.add(1, ordering: .relaxed)
    begin(closing: .awaitsAnswer, with: close)
  }

  private func write(
    _ opcode: WebSocketOpcode,
    _ payload: [UInt8],
    promise: EventLoopPromise<Void>? = nil,
    context: ChannelHandlerContext
  ) {
    let frame = WebSocketFrame.encode(opcode, payload)
    context.write(wrapOutboundOut(frame), promise: promise)
    flushSoon()
  }

  private func ping() {
    guard let context else { return }
    guard isWritable else {
      owesPing = true
      return
    }
    context.write(wrapOutboundOut(WebSocketFrame.ping), promise: nil)
    flushSoon()
  }

  /// Writes what waits, as far as the client keeps up: control frames, messages, the close frame.
  private func writeWaiting() {
    guard let context, state != .closed else { return }
    if !closeIsWritten, isWritable {
      if let payload = owedPong {
        owedPong = nil
        write(.pong, payload, context: context)
      }
      if owesPing {
        owesPing = false
        ping()
      }
    }
    let hadMessages = !outbox.isEmpty
    while isWritable, let text = outbox.popFirst() {
      write(.text, text, context: context)
    }
    if hadMessages {
      balanceBudget()
      // A client that takes what is left for it is given the time.
      if case .closing = state { closingBegan = .now() }
    }
    guard outbox.isEmpty else { return }
    if let close = owedClose {
      // Small enough to go ahead of the client, whose channel may be full for good.
      owedClose = nil
      writeClose(close, context: context)
    } else if hadMessages, state == .open {
      peer?.drained()
    }
  }

  private func flushSoon() {
    guard !needsFlush else { return }
    needsFlush = true
    loop.flushSoon(self)
  }

  /// Called by the peer, or else by the event loop's ``WebSocketLoop``.
  func flush() {
    guard needsFlush else { return }
    needsFlush = false
    context?.flush()
  }

  // MARK: Closing

  func close(_ close: WebSocketClose) {
    begin(closing: .awaitsAnswer, with: close)
  }

  private func begin(closing: Closing, with close: WebSocketClose) {
    switch state {
    case .open: break
    case .closing where closing == .drains:
      // The close frame is under way already; what is wrong with the client came later.
      state = .closing(.drains)
      if closeIsWritten { context?.close(mode: .output, promise: nil) }
      return
    case .closing, .closed: return
    }
    state = .closing(closing)
    closingBegan = .now()
    owedClose = close
    (owesPing, owedPong) = (false, nil)
    reader.dropMessages()
    notifyPeer()
    balanceBudget()
    resumeReading()
    writeWaiting()
  }

  private func writeClose(_ close: WebSocketClose, context: ChannelHandlerContext) {
    let written = context.eventLoop.makePromise(of: Void.self)
    write(.close, close.payload, promise: written, context: context)
    written.futureResult.assumeIsolated().whenSuccess { self.closeWritten() }
  }

  private func closeWritten() {
    closeIsWritten = true
    switch state {
    case .closing(.closesChannel): context?.close(promise: nil)
    case .closing(.drains): context?.close(mode: .output, promise: nil)
    case .closing(.awaitsAnswer), .open, .closed: break
    }
  }

  /// Tells the peer that it is over, once whoever is at work now is done.
  private func notifyPeer() {
    guard let context, let peer = endPeer() else { return }
    // Sound: runs on this event loop.
    let bound = NIOLoopBound(peer, eventLoop: context.eventLoop)
    context.eventLoop.execute { bound.value.closed() }
  }

  private func endPeer() -> (any WebSocketPeer)? {
    socket?.detach()
    socket = nil
    defer { peer = nil }
    return peer
  }

  // MARK: Time and memory

  /// Called about once a second.
  func tick(_ now: NIODeadline) {
    switch state {
    case .open:
      let verdict = liveness.check(
        now,
        pingInterval: limits.pingInterval,
        silence: limits.silence,
        isPaused: isPaused
      )
      if verdict == .dead {
        close(WebSocketClose(code: 1000, reason: "ClientDisconnected"))
        return
      }
      if verdict == .ping { ping() }
      peer?.tick()
      // Calls have ended meanwhile, whose messages are let go of.
      if takenBytes > 0 { balanceBudget() }
    case .closing:
      guard now - closingBegan > limits.closing else { break }
      context?.flush()
      context?.close(promise: nil)
    case .closed: break
    }
  }

  /// Takes or gives back what reader, outbox and peer hold beyond a free amount.
  ///
  /// - Returns: Whether there was enough.
  @discardableResult
  private func balanceBudget() -> Bool {
    let held = reader.bufferedBytes + outbox.bytes + (peer?.retainedBytes ?? 0)
    let needed = held > BodyBudget.freeBytes ? held : 0
    if needed > takenBytes {
      guard shared.bodies.take(needed - takenBytes) else { return false }
    } else if needed < takenBytes {
      shared.bodies.give(back: takenBytes - needed)
    }
    takenBytes = needed
    return true
  }
}
