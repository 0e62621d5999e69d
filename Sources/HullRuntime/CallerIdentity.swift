// On whose behalf a function runs.

import Foundation
package import Hull
package import HullValues

/// Who is calling.
package enum CallerIdentity: Sendable, Hashable {
  /// Nobody in particular.
  case anonymous
  /// A user whose token was verified.
  case user(UserIdentity)
  /// Someone with an admin key, perhaps in the place of a user.
  case admin(actingAs: UserIdentity?)

  /// Whether internal functions exist for the caller.
  package var isAdmin: Bool {
    if case .admin = self { true } else { false }
  }

  /// What functions learn about the caller; `nil` for nobody.
  package var user: UserIdentity? {
    switch self {
    case .anonymous: nil
    case .user(let user): user
    case .admin(let user): user
    }
  }
}

extension UserIdentity {
  private static let texts = [
    "name", "givenName", "familyName", "nickname", "preferredUsername", "profileUrl",
    "pictureUrl", "websiteUrl", "email", "gender", "birthday", "timezone", "language",
    "phoneNumber", "address", "updatedAt", "subject", "issuer", "tokenIdentifier",
  ]
  private static let truths = ["emailVerified", "phoneNumberVerified"]

  /// Checks attributes given as an object, standard ones under Convex's names.
  ///
  /// `tokenIdentifier` follows from `issuer` and `subject`, and they from it, where only one side
  /// is given. Names that are not standard become custom claims; a standard attribute that is null
  /// is absent.
  ///
  /// - Returns: `nil` when neither side is given, or a standard attribute has the wrong type.
  package init?(attributes given: ConvexObject) {
    let standard = Set(Self.texts + Self.truths)
    let attributes = given.keepingFields { !standard.contains($0) || given[$0]?.isNull == false }
    for name in Self.texts where attributes.contains(name) && attributes[name]?.string == nil {
      return nil
    }
    for name in Self.truths where attributes.contains(name) && attributes[name]?.boolean == nil {
      return nil
    }
    let identifier = attributes["tokenIdentifier"]?.string
    let parts = identifier?.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
    guard let issuer = attributes["issuer"]?.string ?? parts?.first.map(String.init),
      let subject = attributes["subject"]?.string
        ?? parts.map({ $0.count > 1 ? String($0[1]) : "" })
    else { return nil }
    guard let identity = try? UserIdentity(issuer: issuer, subject: subject, attributes: attributes)
    else { return nil }
    self = identity
  }

  /// Reads the identity an admin acts as: standard base64 of a JSON object.
  package init?(base64 text: String) {
    guard let data = Data(base64Encoded: text) else { return nil }
    self.init(json: Array(data))
  }

  /// Reads the identity an admin acts as: a JSON object.
  package init?(json: [UInt8]) {
    guard case .object(let attributes)? = try? JSONParser().value(json) else { return nil }
    self.init(attributes: attributes)
  }
}
