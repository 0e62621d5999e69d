/// Who may vouch for the users of an application (spec/functions.md 14.1).
///
/// ```swift
/// @main struct Chat: HullApplication {
///   static let authProviders: [AuthProvider] = [
///     .oidc(domain: "https://chat.eu.auth0.com", applicationID: "chat"),
///     .customJWT(
///       issuer: "https://login.example.com",
///       jwks: "https://login.example.com/keys.json",
///       algorithm: .es256,
///       applicationID: "chat"
///     ),
///   ]
/// }
/// ```
///
/// A token goes to the first provider whose issuer it names and whose application is among its
/// audiences; that provider alone decides about it. Providers are checked when the application
/// starts, see ``Application/init(name:schema:modules:authProviders:)``.
public struct AuthProvider: Sendable, Hashable {
  /// How the tokens of a provider of custom JWTs are signed.
  public enum SignatureAlgorithm: String, Sendable, Hashable {
    /// RSA with SHA-256 and PKCS #1 padding.
    case rs256 = "RS256"
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"
  }

  /// What kind of tokens a provider issues, and where its keys are.
  package enum Kind: Sendable, Hashable {
    /// OpenID Connect: the issuer tells where its keys are.
    case openID
    /// Any JWT: the application says where the keys are and how they sign.
    case customJWT(keys: String, algorithm: SignatureAlgorithm)
  }

  /// The `iss` claim of the provider's tokens, where `https://` and a trailing slash do not count.
  public let issuer: String
  /// The `aud` claim that tokens for this application have; nil where any audience will do.
  public let applicationID: String?
  package let kind: Kind

  package init(issuer: String, applicationID: String?, kind: Kind) {
    self.issuer = issuer
    self.applicationID = applicationID
    self.kind = kind
  }

  /// A provider of OpenID Connect: Auth0, Clerk, Keycloak, Google and the like.
  ///
  /// Tokens are ID tokens signed with RS256 or EdDSA. The provider's keys are found through its
  /// discovery document, `/.well-known/openid-configuration` below the domain.
  ///
  /// - Parameters:
  ///   - domain: The issuer, such as `https://chat.eu.auth0.com`; `https://` may be left out.
  ///     `http://` is accepted for hosts of this machine and of private networks only.
  ///   - applicationID: The client id of the application at the provider: the only audience of its
  ///     tokens.
  /// - Returns: The provider.
  public static func oidc(domain: String, applicationID: String) -> AuthProvider {
    AuthProvider(issuer: domain, applicationID: applicationID, kind: .openID)
  }

  /// A provider of JWTs that does not speak OpenID Connect.
  ///
  /// Claims reach functions under the names they have in the token, nested ones as `a.b`.
  ///
  /// - Parameters:
  ///   - issuer: The `iss` claim of its tokens, a URL; `https://` may be left out.
  ///   - jwks: Where its key set is: an `https:` URL, or the key set itself as a `data:` URL.
  ///     `http:` is accepted for hosts of this machine and of private networks only.
  ///   - algorithm: How tokens are signed; any other algorithm is refused.
  ///   - applicationID: An audience that tokens must have; without it tokens that the issuer made
  ///     for any of its applications are good here.
  /// - Returns: The provider.
  public static func customJWT(
    issuer: String,
    jwks: String,
    algorithm: SignatureAlgorithm,
    applicationID: String? = nil
  ) -> AuthProvider {
    AuthProvider(
      issuer: issuer,
      applicationID: applicationID,
      kind: .customJWT(keys: jwks, algorithm: algorithm)
    )
  }
}
