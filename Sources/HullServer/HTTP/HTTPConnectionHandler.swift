// One HTTP/1.1 connection: collects a request, has it answered, writes the answer, and again.
//
// Requests of one connection are answered one at a time and in order. While an answer is being
// made the socket is not read, so a client that pipelines is held back by TCP, and what had been
// read already waits in `held`. A request whose route wants it piece by piece is answered from its
// head on, and the socket is read as fast as its reader takes the pieces.
//
// A WebSocket upgrade happens here. NIO's own upgraders are not used: they drop the head of a request
// that offers an upgrade nobody takes, and look only at the first request of a connection.
//
// The parts of the handler are in extensions: +Requests, +IncomingBodies, +Admission, +Answers,
// +OutgoingBodies, +Endings, +Upgrade, +Deadlines.

import Hull
import Logging
import NIOCore
import NIOHTTP1

/// The state of one connection; lives on its event loop only.
final class HTTPConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  enum State {
    /// Between requests.
    case idle
    /// A head has arrived, its body is arriving.
    case collecting
    /// A request waits for its answer; its body may still be arriving.
    case answering
    /// The answer is on its way; the client does not take it as fast as it was made.
    case sending
    /// The answer is written; the little that is left of the request is dropped before the next one.
    case skipping
    /// The last answer is written; what still arrives is dropped.
    case draining
    /// The connection is a WebSocket now, and no longer this handler's.
    case upgraded
    /// Nothing more will be read or written.
    case closed
  }

  /// What arrived while a request was being answered.
  enum Held {
    case part(HTTPServerRequestPart)
    case failure(HTTPParserError)
  }

  let shared: ConnectionContext
  var state = State.idle

  // The request in hand.
  /// The request until it is handed to its route.
  var request: HTTPRequest?
  /// Whether its answer has no body, because it is a HEAD.
  var omitsBody = false
  var route: HTTPRoute?
  var version = HTTPVersion.http1_1
  var keepsAlive = false
  /// Whether the request offers a WebSocket where there may be one; the decoder then waits.
  var isUpgradable = false
  /// What the body in hand has taken of the budget.
  var takenBytes = 0
  var bodyIsUnread = false
  /// Whether the parser will tell where the unread body ends.
  var endIsKnown = false
  /// The body of the request while it arrives and goes to its route piece by piece.
  var incoming: Incoming?
  /// The same body until the route gets it.
  var streamedBody: HTTPBody?
  /// The body of the answer while it is written piece by piece.
  var outgoing: Outgoing?
  /// The task that makes the answer, if it is to be cancelled when the client goes away.
  var task: CancelableTask?
  /// The work the request has been handed to, kept so that what it holds of the request is freed by the
  /// thread that allocated it.
  var work: (@Sendable () async -> HTTPResponse)?
  /// Counts requests, so that an answer that comes too late is recognised.
  var serial: UInt64 = 0
  /// The requests that hold a place in the gate: the one in hand, or one whose client is gone.
  var placeHolder: UInt64?
  /// Which of the gates that place is in.
  var placeLane = HTTPRoute.Lane.requests
  /// The number under which the request in hand waits for a place, and until when.
  var waiting: (number: UInt64, end: NIODeadline)?
  /// Until when the request in hand is put aside, which has found the queue full; and for which gate.
  var aside: (end: NIODeadline, lane: HTTPRoute.Lane)?
  /// What is left to do of a request that was begun before it had a place.
  var begunWork: (@Sendable () async -> HTTPResponse)?

  // Reading.
  var held: CircularBuffer<Held> = []
  var isReplaying = false
  var isFlushing = false
  var readIsPending = false
  var partsArrived = false
  var arrivingOffersUpgrade = false
  var arrivingIsUpgradable = false
  var drainedBytes = 0

  // Time limits: one timer, set to the nearest deadline only when that comes nearer, and others that
  // fire soon.
  var deadline: NIODeadline = .distantFuture
  var timer: Scheduled<Void>?
  /// When the next of the timers for near deadlines fires.
  var nearTimerDeadline = NIODeadline.distantFuture
  var timerDeadline: NIODeadline = .distantFuture
  var headHasBegun = false

  var isShuttingDown = false
  var peerAddress: String?
  let decoder: RequestDecoder

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
    stopWaiting()
    state = .closed
    abandonBodies()
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
      if incoming != nil {
        receive(part, context: context)
      } else if !bodyIsUnread {
        held.append(.part(part))
      } else if case .end = part {
        bodyIsUnread = false
      }
    case .skipping: skip(part, context: context)
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
    case .answering where incoming == nil && held.isEmpty && !bodyIsUnread && !decoder.isPaused:
      context.read()
    case .answering, .sending:
      if incoming != nil {
        readForRoute(context: context)
      } else if outgoing != nil, held.isEmpty, !bodyIsUnread, !decoder.isPaused {
        // As above; it also tells that the client of a silent stream has gone.
        context.read()
      } else {
        readIsPending = true
      }
    case .idle, .collecting, .skipping, .draining, .upgraded, .closed: context.read()
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if case .sending = state, !isFlushing, context.channel.isWritable {
      if outgoing != nil {
        continueSending(context: context)
      } else if keepsAlive {
        goOn(context: context)
      }
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
      if incoming != nil {
        bodyIsMalformed(error, context: context)
      } else if !bodyIsUnread {
        held.append(.failure(error))
      }
    case (ByteToMessageDecoderError.dataReceivedInErrorState(_, let bytes), .draining):
      drain(.body(bytes), context: context)
    case (is HTTPParserError, _), (is ByteToMessageDecoderError, _): break
    default:
      shared.logger.debug("connection failed", metadata: ["error": "\(error)"])
      close(context: context)
    }
  }
}
