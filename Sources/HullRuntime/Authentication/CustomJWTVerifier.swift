// Verifies the tokens of one provider of custom JWTs (spec/functions.md 14.3).

import Hull
import HullPersistence
import HullValues

/// Decides about custom JWTs.
struct CustomJWTVerifier: ProviderVerifier {
  /// Where the keys come from.
  private enum Keys {
    case fixed([UInt8])
    case fetched(WebAddress, CachedDocument<KeySet>)
  }

  private let keys: Keys
  private let url: String
  private let algorithm: VerificationKey.Algorithm
  private let time: any TimeSource
  private let isRedacted: Bool

  /// How far the clocks of provider and server may be apart.
  private static let tolerance: Int64 = 5

  /// A verifier whose keys are fetched when the first token comes.
  ///
  /// - Returns: `nil` for a URL that the rules of ``Hull/Application`` do not let through.
  init?(
    keys url: String,
    algorithm: AuthProvider.SignatureAlgorithm,
    _ documents: ProviderDocuments,
    time: any TimeSource,
    isRedacted: Bool
  ) {
    self.url = url
    self.algorithm =
      switch algorithm {
      case .rs256: .rs256
      case .es256: .es256
      }
    self.time = time
    self.isRedacted = isRedacted
    if DataURL.isDataURL(url) {
      guard let bytes = DataURL.bytes(of: url) else { return nil }
      keys = .fixed(bytes)
    } else {
      guard let address = WebAddress(url) else { return nil }
      let document = CachedDocument<KeySet>(documents, time: time) {
        (answer, _) throws(ProviderFailure) in
        let type = answer["content-type"].map(MediaType.init)
        guard let type, MediaType.keySets.contains(type.essence),
          ["utf-8", nil].contains(type.charset)
        else { throw .wrongMediaType(answer) }
        guard let keys = await KeySet(answer.body) else { throw .malformed }
        return keys
      }
      keys = .fetched(address, document)
    }
  }

  func verify(_ token: JSONWebToken) async throws(BackendError) -> VerifiedToken {
    guard let key = try await key(for: token), token.isSigned(by: key) else {
      throw .keyRefused(token.headerText("kid"), isRedacted: isRedacted)
    }
    let claims = token.registered
    try checkTimes(claims)
    guard let issuer = claims.issuer, let subject = claims.subject, let expiry = claims.expiry,
      let identity = UserIdentity(
        issuer: issuer,
        subject: subject,
        claims: Self.attributes(token.claims)
      )
    else { throw .customClaimsRefused }
    return VerifiedToken(identity: identity, expirySeconds: expiry)
  }

  /// The key a token names, fetched anew if it is not among those known.
  private func key(for token: JSONWebToken) async throws(BackendError) -> VerificationKey? {
    guard let id = token.headerText("kid"), token.headerText("alg") == algorithm.rawValue
    else {
      // The keys are asked for all the same: that they cannot be had is the graver trouble.
      _ = try await current()
      return nil
    }
    let known = try await current()
    if let key = known.keySet.keys(for: algorithm, id: id).first { return key }
    guard case .fetched(let address, let document) = keys, let version = known.version,
      let newer = await document.newerValue(at: address, than: version)
    else { return nil }
    return newer.value.keys(for: algorithm, id: id).first
  }

  private func current() async throws(BackendError) -> (
    keySet: KeySet, version: CachedDocument<KeySet>.Version?
  ) {
    switch keys {
    case .fixed(let bytes):
      guard let keySet = await KeySet(bytes) else { throw .keysFailed(at: url, .malformed) }
      return (keySet, nil)
    case .fetched(let address, let document):
      do throws(ProviderFailure) {
        let version = try await document.value(at: address)
        return (version.value, version)
      } catch {
        throw .keysFailed(at: url, error)
      }
    }
  }

  private func checkTimes(_ claims: RegisteredClaims) throws(BackendError) {
    // Whole seconds, rounded down, as tokens have them.
    let now = time.now().rawValue / 1_000_000_000
    if let expiry = claims.expiry, now.subtractingSaturating(expiry) > Self.tolerance {
      throw .tokenNotValidated("Token expired \(now.subtractingSaturating(expiry)) seconds ago")
    }
    for start in [claims.notBefore, claims.issuedAt] {
      guard let start, start.subtractingSaturating(now) > Self.tolerance else { continue }
      throw .tokenNotValidated(
        "Token will be valid in \(start.subtractingSaturating(now)) seconds"
      )
    }
  }

  /// Claims as attributes: under their own names, nested ones joined by dots.
  static func attributes(_ claims: JSONObject) -> [(name: String, value: ConvexValue)] {
    let own = claims.filter { !RegisteredClaims.names.contains($0.key) }
    return flattened(own, prefix: "").filter { $0.name != "fva" }
  }

  private static func flattened(
    _ members: some Sequence<(key: String, value: JSONValue)>,
    prefix: String
  ) -> [(name: String, value: ConvexValue)] {
    // No field name is longer, and the work stays in proportion to the token.
    guard prefix.utf8.count <= FieldName.maximumLength else { return [] }
    return members.flatMap { key, value in
      if case .object(let nested) = value {
        return flattened(nested, prefix: "\(prefix)\(key).")
      }
      return [(prefix + key, ConvexValue(claim: value))]
    }
  }
}

extension Int64 {
  /// The difference; the nearest number there is if it does not fit.
  fileprivate func subtractingSaturating(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other > 0 ? .min : .max) : difference
  }
}
