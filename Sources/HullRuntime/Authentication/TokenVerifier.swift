// Decides whether a user's token is good: the entry to everything in this folder.

package import Hull
package import HullPersistence
import HullValues

/// Verifies users' tokens against the providers of an application.
///
/// A token is good or it is refused with the reason; that there is nobody behind it is never
/// concluded here.
package final class TokenVerifier: Sendable {
  private let providers: [(provider: AuthProvider, verifier: any ProviderVerifier)]
  private let verified: VerifiedTokenCache
  private let isRedacted: Bool

  /// Creates a verifier; nothing is fetched before the first token.
  ///
  /// - Parameters:
  ///   - providers: Whom to believe, checked by ``Hull/Application``.
  ///   - fetcher: How to get their keys; without one only keys that are part of the configuration
  ///     can be used.
  ///   - time: The clock by which tokens begin and end.
  ///   - isRedacted: Whether the configuration is kept from clients.
  package init(
    _ providers: [AuthProvider],
    fetcher: (any HTTPFetching)?,
    time: any TimeSource,
    isRedacted: Bool
  ) {
    let documents = ProviderDocuments(fetcher: fetcher)
    self.providers = providers.compactMap { provider in
      let verifier: (any ProviderVerifier)? =
        switch provider.kind {
        case .openID: OpenIDVerifier(provider, documents, time: time)
        case .customJWT(let keys, let algorithm):
          CustomJWTVerifier(
            keys: keys,
            algorithm: algorithm,
            documents,
            time: time,
            isRedacted: isRedacted
          )
        }
      return verifier.map { (provider, $0) }
    }
    verified = VerifiedTokenCache(time: time)
    self.isRedacted = isRedacted
  }

  /// Verifies a token.
  ///
  /// - Parameter text: The token as the client sent it.
  /// - Returns: Whom it is about and until when.
  /// - Throws: ``BackendError``: `InvalidAuthHeader`, `NoAuthProvider` or `Unauthenticated` (all 401),
  ///   or `AuthProviderDiscoveryFailed` with a status that follows from the provider's.
  package func verify(_ text: String) async throws(BackendError) -> VerifiedToken {
    let key = VerifiedTokenCache.key(text)
    if let token = verified[key] { return token }
    let token = try JSONWebToken(text)
    guard let issuer = token.registered.issuer else { throw .missingIssuer }
    let audiences = token.registered.audiences ?? []
    guard
      let (_, verifier) = providers.first(where: {
        $0.provider.matches(issuer: issuer, audiences: audiences)
      })
    else {
      throw .noProvider(among: providers.map(\.provider), isRedacted: isRedacted)
    }
    let result = try await verifier.verify(token)
    verified.insert(result, for: key)
    return result
  }
}

extension AuthProvider {
  /// Whether a token with these claims is for this provider to judge.
  ///
  /// A lying token gets no further than to a provider that did not sign it.
  func matches(issuer: String, audiences: [String]) -> Bool {
    if let applicationID, !audiences.contains(where: { UTF8Order.areEqual($0, applicationID) }) {
      return false
    }
    let hasScheme = issuer.hasPrefix("https://") || issuer.hasPrefix("http://")
    return UTF8Order.areEqual(
      WebAddress.withoutSlashes(self.issuer),
      WebAddress.withoutSlashes(hasScheme ? issuer : "https://" + issuer)
    )
  }
}
