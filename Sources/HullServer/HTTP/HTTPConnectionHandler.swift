// One HTTP/1.1 connection: collects a request, has it answered, writes the answer, and again.
//
// Requests of one connection are answered one at a time and in order. While an answer is being
// made the socket is not read, so a client that pipelines is held back by TCP, and what had been
// read already waits in `held`.
//
// A WebSocket upgrade happens here: when a route says so at the end of a request, the 101 is written,
// a WebSocketConnection takes this handler's place, and the decoder, which has parsed nothing beyond
// the request, hands over what it holds and goes. NIO's own upgraders are not used: they drop the
// head of a request that offers an upgrade nobody takes, and look only at the first request of a
// connection.

import HullRuntime
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// What all connections of a server share.
struct ConnectionContext: Sendable {
  var configuration: ServerConfiguration
  var timeouts: ConnectionTimeouts
  var webSocketLimits: WebSocketLimits
  var webSockets: WebSocketLoops
  var router: any HTTPRouter
  var gate: RequestGate
  var bodies: BodyBudget
  var counters: ServerCounters
  var date: ResponseDate
  var executor: (any TaskExecutor)?
  var logger: Logger
}

/// The time limits of a configuration, in the unit of the event loops.
struct ConnectionTimeouts: Sendable {
  let idle, head, body, request, drain: TimeAmount

  init(_ configuration: ServerConfiguration) {
    idle = TimeAmount(configuration.idleTimeout)
    head = TimeAmount(configuration.headTimeout)
    body = TimeAmount(configuration.bodyTimeout)
    request = TimeAmount(configuration.requestTimeout)
    drain = TimeAmount(configuration.drainTimeout)
  }
}

