// Where a client stands (spec/sync-protocol.md 5).

package import HullPersistence

/// The state of a connection as its client sees it.
///
/// Results at a version are those of all queries of the query set, run as the identity, at the one
/// timestamp.
package struct StateVersion: Sendable, Hashable {
  /// Which query set the results belong to.
  package var querySet: QuerySetVersion
  /// Which identity the queries were run as.
  package var identity: IdentityVersion
  /// When the results are from.
  package var timestamp: Timestamp

  /// Describes a state.
  package init(querySet: QuerySetVersion, identity: IdentityVersion, timestamp: Timestamp) {
    self.querySet = querySet
    self.identity = identity
    self.timestamp = timestamp
  }

  /// The state of every new connection.
  package static let initial = StateVersion(querySet: 0, identity: 0, timestamp: .zero)
}
