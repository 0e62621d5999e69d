// The time limits of a connection.

import Hull
import NIOCore
import NIOHTTP1
import Synchronization

extension HTTPConnectionHandler {
  func setDeadline(after limit: TimeAmount, context: ChannelHandlerContext) {
    deadline = .now() + limit
    if let end = waiting?.end ?? aside?.end { deadline = min(deadline, end) }
    setTimer(context: context)
  }

  /// Waits without limit, for what takes its own time.
  func clearDeadline() {
    deadline = .distantFuture
  }

  /// How far away a deadline may be that has a timer besides the one there is.
  private static let near = TimeAmount.seconds(5)

  /// Sees to it that some timer fires no later than the deadline.
  ///
  /// To cancel a timer takes an event loop a look at all it has. So a deadline that is near gets one
  /// of its own, and nothing is done for those that are farther away than one that is set.
  private func setTimer(context: ChannelHandlerContext) {
    guard deadline < min(timerDeadline, nearTimerDeadline) else { return }
    if timer != nil, deadline - .now() <= Self.near {
      nearTimerDeadline = deadline
      _ = schedule(at: deadline, context: context) { handler in
        // Of several only the first one to fire counts: the others find nothing due.
        handler.nearTimerDeadline = .distantFuture
      }
      return
    }
    timer?.cancel()
    timerDeadline = deadline
    timer = schedule(at: deadline, context: context) { handler in
      handler.timer = nil
      handler.timerDeadline = .distantFuture
    }
  }

  private func schedule(
    at deadline: NIODeadline,
    context: ChannelHandlerContext,
    _ hasFired: @escaping @Sendable (HTTPConnectionHandler) -> Void
  ) -> Scheduled<Void> {
    // Sound: the timer fires on this event loop.
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    return context.eventLoop.scheduleTask(deadline: deadline) {
      let (handler, context) = bound.value
      hasFired(handler)
      handler.timerFired(context: context)
    }
  }

  private func timerFired(context: ChannelHandlerContext) {
    guard state != .closed, state != .upgraded, deadline != .distantFuture else { return }
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