/// The state of one connection; lives on its event loop only.
final class HTTPConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  private enum State {
    /// Between requests.
    case idle
    /// A head has arrived, its body is arriving.
    case collecting
    /// A request waits for its answer.
    case answering
    /// The answer is on its way; the client does not take it as fast as it was made.
    case sending
    /// The last answer is written; what still arrives is dropped.
    case draining
    /// The connection is a WebSocket now, and no longer this handler's.
    case upgraded
    /// Nothing more will be read or written.
    case closed
  }

  /// What arrived while a request was being answered.
  private enum Held {
    case part(HTTPServerRequestPart)
    case failure(HTTPParserError)
  }

  private let shared: ConnectionContext
  private var state = State.idle

  // The request in hand.
  /// The request until it is handed to its route.
  private var request: HTTPRequest?
  /// Whether its answer has no body, because it is a HEAD.
  private var omitsBody = false
  private var route: HTTPRoute?
  private var version = HTTPVersion.http1_1
  private var keepsAlive = false
  /// Whether the request offers a WebSocket where there may be one; the decoder then waits.
  private var isUpgradable = false
  /// What the body in hand has taken of the budget.
  private var takenBytes = 0
  private var bodyIsUnread = false
  /// Whether the parser will tell where the unread body ends.
  private var endIsKnown = false
  private var task: Task<Void, Never>?
  /// Counts requests, so that an answer that comes too late is recognised.
  private var serial: UInt64 = 0
  /// The requests that hold a place in the gate: the one in hand, or one whose client is gone.
  private var placeHolder: UInt64?

  // Reading.
  private var held: CircularBuffer<Held> = []
  private var isReplaying = false
  private var isFlushing = false
  private var readIsPending = false
  private var partsArrived = false
  private var arrivingOffersUpgrade = false
  private var arrivingIsUpgradable = false
  private var drainedBytes = 0

  // Time limits: one timer, set to the nearest deadline only when that comes nearer.
  private var deadline: NIODeadline = .distantFuture
  private var timer: Scheduled<Void>?
  private var timerDeadline: NIODeadline = .distantFuture
  private var headHasBegun = false

  private var isShuttingDown = false
  private var peerAddress: String?
  private let decoder: RequestDecoder

  init(shared: ConnectionContext, decoder: RequestDecoder) {
    self.shared = shared
    self.decoder = decoder
  }

  /// Builds the pipeline of a fresh connection.
  static func install(in channel: any Channel, shared: ConnectionContext) throws {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = shared.configuration.maximumHeaderFieldSize
    limits.maxHeaderListSize = shared.configuration.maximumHeadSize
    limits.maxHeaderFieldCount = shared.configuration.maximumHeaderCount
    let decoder = RequestDecoder(limits: limits)
    try channel.pipeline.syncOperations.addHandlers([
      ByteToMessageHandler(decoder), HTTPConnectionHandler(shared: shared, decoder: decoder),
    ])
  }

  // MARK: Events of the channel

  func channelActive(context: ChannelHandlerContext) {
    peerAddress = context.remoteAddress?.ipAddress
    setDeadline(after: shared.timeouts.idle, context: context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    abandonTask()
    state = .closed
    request = nil
    giveBackBody()
    held.removeAll()
    timer?.cancel()
    timer = nil
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    partsArrived = true
    let part = unwrapInboundIn(data)
    switch part {
    case .head(let head):
      arrivingOffersUpgrade = Self.offersUpgrade(head)
      arrivingIsUpgradable = arrivingOffersUpgrade && mayUpgrade(head)
    case .end where arrivingIsUpgradable: decoder.isPaused = true
    case .end where arrivingOffersUpgrade: decoder.shouldRenew = true
    case .body, .end: break
    }
    switch state {
    case .idle, .collecting: process(part, context: context)
    case .answering, .sending:
      if !bodyIsUnread {
        held.append(.part(part))
      } else if case .end = part {
        bodyIsUnread = false
      }
    case .draining: drain(part, context: context)
    case .upgraded, .closed: break
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if !partsArrived, case .idle = state, !headHasBegun {
      headHasBegun = true
      setDeadline(after: shared.timeouts.head, context: context)
    }
    partsArrived = false
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    switch state {
    // One read stays asked for while a request is answered: to withdraw and renew it would cost two
    // system calls a request. What it brings is held, and the next one waits.
    case .answering where held.isEmpty && !bodyIsUnread && !decoder.isPaused: context.read()
    case .answering, .sending: readIsPending = true
    case .idle, .collecting, .draining, .upgraded, .closed: context.read()
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if case .sending = state, !isFlushing, keepsAlive, context.channel.isWritable {
      proceed(context: context)
    }
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is ChannelShouldQuiesceEvent else {
      context.fireUserInboundEventTriggered(event)
      return
    }
    isShuttingDown = true
    if case .idle = state, !headHasBegun { close(context: context) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch (error, state) {
    case (let error as HTTPParserError, .idle), (let error as HTTPParserError, .collecting):
      refuse(error, context: context)
    case (let error as HTTPParserError, .answering), (let error as HTTPParserError, .sending):
      if !bodyIsUnread { held.append(.failure(error)) }
    case (ByteToMessageDecoderError.dataReceivedInErrorState(_, let bytes), .draining):
      drain(.body(bytes), context: context)
    case (is HTTPParserError, _), (is ByteToMessageDecoderError, _): break
    default:
      shared.logger.debug("connection failed", metadata: ["error": "\(error)"])
      close(context: context)
    }
  }

  // MARK: Collecting a request

  private func process(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
    switch (part, state) {
    case (.head(let head), .idle): begin(head, context: context)
    case (.body(let bytes), .collecting): collect(bytes, context: context)
    case (.end, .collecting): answer(context: context)
    default: break
    }
  }

  private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
    headHasBegun = false
    state = .collecting
    let request = HTTPRequest(head: head, peerAddress: peerAddress)
    let route = shared.router.route(method: head.method, path: request.path)
    self.request = request
    self.route = route
    omitsBody = head.method == .HEAD
    version = head.version
    keepsAlive = head.isKeepAlive && head.method != .CONNECT
    isUpgradable = route.isWebSocket && WebSocketHandshake.isOffered(by: head)
    bodyIsUnread = false
    setDeadline(after: shared.timeouts.body, context: context)
    if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }) {
      if length > route.bodyLimit {
        refuseBody(context: context)
        return
      }
      // Grown in steps beyond this: a claim alone must not allocate much.
      if length > 64 * 1024 { self.request?.body.reserveCapacity(min(length, 1024 * 1024)) }
    }
    if version == .http1_1,
      head.headers.first(name: "expect")?.lowercased() == "100-continue"
    {
      context.writeAndFlush(wrapOutboundOut(Self.continueResponse), promise: nil)
    }
  }

  private static let continueResponse = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")

  private func collect(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
    guard let limit = route?.bodyLimit else { return }
    let collected = request?.body.readableBytes ?? 0
    if collected + bytes.readableBytes > limit {
      refuseBody(context: context)
    } else if !takeBody(collected + bytes.readableBytes) {
      request?.body = ByteBuffer()
      bodyIsUnread = true
      endIsKnown = true
      keepsAlive = false
      write(Self.overloaded, context: context)
    } else if collected == 0, request?.body.capacity == 0 {
      request?.body = bytes
    } else {
      request?.body.writeImmutableBuffer(bytes)
    }
  }

  /// Takes what a body of `size` bytes needs of the budget; false if there is not enough left.
  private func takeBody(_ size: Int) -> Bool {
    guard size > BodyBudget.freeBytes else { return true }
    guard shared.bodies.take(size - takenBytes) else { return false }
    takenBytes = size
    return true
  }

  private func giveBackBody() {
    guard takenBytes > 0 else { return }
    shared.bodies.give(back: takenBytes)
    takenBytes = 0
  }

  private static let overloaded = HTTPResponse(
    status: .serviceUnavailable,
    contentType: .json,
    fields: [HTTPResponse.Field("Retry-After", "1")],
    body: ByteBuffer(
      string: #"{"code":"WorkerOverloaded","message":"Too much is being uploaded. Try again."}"#
    )
  )

  /// Answers without the rest of the body, and drops that rest.
  private func refuseBody(context: ChannelHandlerContext) {
    request?.body = ByteBuffer()
    request?.bodyExceedsLimit = true
    bodyIsUnread = true
    endIsKnown = true
    keepsAlive = false
    answer(context: context)
  }

  /// Whether the parser takes what follows this request for another protocol.
  private static func offersUpgrade(_ head: HTTPRequestHead) -> Bool {
    guard head.headers.contains(name: "upgrade") else { return head.method == .CONNECT }
    return head.headers["connection"].contains { $0.lowercased().contains("upgrade") }
  }

  /// Whether a request may become a WebSocket, so that what follows it must not be parsed yet.
  private func mayUpgrade(_ head: HTTPRequestHead) -> Bool {
    guard WebSocketHandshake.isOffered(by: head) else { return false }
    let path = HTTPRequest.split(target: head.uri).path
    return shared.router.route(method: head.method, path: path).isWebSocket
  }

  // MARK: Answering

  private func answer(context: ChannelHandlerContext) {
    state = .answering
    serial &+= 1
    setDeadline(after: shared.timeouts.request, context: context)
    let serial = self.serial
    if shared.gate.enter() {
      placeHolder = serial
      start(context: context)
      return
    }
    // Sound: the closure only carries the pair back to this event loop, where it is unwrapped.
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    let isAdmitted = shared.gate.enter { [gate = shared.gate] in
      bound.eventLoop.execute {
        let (handler, context) = bound.value
        if handler.isAnswering(serial) {
          handler.placeHolder = serial
          handler.start(context: context)
        } else {
          gate.leave()
        }
      }
    }
    if isAdmitted {
      placeHolder = serial
      start(context: context)
    }
  }

  private func isAnswering(_ serial: UInt64) -> Bool {
    if case .answering = state { serial == self.serial } else { false }
  }

  private func start(context: ChannelHandlerContext) {
    guard let route, let request = request.take() else { return }
    shared.counters.requestsInFlight.add(1, ordering: .relaxed)
    switch route.work {
    case .immediate(let work):
      finish(serial, with: work(request), context: context)
    case .webSocket(let admit):
      switch admit(request) {
      case .refuse(let response): finish(serial, with: response, context: context)
      case .accept(let fields, let makePeer):
        upgrade(request, fields: fields, makePeer: makePeer, context: context)
      }
    case .prompt(let begin):
      switch begin(request) {
      case .answer(let response): finish(serial, with: response, context: context)
      case .work(let work): run(work, context: context)
      }
    case .task(let work): run({ await work(request) }, context: context)
    }
  }

  private func run(
    _ work: @escaping @Sendable () async -> HTTPResponse,
    context: ChannelHandlerContext
  ) {
    let serial = self.serial
    // Sound: as in `answer`; the task itself touches neither handler nor context.
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    task = Task(executorPreference: shared.executor) {
      let response = await work()
      bound.eventLoop.execute {
        let (handler, context) = bound.value
        handler.finish(serial, with: response, context: context)
      }
    }
  }

  /// Takes the outcome of the request numbered `serial`, which may have been given up meanwhile.
  private func finish(
    _ serial: UInt64,
    with response: HTTPResponse,
    context: ChannelHandlerContext
  ) {
    leaveGate(serial)
    guard isAnswering(serial) else { return }
    task = nil
    write(response, context: context)
  }

  /// Gives up the answer being made, if one is, in the way its route wants.
  private func abandonTask() {
    if case .cancel = route?.onDisconnect { task?.cancel() }
    task = nil
  }

  private func leaveGate(_ serial: UInt64) {
    guard placeHolder == serial else { return }
    placeHolder = nil
    shared.counters.requestsInFlight.subtract(1, ordering: .relaxed)
    shared.gate.leave()
  }

  private func write(_ response: HTTPResponse, context: ChannelHandlerContext) {
    if isShuttingDown { keepsAlive = false }
    shared.counters.countResponse(status: response.status.code)
    let (head, rest) = HTTPResponseWriter.serialize(
      response,
      date: shared.date.now,
      persistence: !keepsAlive ? .close : version == .http1_1 ? .keepAlive : .announcedKeepAlive,
      omitsBody: omitsBody,
      allocator: context.channel.allocator
    )
    request = nil
    omitsBody = false
    route = nil
    giveBackBody()
    state = .sending
    if isUpgradable {
      isUpgradable = false
      // Nothing that was sent behind the request has been parsed, unless the request never ended.
      if decoder.isPaused { decoder.resume(context: context) }
    }
    let written = keepsAlive ? nil : context.eventLoop.makePromise(of: Void.self)
    context.write(wrapOutboundOut(head), promise: rest == nil ? written : nil)
    if let rest { context.write(wrapOutboundOut(rest), promise: written) }
    // Flushing may report writability at once; `isFlushing` keeps that from going ahead of us.
    isFlushing = true
    context.flush()
    isFlushing = false
    if written == nil, context.channel.isWritable {
      proceed(context: context)
      return
    }
    setDeadline(after: shared.timeouts.request, context: context)
    written?.futureResult.assumeIsolated().whenComplete { _ in
      self.finishSending(context: context)
    }
  }

  /// Goes on to the next request of the connection.
  private func proceed(context: ChannelHandlerContext) {
    state = .idle
    headHasBegun = false
    setDeadline(after: shared.timeouts.idle, context: context)
    // An answer made at once comes back here: the outermost call then does the rest.
    guard !isReplaying else { return }
    replayHeld(context: context)
    switch state {
    case .idle where isShuttingDown: close(context: context)
    case .idle, .collecting: resumeReading(context: context)
    case .answering, .sending, .draining, .upgraded, .closed: break
    }
  }

  private func resumeReading(context: ChannelHandlerContext) {
    guard readIsPending else { return }
    readIsPending = false
    context.read()
  }

  private func replayHeld(context: ChannelHandlerContext) {
    isReplaying = true
    defer { isReplaying = false }
    while state == .idle || state == .collecting, let next = held.popFirst() {
      switch next {
      case .part(let part): process(part, context: context)
      case .failure(let error): refuse(error, context: context)
      }
    }
  }

  // MARK: Upgrading

  /// Answers a handshake; if it is a good one, the connection is this handler's no longer.
  private func upgrade(
    _ request: HTTPRequest,
    fields: [HTTPResponse.Field],
    makePeer: (any EventLoop) -> any WebSocketPeer,
    context: ChannelHandlerContext
  ) {
    let key: String
    do throws(BackendError) {
      key = try WebSocketHandshake.key(of: request, isUpgradable: isUpgradable && decoder.isPaused)
    } catch {
      var response = HTTPResponse(error)
      response.fields += fields
      finish(serial, with: response, context: context)
      return
    }
    guard !isShuttingDown else {
      finish(serial, with: HTTPResponse(status: .serviceUnavailable), context: context)
      return
    }
    leaveGate(serial)
    giveBackBody()
    state = .upgraded
    timer?.cancel()
    timer = nil
    (self.request, route) = (nil, nil)
    let answer = WebSocketHandshake.answer(
      to: key,
      fields: fields,
      date: shared.date.now,
      allocator: context.channel.allocator
    )
    context.write(wrapOutboundOut(answer), promise: nil)
    let connection = WebSocketConnection(
      shared: shared,
      loop: shared.webSockets.loop(of: context.eventLoop),
      peer: makePeer(context.eventLoop)
    )
    do {
      try handOver(to: connection, context: context)
    } catch {
      shared.logger.debug("upgrade failed", metadata: ["error": "\(error)"])
      context.close(promise: nil)
    }
  }

  /// Puts a WebSocket in this handler's place.
  private func handOver(
    to connection: WebSocketConnection,
    context: ChannelHandlerContext
  ) throws {
    let pipeline = context.pipeline.syncOperations
    let decoding = try pipeline.context(handlerType: ByteToMessageHandler<RequestDecoder>.self)
    try pipeline.addHandler(connection, position: .after(self))
    resumeReading(context: context)
    decoder.handsOver = true
    // The decoder goes once it is no longer at work; this handler goes at once, since it could not
    // make sense of what the decoder leaves.
    pipeline.removeHandler(context: decoding, promise: nil)
    pipeline.removeHandler(context: context, promise: nil)
    connection.begin()
  }

  // MARK: Refusing and closing

  private func refuse(_ error: HTTPParserError, context: ChannelHandlerContext) {
    shared.counters.malformedRequests.add(1, ordering: .relaxed)
    let isTooLarge = error == .headerOverflow
    end(with: isTooLarge ? .requestHeaderFieldsTooLarge : .badRequest, context: context)
  }

  /// Writes a last answer without a body.
  private func end(with status: HTTPResponseStatus, context: ChannelHandlerContext) {
    bodyIsUnread = true
    endIsKnown = false
    keepsAlive = false
    write(HTTPResponse(status: status), context: context)
  }

  /// Closes after the last answer; at once, unless the client may still be sending: bytes that
  /// meet a closed socket make the kernel reset the connection, and the client loses the answer.
  private func finishSending(context: ChannelHandlerContext) {
    held.removeAll()
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

  private func drain(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
    switch part {
    case .body(let bytes):
      drainedBytes += bytes.readableBytes
      if drainedBytes > shared.configuration.maximumDrainedBytes { close(context: context) }
    case .end: close(context: context)
    case .head: break
    }
  }

  private func close(context: ChannelHandlerContext) {
    abandonTask()
    state = .closed
    timer?.cancel()
    timer = nil
    context.close(promise: nil)
  }

  // MARK: Time limits

  private func setDeadline(after limit: TimeAmount, context: ChannelHandlerContext) {
    deadline = .now() + limit
    if deadline < timerDeadline { setTimer(context: context) }
  }

  private func setTimer(context: ChannelHandlerContext) {
    timer?.cancel()
    timerDeadline = deadline
    // Sound: the timer fires on this event loop.
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(deadline: deadline) {
      let (handler, context) = bound.value
      handler.timerFired(context: context)
    }
  }

  private func timerFired(context: ChannelHandlerContext) {
    timer = nil
    timerDeadline = .distantFuture
    guard state != .closed else { return }
    if deadline > .now() {
      setTimer(context: context)
      return
    }
    switch state {
    case .idle where headHasBegun, .collecting:
      shared.counters.requestTimeouts.add(1, ordering: .relaxed)
      end(with: .requestTimeout, context: context)
    case .answering:
      shared.counters.requestTimeouts.add(1, ordering: .relaxed)
      abandonTask()
      leaveGate(serial)
      end(with: .requestTimeout, context: context)
    case .idle, .sending, .draining, .closed: close(context: context)
    case .upgraded: break
    }
  }
}
