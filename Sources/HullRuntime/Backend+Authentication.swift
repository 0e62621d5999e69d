// Who is calling: admin keys and users' tokens become identities.

import Hull
import HullValues

extension Backend {
  /// Makes a new admin key; every key ever made stays valid.
  package func issueAdminKey() -> String { adminKeys.issue(from: configuration.random) }

  /// Whom a user's token is about.
  ///
  /// A token that is not good never makes its bearer anonymous: who may want that, such as an HTTP
  /// action, catches the error.
  ///
  /// - Parameter text: The token.
  /// - Returns: The identity, for ``CallerIdentity/user(_:)``, and when it ends.
  /// - Throws: ``BackendError`` that says which check failed.
  package func authenticate(userToken text: String) async throws(BackendError) -> VerifiedToken {
    try await tokens.verify(text)
  }

  /// Who the bearer of an admin key is, as the `Authorization` header has it.
  ///
  /// - Parameter text: The key, perhaps followed by `:` and the identity to act as, in base64.
  /// - Returns: An admin, acting as the user of the key if it names one.
  /// - Throws: ``BackendError`` `BadAdminKey` for a key of another instance or none at all, and
  ///   `HeaderParseFailure` for an unreadable identity.
  package func authenticate(adminKey text: String) throws(BackendError) -> CallerIdentity {
    let stripped = AdminKeyBroker.removingTypePrefix(text)
    guard let colon = stripped.firstIndex(of: ":") else {
      return try authenticate(strippedKey: stripped, user: nil)
    }
    guard let user = UserIdentity(base64: String(stripped[stripped.index(after: colon)...])) else {
      throw BackendError(
        kind: .badRequest,
        code: "HeaderParseFailure",
        message: "Malformed Authorization header."
      )
    }
    return try authenticate(strippedKey: String(stripped[..<colon]), user: user)
  }

  /// Who the bearer of an admin key is, as a WebSocket message has it.
  ///
  /// - Parameters:
  ///   - text: The key alone.
  ///   - json: The attributes of the user to act as, a JSON object; `nil` for nobody.
  /// - Returns: An admin, acting as the user if there is one.
  /// - Throws: ``BackendError`` `BadAdminKey`, and `InvalidActingIdentity` for attributes that do not
  ///   make an identity.
  package func authenticate(
    adminKey text: String,
    actingAs json: String?
  ) throws(BackendError) -> CallerIdentity {
    var user: UserIdentity?
    if let json {
      user = UserIdentity(json: Array(json.utf8))
      guard user != nil else {
        throw BackendError(
          kind: .badRequest,
          code: "InvalidActingIdentity",
          message: """
            The identity to act as is not one: either "tokenIdentifier" or "issuer" and "subject" \
            must be set, and standard attributes must have their types.
            """
        )
      }
    }
    return try authenticate(strippedKey: AdminKeyBroker.removingTypePrefix(text), user: user)
  }

  private func authenticate(
    strippedKey key: String,
    user: UserIdentity?
  ) throws(BackendError) -> CallerIdentity {
    guard adminKeys.isValid(key) else {
      throw BackendError(
        kind: .unauthenticated,
        code: "BadAdminKey",
        message: "The provided admin key was invalid for this instance"
      )
    }
    return .admin(actingAs: user)
  }
}
