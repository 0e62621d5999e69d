// When to ping a client and when to take it for dead (spec/sync-protocol.md 11.1). No clock in here.

package import NIOCore

/// What is known about the other end of a socket, as of the last look at the clock.
package struct WebSocketLiveness {
  /// What is to be done now.
  package enum Verdict: Equatable, Sendable {
    case fine
    /// A ping is due.
    case ping
    /// The client has been silent for too long.
    case dead
  }

  private var wasHeard = false
  private var lastHeard: NIODeadline
  private var lastPing: NIODeadline

  /// A client that has just opened a socket and been pinged.
  package init(now: NIODeadline) {
    lastHeard = now
    lastPing = now
  }

  /// Something has arrived; when exactly does not matter until the next look at the clock.
  package mutating func heard() { wasHeard = true }

  /// Looks at the clock.
  ///
  /// - Parameters:
  ///   - now: The time.
  ///   - pingInterval: How often to ping.
  ///   - silence: How long the client may be silent.
  ///   - isPaused: Whether nothing is read, so that the client cannot be heard.
  /// - Returns: What is to be done; a ping is expected to be sent.
  package mutating func check(
    _ now: NIODeadline,
    pingInterval: TimeAmount,
    silence: TimeAmount,
    isPaused: Bool
  ) -> Verdict {
    if wasHeard || isPaused {
      wasHeard = false
      lastHeard = now
    }
    if now - lastHeard > silence { return .dead }
    guard now - lastPing >= pingInterval else { return .fine }
    lastPing = now
    return .ping
  }
}
