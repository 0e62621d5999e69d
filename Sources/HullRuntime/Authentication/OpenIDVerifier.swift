// Verifies ID tokens of one provider of OpenID Connect (spec/functions.md 14.3).

import Hull
import HullPersistence
import HullValues

/// Decides about the tokens of one provider.
protocol ProviderVerifier: Sendable {
  /// Verifies a token that names this provider.
  ///
  /// - Throws: ``BackendError`` that says which check failed.
  func verify(_ token: JSONWebToken) async throws(BackendError) -> VerifiedToken
}

/// Where a provider's keys are, as it says itself (OpenID Connect Discovery 1.0, section 3).
struct OpenIDMetadata: Sendable {
  let issuer: String
  let keys: WebAddress

  /// Reads a discovery document that was found at `address`.
  init(_ answer: HTTPFetchedAnswer, at address: WebAddress) throws(ProviderFailure) {
    if let type = answer["content-type"], MediaType(type).essence != "application/json" {
      throw .wrongMediaType(answer)
    }
    guard let json = try? JSONParser().json(answer.body), let issuer = json["issuer"]?.string,
      let text = json["jwks_uri"]?.string, let keys = WebAddress(text), address.mayPoint(to: keys)
    else { throw .malformed }
    self.issuer = issuer
    self.keys = keys
  }
}

/// Decides about ID tokens.
struct OpenIDVerifier: ProviderVerifier {
  private let applicationID: String
  private let address: WebAddress
  private let metadata: CachedDocument<OpenIDMetadata>
  private let keys: CachedDocument<KeySet>
  private let time: any TimeSource

  /// A verifier whose documents are fetched when the first token comes.
  ///
  /// - Returns: `nil` for a provider that the rules of ``Hull/Application`` do not let through.
  init?(_ provider: AuthProvider, _ documents: ProviderDocuments, time: any TimeSource) {
    let base = WebAddress.withoutSlashes(provider.issuer)
    guard let applicationID = provider.applicationID,
      let address = WebAddress(base + "/.well-known/openid-configuration")
    else { return nil }
    self.applicationID = applicationID
    self.address = address
    self.time = time
    metadata = CachedDocument(documents, time: time) {
      (answer, address) throws(ProviderFailure) in
      try OpenIDMetadata(answer, at: address)
    }
    keys = CachedDocument(documents, time: time) { (answer, _) throws(ProviderFailure) in
      if let type = answer["content-type"], !MediaType.keySets.contains(MediaType(type).essence) {
        throw .wrongMediaType(answer)
      }
      guard let keys = await KeySet(answer.body) else { throw .malformed }
      return keys
    }
  }

  func verify(_ token: JSONWebToken) async throws(BackendError) -> VerifiedToken {
    let issuer = token.registered.issuer ?? ""
    let metadata: OpenIDMetadata
    let keys: CachedDocument<KeySet>.Version
    do throws(ProviderFailure) {
      metadata = try await self.metadata.value(at: address).value
      guard UTF8Order.areEqual(metadata.issuer, issuer) else { throw .malformed }
      keys = try await self.keys.value(at: metadata.keys)
    } catch {
      throw .discoveryFailed(of: issuer, error)
    }
    guard let header = OpenIDHeader(token), let claims = OpenIDClaims(token),
      token.signature != nil
    else { throw .notAnIDToken }
    guard header.isPlain, claims.audiences.count > 0,
      claims.audiences.allSatisfy({ UTF8Order.areEqual($0, applicationID) }),
      let key = await key(for: header, in: keys, at: metadata.keys), token.isSigned(by: key),
      time.now() < Timestamp.zero.advanced(by: .seconds(claims.expiry)),
      let identity = UserIdentity(
        issuer: claims.issuer,
        subject: claims.subject,
        claims: claims.attributes
      )
    else { throw .idTokenRefused }
    return VerifiedToken(identity: identity, expirySeconds: claims.expiry)
  }

  /// The one key a token can mean.
  private func key(
    for header: OpenIDHeader,
    in known: CachedDocument<KeySet>.Version,
    at address: WebAddress
  ) async -> VerificationKey? {
    guard let algorithm = header.algorithm, algorithm != .es256 else { return nil }
    var candidates = known.value.keys(for: algorithm, id: header.keyID)
    if candidates.isEmpty, let newer = await keys.newerValue(at: address, than: known) {
      candidates = newer.value.keys(for: algorithm, id: header.keyID)
    }
    return candidates.count == 1 ? candidates[0] : nil
  }
}

/// What the header of an ID token says.
struct OpenIDHeader: Sendable {
  /// The algorithm; nil for one that no provider may use.
  let algorithm: VerificationKey.Algorithm?
  let keyID: String?
  /// Whether the token is a plain JWT: no other type, nothing nested, no extensions.
  let isPlain: Bool

  /// Every algorithm that the header of a signed token may name (RFC 7518 section 3.1, RFC 8037).
  private static let algorithms: Set = [
    "none", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
    "ES256", "ES384", "ES512", "EdDSA",
  ]

  private static let types: Set = ["jwt", "application/jwt", "jose", "application/jose"]

  /// Reads a header; nil if it is none.
  init?(_ token: JSONWebToken) {
    guard let header = token.header, let name = header["alg"]?.string,
      Self.algorithms.contains(name)
    else { return nil }
    for parameter in ["kid", "typ", "cty"] {
      if let value = header[parameter], value != .null, value.string == nil { return nil }
    }
    algorithm = VerificationKey.Algorithm(rawValue: name)
    keyID = token.headerText("kid")
    let type = token.headerText("typ")?.lowercased()
    isPlain =
      type.map(Self.types.contains) != false && token.headerText("cty") == nil
      && [nil, JSONValue.null].contains(header["crit"])
  }
}
