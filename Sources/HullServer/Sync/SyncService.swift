// The sync protocol of one backend: what all its connections share.

package import HullRuntime
package import HullSync
package import NIOCore
import Synchronization

/// Makes the peers of WebSockets, each with a worker whose news come through its event loop's
/// mailbox.
package final class SyncService: Sendable {
  private let backend: Backend
  private let limits: SessionLimits
  private let auditor: TransitionAuditor?

  /// Guards the mailboxes, one per event loop; held for a look-up.
  private let mailboxes = Mutex<[ObjectIdentifier: SyncMailbox]>([:])

  /// Makes the service of a backend.
  ///
  /// - Parameters:
  ///   - backend: Runs the functions.
  ///   - limits: The bounds on each connection.
  ///   - auditor: Checks what is sent; nil for nobody.
  package init(
    backend: Backend,
    limits: SessionLimits = SessionLimits(),
    auditor: TransitionAuditor? = nil
  ) {
    self.backend = backend
    self.limits = limits
    self.auditor = auditor
  }

  /// Makes the server's side of a WebSocket.
  ///
  /// - Parameters:
  ///   - version: What the client says it is.
  ///   - client: What else is known of it.
  ///   - eventLoop: The socket's event loop, on which the peer lives.
  /// - Returns: The peer.
  package func makePeer(
    _ version: ClientVersion,
    _ client: ClientInfo,
    on eventLoop: any EventLoop
  ) -> any WebSocketPeer {
    SyncPeer(
      worker: SyncWorker(
        backend: backend,
        mailbox: mailbox(of: eventLoop),
        client: client,
        takesChunks: version.supportsTransitionChunks,
        limits: limits,
        auditor: auditor
      )
    )
  }

  private func mailbox(of eventLoop: any EventLoop) -> SyncMailbox {
    mailboxes.withLock { mailboxes in
      let key = ObjectIdentifier(eventLoop)
      if let mailbox = mailboxes[key] { return mailbox }
      let mailbox = SyncMailbox { body in eventLoop.execute(body) }
      mailboxes[key] = mailbox
      return mailbox
    }
  }
}
