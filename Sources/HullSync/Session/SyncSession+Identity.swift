// On whose behalf a client acts (spec/sync-protocol.md 9).

package import HullPersistence
package import HullRuntime

extension SyncSession {
  mutating func handle(_ authenticate: ClientMessage.Authenticate) {
    guard authenticate.baseVersion == receivedIdentity else {
      fail(.internal)
      return
    }
    if case .none = authenticate.token {
      become(.anonymous)
    } else {
      deferred = []
      effects.append(.verify(authenticate.token))
    }
  }

  /// Learns who showed the token, and goes on with what waited for it.
  ///
  /// - Parameters:
  ///   - result: The identity, or why the token is refused.
  ///   - now: The wall clock.
  ///   - latest: The newest published commit.
  package mutating func verified(
    _ result: Result<SessionIdentity, BackendError>,
    now: Timestamp,
    latest: Timestamp
  ) {
    if isClosed { return }
    switch result {
    case .success(let identity):
      become(identity)
      handleDeferred(now: now, latest: latest)
    case .failure(let error):
      switch error.kind {
      case .unauthenticated, .forbidden, .badRequest:
        refuseIdentity(error.message, updateAttempted: true)
      // The provider, not the token, is at fault: the client may try again as it is.
      default: fail(error)
      }
    }
  }

  /// Acts for someone from here on.
  package mutating func become(_ identity: SessionIdentity) {
    self.identity = identity
    receivedIdentity += 1
    isUpdateDue = true
  }

  /// Ends the connection if the token that proved the identity has expired.
  mutating func checkIdentity(now: Timestamp) -> Bool {
    guard let expiresAt = identity.expiresAt, expiresAt <= now else { return true }
    refuseIdentity("Convex token identity expired", updateAttempted: false)
    return false
  }

  mutating func refuseIdentity(_ message: String, updateAttempted: Bool) {
    if isClosed { return }
    let error = ServerMessage.authError(
      message: message,
      baseVersion: version.identity,
      updateAttempted: updateAttempted
    )
    send(error.bytes)
    close(code: nil, reason: "")
  }
}
