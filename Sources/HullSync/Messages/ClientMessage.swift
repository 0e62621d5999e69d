// What a client may say (spec/sync-protocol.md 3).

package import HullPersistence
package import HullRuntime

/// One message of a client.
package enum ClientMessage: Sendable {
  /// Says who is connecting; the first message of every official client.
  case connect(Connect)
  /// Changes which queries the client is subscribed to.
  case modifyQuerySet(ModifyQuerySet)
  /// Asks for a mutation.
  case mutation(Call)
  /// Asks for an action.
  case action(Call)
  /// Says on whose behalf everything after it happens.
  case authenticate(Authenticate)
  /// Telemetry, which nobody answers.
  case event(String)
}

extension ClientMessage {
  /// Who connects.
  package struct Connect: Sendable, Hashable {
    /// Identifies the client's mutations, with their request ids, across connections.
    package var sessionID: SessionID
    /// How often the client has connected before.
    package var connectionCount: UInt32
    /// Why its last connection ended.
    package var lastCloseReason: String?
    /// The newest timestamp the client has seen.
    package var maxObservedTimestamp: Timestamp?
    /// The client's clock, in milliseconds since the epoch.
    package var clientTimestamp: Int64?

    /// Describes a connection.
    package init(
      sessionID: SessionID,
      connectionCount: UInt32 = 0,
      lastCloseReason: String? = nil,
      maxObservedTimestamp: Timestamp? = nil,
      clientTimestamp: Int64? = nil
    ) {
      self.sessionID = sessionID
      self.connectionCount = connectionCount
      self.lastCloseReason = lastCloseReason
      self.maxObservedTimestamp = maxObservedTimestamp
      self.clientTimestamp = clientTimestamp
    }
  }

  /// A change of the query set.
  package struct ModifyQuerySet: Sendable {
    /// The version the client believes the query set to have.
    package var baseVersion: QuerySetVersion
    /// The version it has afterwards.
    package var newVersion: QuerySetVersion
    /// What changes, in order.
    package var modifications: [Modification]

    /// Describes a change.
    package init(
      baseVersion: QuerySetVersion,
      newVersion: QuerySetVersion,
      modifications: [Modification]
    ) {
      self.baseVersion = baseVersion
      self.newVersion = newVersion
      self.modifications = modifications
    }

    /// One step of a change.
    package enum Modification: Sendable {
      case add(QueryID, Subscription)
      case remove(QueryID)
    }
  }

  /// A query to subscribe to.
  package struct Subscription: Sendable {
    /// The function, as the client spells it.
    package var path: String
    /// What it is called with.
    package var arguments: FunctionArguments
    /// The journal of an earlier run of the same query.
    package var journal: String?
    /// The component the function belongs to; nil or empty for the application.
    package var componentPath: String?
    /// How long the text is that describes it, in bytes.
    package var bytes: Int

    /// Describes a query.
    package init(
      path: String,
      arguments: FunctionArguments,
      journal: String? = nil,
      componentPath: String? = nil,
      bytes: Int = 0
    ) {
      self.path = path
      self.arguments = arguments
      self.journal = journal
      self.componentPath = componentPath
      self.bytes = bytes
    }
  }

  /// A mutation or an action to run.
  package struct Call: Sendable {
    /// What the response carries.
    package var requestID: RequestSequenceNumber
    /// The function, as the client spells it.
    package var path: String
    /// What it is called with.
    package var arguments: FunctionArguments
    /// The component the function belongs to; nil or empty for the application.
    package var componentPath: String?

    /// Describes a call.
    package init(
      requestID: RequestSequenceNumber,
      path: String,
      arguments: FunctionArguments,
      componentPath: String? = nil
    ) {
      self.requestID = requestID
      self.path = path
      self.arguments = arguments
      self.componentPath = componentPath
    }
  }

  /// A change of identity.
  package struct Authenticate: Sendable, Hashable {
    /// How many changes of identity came before on this connection.
    package var baseVersion: IdentityVersion
    /// What the client shows.
    package var token: AuthenticationToken

    /// Describes a change.
    package init(baseVersion: IdentityVersion, token: AuthenticationToken) {
      self.baseVersion = baseVersion
      self.token = token
    }
  }
}

/// What a client shows to prove who it is.
package enum AuthenticationToken: Sendable, Hashable {
  /// Nothing: the client is anonymous from here on.
  case none
  /// A user's JWT.
  case user(String)
  /// An admin key, perhaps with the attributes of a user to act as, as JSON text.
  case admin(key: String, actingAs: String?)
}

/// Numbers the queries of one client; chosen by the client.
package typealias QueryID = UInt32

/// Numbers the mutations and actions of one client; chosen by the client.
package typealias RequestSequenceNumber = UInt32

/// Counts the changes of a query set.
package typealias QuerySetVersion = UInt32

/// Counts the changes of identity on one connection.
package typealias IdentityVersion = UInt32
