// The time limits of a connection.

import Hull
import NIOCore
import NIOHTTP1
import Synchronization

extension HTTPConnectionHandler {
  func setDeadline(after limit: TimeAmount, context: ChannelHandlerContext) {
    deadline = .now() + limit
    if let end = waiting?.end ?? aside?.end { deadline = min(deadline, end) }
    if deadline < timerDeadline { setTimer(context: context) }
  }

  /// Waits without limit, for what takes its own time.
  func clearDeadline() {
    deadline = .distantFuture
  }

  func setTimer(context: ChannelHandlerContext) {
    timer?.cancel()
    timerDeadline = deadline
    // Sound: the timer fires on this event loop.
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(deadline: deadline) {
      let (handler, context) = bound.value
      handler.timerFired(context: context)
    }
  }

  func timerFired(context: ChannelHandlerContext) {
    timer = nil
    timerDeadline = .distantFuture
    guard state != .closed else { return }
    guard deadline != .distantFuture else { return }
    if deadline > .now() {
      setTimer(context: context)
      return
    }
    switch state {
    case .idle where headHasBegun, .collecting:
      shared.counters.requestTimeouts.add(1, ordering: .relaxed)
      end(with: .requestTimeout, context: context)
    case .answering where waiting.map { $0.end <= .now() } ?? false:
      queueTimeIsOver(context: context)
    case .answering where aside.map { $0.end <= .now() } ?? false:
      timeAsideIsOver(context: context)
    case .answering:
      shared.counters.requestTimeouts.add(1, ordering: .relaxed)
      abandonTask()
      failIncoming(.timedOut)
      leaveGate(serial)
      end(with: .requestTimeout, context: context)
    case .idle, .sending, .skipping, .draining, .closed: close(context: context)
    case .upgraded: break
    }
  }
}
