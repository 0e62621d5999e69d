/// Who calls the function: `ctx.auth`.
public struct Authentication: Sendable {
  let host: HostHandle

  /// The authenticated caller; nil for an anonymous one, the scheduler and crons.
  ///
  /// A query that asks is cached per identity and run again when the caller's identity changes.
  public func getUserIdentity() async throws -> UserIdentity? { try await host.host.identity() }
}

/// What an authentication provider says about a caller (spec/functions.md 14.4).
///
/// Claims keep the names they have in Convex: `identity["role"]` is a custom claim, nil if absent.
public struct UserIdentity: Sendable, Hashable {
  /// Issuer and subject, joined by `|`: the one key that is unique across providers.
  public let tokenIdentifier: String
  /// The caller's id at its provider.
  public let subject: String
  /// The provider.
  public let issuer: String
  /// Every attribute by its Convex name, the three above included.
  public let attributes: ConvexObject

  /// Makes an identity.
  ///
  /// - Parameters:
  ///   - issuer: The provider.
  ///   - subject: The caller's id at the provider.
  ///   - attributes: Further attributes by their Convex names.
  /// - Throws: `ConvexValueError` for an attribute whose name is no field name.
  public init(issuer: String, subject: String, attributes: ConvexObject = [:]) throws {
    self.issuer = issuer
    self.subject = subject
    tokenIdentifier =
      attributes["tokenIdentifier"]?.string ?? "\(issuer)|\(subject)"
    var all = attributes
    try all.set("issuer", to: .string(issuer))
    try all.set("subject", to: .string(subject))
    try all.set("tokenIdentifier", to: .string(tokenIdentifier))
    self.attributes = all
  }

  /// An attribute or custom claim; nil if the identity has none of that name.
  public subscript(name: String) -> ConvexValue? { attributes[name] }

  /// The full name.
  public var name: String? { attributes["name"]?.string }
  /// The email address.
  public var email: String? { attributes["email"]?.string }
  /// Whether the provider has verified the email address.
  public var emailVerified: Bool? { attributes["emailVerified"]?.boolean }
  /// The phone number.
  public var phoneNumber: String? { attributes["phoneNumber"]?.string }
  /// The address of a picture.
  public var pictureURL: String? { attributes["pictureUrl"]?.string }
}
