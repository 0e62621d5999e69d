// How a connection has a request answered, and writes the answer.

import Hull
import HullRuntime
import NIOCore
import NIOHTTP1
import Synchronization

extension HTTPConnectionHandler {
  func isAnswering(_ serial: UInt64) -> Bool {
    if case .answering = state { serial == self.serial } else { false }
  }

  func start(context: ChannelHandlerContext) {
    guard let route, let request = request.take() else { return }
    if let work = begunWork.take() {
      run(work, context: context)
      return
    }
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
    case .stream(let work):
      let body = streamedBody.take() ?? .empty
      run({ await work(request, body) }, context: context)
    }
  }

  func run(
    _ work: @escaping @Sendable () async -> HTTPResponse,
    context: ChannelHandlerContext
  ) {
    let serial = self.serial
    // Sound: as in `answer`; the task itself touches neither handler nor context.
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    var task: CancelableTask?
    if case .cancel? = route?.onDisconnect { task = CancelableTask() }
    self.task = task
    self.work = work
    let executor = shared.executor
    executor.begin { [task] in
      let made = Task(executorPreference: executor) {
        let response = await work()
        task?.hasEnded()
        bound.eventLoop.execute {
          let (handler, context) = bound.value
          handler.finish(serial, with: response, context: context)
        }
      }
      task?.hasBegun(made)
    }
  }

  /// Takes the outcome of the request numbered `serial`, which may have been given up meanwhile.
  func finish(
    _ serial: UInt64,
    with response: HTTPResponse,
    context: ChannelHandlerContext
  ) {
    leaveGate(serial)
    guard isAnswering(serial) else { return }
    task = nil
    work = nil
    write(response, context: context)
  }

  /// Gives up the answer being made, if one is, in the way its route wants.
  func abandonTask() {
    task?.cancel()
    task = nil
    work = nil
  }

  func write(_ response: HTTPResponse, context: ChannelHandlerContext) {
    if isShuttingDown { keepsAlive = false }
    if incoming != nil { settlePersistence() }
    if let content = response.content {
      write(response, content, context: context)
      return
    }
    let (head, rest) = HTTPResponseWriter.serialize(
      response,
      date: shared.date.now,
      persistence: persistence,
      omitsBody: omitsBody,
      allocator: context.channel.allocator
    )
    let length = rest?.readableBytes ?? 0
    guard takeAnswer(length) else {
      refuseAnswer(context: context)
      return
    }
    shared.counters.countResponse(status: response.status.code)
    beginSending(context: context)
    takenBytes = length
    let written = keepsAlive ? nil : context.eventLoop.makePromise(of: Void.self)
    context.write(wrapOutboundOut(head), promise: rest == nil ? written : nil)
    if let rest { context.write(wrapOutboundOut(rest), promise: written) }
    flush(context: context)
    answerIsWritten(written, context: context)
  }

  /// Takes what a long answer needs of the budget until the client has taken it, in place of what the
  /// request has; false if there is not enough left.
  private func takeAnswer(_ length: Int) -> Bool {
    giveBackBody()
    return length == 0 || shared.bodies.take(length)
  }

  /// Does without an answer for which there is no memory, because others wait for clients that do not
  /// take theirs.
  private func refuseAnswer(context: ChannelHandlerContext) {
    shared.counters.requestsTurnedAway.add(1, ordering: .relaxed)
    if case .runToCompletion? = route?.onDisconnect {
      // What was asked for is done, which no refusal may deny: its caller is to find out.
      close(context: context)
    } else {
      write(HTTPResponse(Self.answersAreTooLarge), context: context)
    }
  }

  private static let answersAreTooLarge = BackendError(
    kind: .overloaded,
    code: "WorkerOverloaded",
    message: "Too much is being downloaded. Try again."
  )

  /// What the connection does after the answer in hand.
  var persistence: HTTPResponseWriter.Persistence {
    !keepsAlive ? .close : version == .http1_1 ? .keepAlive : .announcedKeepAlive
  }

  /// Lets go of the request whose answer begins to be written.
  func beginSending(context: ChannelHandlerContext) {
    if waiting != nil || aside != nil { stopWaiting() }
    request = nil
    omitsBody = false
    route = nil
    giveBackBody()
    state = .sending
    guard isUpgradable else { return }
    isUpgradable = false
    // Nothing that was sent behind the request has been parsed, unless the request never ended.
    if decoder.isPaused { decoder.resume(context: context) }
  }

  /// Flushing may report writability at once; `isFlushing` keeps that from going ahead of us.
  func flush(context: ChannelHandlerContext) {
    isFlushing = true
    context.flush()
    isFlushing = false
  }

  /// Goes on after the last byte of an answer.
  ///
  /// - Parameters:
  ///   - written: Kept once the client's system has the answer; nil if the connection stays.
  ///   - context: The context of this handler.
  func answerIsWritten(_ written: EventLoopPromise<Void>?, context: ChannelHandlerContext) {
    if incoming != nil { abandonIncoming() }
    if written == nil, context.channel.isWritable {
      goOn(context: context)
      return
    }
    setDeadline(after: shared.timeouts.request, context: context)
    written?.futureResult.assumeIsolated().whenComplete { _ in
      self.finishSending(context: context)
    }
  }
}
