// How a request gets its place among those that are worked on, or none.

import Hull
import HullRuntime
import NIOCore
import Synchronization

extension HTTPConnectionHandler {
  /// Has the request in hand answered, once there is a place for it.
  func answer(context: ChannelHandlerContext) {
    state = .answering
    serial &+= 1
    setDeadline(after: shared.timeouts.request, context: context)
    guard let lane = route?.lane else {
      start(context: context)
      return
    }
    if shared.gates[lane].enter() {
      takePlace(in: lane)
      start(context: context)
    } else if begin(in: lane, context: context) {
      wait(in: lane, context: context)
    }
  }

  /// Begins a request that has no place, as far as that goes on the event loop: an answer that is there
  /// need not wait.
  ///
  /// - Returns: Whether there is more to do.
  private func begin(in lane: HTTPRoute.Lane, context: ChannelHandlerContext) -> Bool {
    guard case .prompt(let begin)? = route?.work, let request, shared.gates[lane].hasRoomToWait
    else { return true }
    switch begin(request) {
    case .answer(let response):
      write(response, context: context)
      return false
    case .work(let work):
      begunWork = work
      return true
    }
  }

  /// Has the request wait in the queue, or aside from it if it is full.
  ///
  /// - Parameters:
  ///   - lane: Which place it needs.
  ///   - wasAside: Whether it has found the queue full before: it is refused if it is so still.
  ///   - context: The handler's context.
  private func wait(
    in lane: HTTPRoute.Lane,
    wasAside: Bool = false,
    context: ChannelHandlerContext
  ) {
    let serial = self.serial
    // Sound: the closure only carries the pair back to this event loop, where it is unwrapped.
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    let entry = shared.gates[lane].enter { outcome in
      bound.eventLoop.execute {
        let (handler, context) = bound.value
        handler.waitingHasEnded(outcome, serial, in: lane, context: context)
      }
    }
    switch entry {
    case .admitted:
      takePlace(in: lane)
      if wasAside { setDeadlineOfWork(context: context) }
      start(context: context)
    case .waits(let number, let end):
      shared.counters.requestsWaiting.add(1, ordering: .relaxed)
      (waiting, placeLane) = ((number, end), lane)
      setDeadline(after: shared.timeouts.request, context: context)
    case .full where !wasAside && shared.timeouts.refusal > .zero:
      shared.counters.requestsWaiting.add(1, ordering: .relaxed)
      aside = (Self.endTogether(.now() + shared.timeouts.refusal), lane)
      setDeadline(after: shared.timeouts.request, context: context)
    case .full:
      shared.counters.requestsTurnedAway.add(1, ordering: .relaxed)
      turnAway(Self.queueIsFull, context: context)
    }
  }

  /// Puts off the end of a time aside, by a fiftieth of a second at most, to when others end.
  ///
  /// To send many refusals at once takes less than to wake up for each, here and where they are read.
  private static func endTogether(_ end: NIODeadline) -> NIODeadline {
    let step: UInt64 = 20_000_000
    return .uptimeNanoseconds((end.uptimeNanoseconds / step + 1) * step)
  }

  private func waitingHasEnded(
    _ outcome: RequestGate.Outcome,
    _ serial: UInt64,
    in lane: HTTPRoute.Lane,
    context: ChannelHandlerContext
  ) {
    // The request may have ended while the news was on its way.
    guard waiting != nil, isAnswering(serial) else {
      if case .admitted = outcome { shared.gates[lane].leave() }
      return
    }
    hasWaited()
    switch outcome {
    case .admitted:
      takePlace(in: lane)
      setDeadlineOfWork(context: context)
      start(context: context)
    case .expired:
      shared.counters.requestsExpired.add(1, ordering: .relaxed)
      turnAway(Self.hasExpired, context: context)
    }
  }

  /// Sets the time there is once the request has waited: for more of its body, or for the answer.
  private func setDeadlineOfWork(context: ChannelHandlerContext) {
    let isReceiving = incoming.map { !$0.owesContinue } ?? false
    setDeadline(
      after: isReceiving ? shared.timeouts.body : shared.timeouts.request,
      context: context
    )
  }

  /// The time in the queue is over, and nobody has left.
  func queueTimeIsOver(context: ChannelHandlerContext) {
    guard let number = waiting?.number else { return }
    let isLate = shared.gates[placeLane].giveUp(number)
    // If it is not, its turn has come, and the news is on its way.
    if !isLate { return }
    hasWaited()
    shared.counters.requestsExpired.add(1, ordering: .relaxed)
    turnAway(Self.hasExpired, context: context)
  }

  /// The request in hand has been aside for long enough.
  func timeAsideIsOver(context: ChannelHandlerContext) {
    guard let lane = aside?.lane else { return }
    isNoLongerAside()
    setDeadline(after: shared.timeouts.request, context: context)
    wait(in: lane, wasAside: true, context: context)
  }

  /// The request in hand is not aside any more.
  private func isNoLongerAside() {
    aside = nil
    shared.counters.requestsWaiting.subtract(1, ordering: .relaxed)
  }

  /// Gives the turn of the request in hand to others, if it waits for one.
  func stopWaiting() {
    if aside != nil {
      isNoLongerAside()
      begunWork = nil
    }
    guard let number = waiting?.number else { return }
    hasWaited()
    begunWork = nil
    _ = shared.gates[placeLane].giveUp(number)
  }

  private func hasWaited() {
    waiting = nil
    shared.counters.requestsWaiting.subtract(1, ordering: .relaxed)
  }

  private func takePlace(in lane: HTTPRoute.Lane) {
    (placeHolder, placeLane) = (serial, lane)
    shared.counters.requestsInFlight.add(1, ordering: .relaxed)
  }

  /// Gives back the place of a request, if it has one.
  func leaveGate(_ serial: UInt64) {
    guard placeHolder == serial else { return }
    placeHolder = nil
    shared.counters.requestsInFlight.subtract(1, ordering: .relaxed)
    shared.gates[placeLane].leave()
  }

  /// Answers a request that there is no room for.
  func turnAway(_ error: BackendError, context: ChannelHandlerContext) {
    begunWork = nil
    let response = request.map { shared.router.refusal(of: $0, error) } ?? HTTPResponse(error)
    write(response, context: context)
  }

  private static let queueIsFull = overload("ExecuteFullError")
  private static let hasExpired = overload("ExpiredInQueue")

  private static func overload(_ code: String) -> BackendError {
    BackendError(
      kind: .overloaded,
      code: code,
      message: "More requests arrive than the server can answer in time. Try again later, and "
        + "spread requests over time."
    )
  }
}
