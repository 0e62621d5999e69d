// Which connections are open: bounds their number and ends them at shutdown.

import NIOCore
import Synchronization

/// The open connections of one server.
final class ConnectionRegistry: Sendable {
  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var isClosing = false
    var whenEmpty: (@Sendable () -> Void)?
  }

  /// Protects the set; entered once per connection, from every event loop.
  private let state = Mutex(State())

  /// Takes in a connection, until it closes.
  ///
  /// - Returns: Whether it is welcome; after shutdown began it is not.
  func add(_ channel: any Channel, counters: ServerCounters) -> Bool {
    let isWelcome = state.withLock { state in
      guard !state.isClosing else { return false }
      state.channels[ObjectIdentifier(channel)] = channel
      return true
    }
    guard isWelcome else { return false }
    counters.connectionsAccepted.add(1, ordering: .relaxed)
    counters.connectionsOpen.add(1, ordering: .relaxed)
    channel.closeFuture.whenComplete { [self] _ in
      counters.connectionsOpen.subtract(1, ordering: .relaxed)
      remove(channel)
    }
    return true
  }

  private func remove(_ channel: any Channel) {
    let whenEmpty: (@Sendable () -> Void)? = state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = nil
      return state.channels.isEmpty ? state.whenEmpty : nil
    }
    whenEmpty?()
  }

  /// Lets connections finish what they have in hand and admits no new ones.
  ///
  /// - Parameter whenEmpty: Called when the last one has closed, possibly more than once.
  func quiesce(whenEmpty: @escaping @Sendable () -> Void) {
    let channels = state.withLock { state in
      state.isClosing = true
      state.whenEmpty = whenEmpty
      return Array(state.channels.values)
    }
    if channels.isEmpty { whenEmpty() }
    for channel in channels {
      channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
  }

  /// Closes whatever is still open.
  func closeAll() {
    let channels = state.withLock { Array($0.channels.values) }
    for channel in channels { channel.close(promise: nil) }
  }
}

/// Stops accepting while as many connections are open as the server allows.
///
/// Those beyond wait in the kernel's queue, which is kinder than accepting and resetting them.
final class AcceptLimiter: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias InboundOut = any Channel
  typealias OutboundIn = any Channel
  typealias OutboundOut = any Channel

  private let limit: Int
  private var open = 0
  private var readIsPending = false

  init(limit: Int) {
    self.limit = max(1, limit)
  }

  func read(context: ChannelHandlerContext) {
    if open < limit {
      context.read()
    } else {
      readIsPending = true
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    open += 1
    // Sound: hopped to the event loop of this handler before it is unwrapped.
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).whenComplete { _ in
      let (handler, context) = bound.value
      handler.connectionClosed(context: context)
    }
    context.fireChannelRead(data)
  }

  private func connectionClosed(context: ChannelHandlerContext) {
    open -= 1
    guard readIsPending, open < limit else { return }
    readIsPending = false
    context.read()
  }
}
