// What a session wants done: the only way it acts on the world.

package import HullDatabase
package import HullPersistence
package import HullRuntime

/// Something a session asks its worker to do.
package enum SessionEffect: Sendable {
  /// Send a message.
  case send([UInt8])
  /// Send a message that is a further piece of the one before.
  case sendContinuation([UInt8])
  /// Find out who shows a token, and tell the session with ``SyncSession/verified(_:)``.
  case verify(AuthenticationToken)
  /// Get the result of a query, and tell the session with ``SyncSession/fetched(_:_:)``.
  case fetch(SessionFetch)
  /// Tell the session when a result does not hold any more.
  case watch(QueryResult)
  /// Stop watching a result.
  case unwatch(QueryResult)
  /// Forget what was looked up for a query, which is gone.
  case forget(QueryID)
  /// Run a mutation, and tell the session with ``SyncSession/mutationFinished(_:)``.
  case runMutation(SessionMutation)
  /// Run an action, and tell the session with ``SyncSession/actionFinished(_:_:)``.
  case runAction(SessionAction)
  /// Check, where that is wanted, what the client has now: these results were sent.
  case audit(StateVersion, sent: [QueryID])
  /// Close the socket, after what was sent; without a code for a close frame without one.
  case close(code: UInt16?, reason: String)
}

/// A query whose result a session needs.
///
/// An object: thousands of clients may wait for one commit, and each of these is handed on often.
package final class SessionFetch: Sendable {
  /// The query.
  package let queryID: QueryID
  /// What the client subscribed to.
  package let subscription: SubscriptionReference
  /// On whose behalf.
  package let identity: CallerIdentity
  /// Counts identities, so that what was looked up for one is not used for another.
  package let identityVersion: IdentityVersion
  /// The journal of the former run.
  package let journal: String?
  /// What the client has, if it is still who it was when it got it: all who have this very result
  /// have asked the same.
  package let former: QueryResult?
  /// The snapshot.
  package let timestamp: Timestamp
  /// Tells the update the result is for from those before it.
  package let update: UInt64

  init(
    queryID: QueryID,
    subscription: SubscriptionReference,
    identity: CallerIdentity,
    identityVersion: IdentityVersion,
    journal: String?,
    former: QueryResult?,
    timestamp: Timestamp,
    update: UInt64
  ) {
    self.queryID = queryID
    self.subscription = subscription
    self.identity = identity
    self.identityVersion = identityVersion
    self.journal = journal
    self.former = former
    self.timestamp = timestamp
    self.update = update
  }

  /// The same fetch, of which nobody says what the client has.
  var alone: SessionFetch {
    SessionFetch(
      queryID: queryID,
      subscription: subscription,
      identity: identity,
      identityVersion: identityVersion,
      journal: journal,
      former: nil,
      timestamp: timestamp,
      update: update
    )
  }
}

/// What a client subscribed to, once for everyone who needs to know.
package final class SubscriptionReference: Sendable {
  /// The query.
  package let value: ClientMessage.Subscription

  init(_ value: ClientMessage.Subscription) { self.value = value }
}

/// A mutation that is to run.
package struct SessionMutation: Sendable {
  /// What the client asked for.
  package var call: ClientMessage.Call
  /// How long the message was that asked for it.
  package var bytes: Int
  /// On whose behalf: who the client was when it asked.
  package var identity: CallerIdentity
  /// The token that proved it.
  package var token: String?
  /// The session the mutation happens once in; nil for a client that has not said which.
  package var sessionID: SessionID?
  /// Shows the session the timestamp of the commit before anyone can read it.
  package let ticket = CommitTicket()
}

/// An action that is to run.
package struct SessionAction: Sendable {
  /// What the client asked for.
  package var call: ClientMessage.Call
  /// On whose behalf.
  package var identity: CallerIdentity
  /// The token that proved it.
  package var token: String?
}

/// On whose behalf a client acts, and for how long.
package struct SessionIdentity: Sendable {
  /// Who it is.
  package var caller: CallerIdentity
  /// When the token that proved it expires; nil for never.
  package var expiresAt: Timestamp?
  /// The token that proved it; nil for none, or an admin key.
  package var token: String?

  /// Describes an identity.
  package init(caller: CallerIdentity, expiresAt: Timestamp? = nil, token: String? = nil) {
    self.caller = caller
    self.expiresAt = expiresAt
    self.token = token
  }

  /// Nobody in particular.
  package static let anonymous = SessionIdentity(caller: .anonymous)
}

/// Bounds on one connection (spec/sync-protocol.md 11).
package struct SessionLimits: Sendable {
  /// Mutations that wait for the running one.
  package var queuedMutations = 1000
  /// Actions that run when another one is asked for.
  package var runningActions = 1000
  /// Bytes of the messages whose mutations and actions are not done: 64 MiB.
  package var requestBytes = 64 << 20
  /// Queries a client may be subscribed to.
  package var queries = 250_000
  /// Bytes of the texts that describe these queries, arguments and all: 64 MiB.
  package var subscriptionBytes = 64 << 20
  /// How long a mutation may take.
  package var mutationTime: Duration = .seconds(60)
  /// Results that are asked for at a time.
  package var concurrentFetches = 20
  /// Silence after which the client is sent a sign of life.
  package var pingInterval: Duration = .seconds(15)
  /// Bytes of messages that may wait while a token is verified: as many as one message may have.
  package var deferredBytes = 64 << 20
  /// The longest Transition that is sent whole to a client that takes pieces, in bytes.
  package var largestTransition = TransitionChunks.largestPiece
  /// The longest Transition there may be, in bytes: 128 MiB.
  ///
  /// Each query of a client has its result in it, be it that of another one, too.
  package var longestTransition = 128 << 20
  /// The first pause before a query is tried again that failed through no fault of its own.
  package var retryPause: Duration = .milliseconds(500)
  /// The longest such pause; the reference waits for up to ten minutes, in which a client sees nothing
  /// change.
  package var longestRetryPause: Duration = .seconds(8)

  /// The reference's figures, where it has any and nothing else is said.
  package init() {}
}
