// What is known about a caller whose token was good.

package import Hull
package import HullPersistence

/// A user's token that was verified.
package struct VerifiedToken: Sendable, Hashable {
  /// Whom it is about.
  ///
  /// Two tokens of one user with the same attributes have equal identities.
  package let identity: UserIdentity
  /// When the token ends: its `exp` claim.
  package let expiresAt: Timestamp

  /// A token whose every check has passed.
  package init(identity: UserIdentity, expiresAt: Timestamp) {
    self.identity = identity
    self.expiresAt = expiresAt
  }

  init(identity: UserIdentity, expirySeconds: Int64) {
    self.init(
      identity: identity,
      expiresAt: Timestamp.zero.advanced(by: .seconds(expirySeconds))
    )
  }

  /// Whether the identity is not valid any more.
  package func isExpired(at now: Timestamp) -> Bool { now >= expiresAt }
}
