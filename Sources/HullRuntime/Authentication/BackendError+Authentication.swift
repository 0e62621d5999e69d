// What clients are told about a token that is refused (spec/functions.md 14.3): every text is here.

import Hull

extension BackendError {
  private static func invalidHeader(_ message: String) -> BackendError {
    BackendError(kind: .unauthenticated, code: "InvalidAuthHeader", message: message)
  }

  // MARK: Any token

  /// The text is not a token.
  static let undecodableToken = invalidHeader(
    """
    Could not parse JWT payload. Check that the token is a valid JWT format with three \
    base64-encoded parts separated by dots.
    """
  )

  /// The token is too long to be looked at.
  static func oversizedToken(_ bytes: Int) -> BackendError {
    invalidHeader(
      """
      Could not parse JWT payload. The token has \(bytes) bytes, more than the \
      \(JSONWebToken.maximumSize) that are read.
      """
    )
  }

  /// The token does not say who made it.
  static let missingIssuer = invalidHeader(
    """
    Missing issuer claim ('iss') in JWT payload. The JWT must include an 'iss' claim that matches \
    one of your configured auth providers.
    """
  )

  /// No provider vouches for such tokens.
  static func noProvider(among providers: [AuthProvider], isRedacted: Bool) -> BackendError {
    let details =
      if isRedacted {
        ""
      } else if providers.isEmpty {
        " (no providers configured). Check convex/auth.config.ts."
      } else {
        ". Check that your JWT's issuer and audience match one of your configured providers: "
          + "[\(providers.map(\.summary).joined(separator: ", "))]"
      }
    return BackendError(
      kind: .unauthenticated,
      code: "NoAuthProvider",
      message: "No auth provider found matching the given token" + details
    )
  }

  // MARK: OpenID Connect

  /// How much of a provider's own error text is passed on, in characters.
  private static let quotedBody = 1000

  /// The provider did not say where its keys are, or they are not there.
  ///
  /// The kind follows from the status the provider answered with: its trouble is not the client's
  /// fault, and clients try again where that may help.
  static func discoveryFailed(of issuer: String, _ failure: ProviderFailure) -> BackendError {
    var message = "Auth provider discovery of \(issuer) failed"
    var kind = Kind.badRequest
    switch failure {
    case .unreachable, .malformed: break
    case .refused(let answer), .wrongMediaType(let answer):
      let reason = answer.reason.isEmpty ? "<unknown status code>" : answer.reason
      let body = String(decoding: answer.body, as: UTF8.self).prefix(quotedBody)
      message += ": \(answer.status) \(reason) \(body)"
      kind =
        switch answer.status {
        case 401: .unauthenticated
        case 403: .forbidden
        case 404: .notFound
        case 429: .rateLimited
        case 500...599: .overloaded
        default: .badRequest
        }
    }
    return BackendError(kind: kind, code: "AuthProviderDiscoveryFailed", message: message)
  }

  /// The token lacks what an ID token must have.
  static let notAnIDToken = invalidHeader(
    "Could not parse as OIDC ID token. Token might not be an OIDC-compliant JWT."
  )

  /// The token is not from the provider, not for the application or not valid any more.
  static let idTokenRefused = BackendError(
    kind: .unauthenticated,
    code: "Unauthenticated",
    message: """
      Could not verify OIDC token claim. Check that the token signature is valid and the token \
      hasn't expired.
      """
  )

  // MARK: Custom JWTs

  /// The provider's keys cannot be had.
  static func keysFailed(at url: String, _ failure: ProviderFailure) -> BackendError {
    switch failure {
    case .unreachable(let reason):
      invalidHeader(
        """
        Could not fetch JWKS from URL '\(url)': \(reason). Check that the URL is correct and \
        accessible.
        """
      )
    case .refused(let answer):
      invalidHeader(
        """
        Could not fetch JWKS from URL '\(url)': HTTP \(answer.status) \
        \(answer.reason.isEmpty ? "Unknown" : answer.reason). Check that the URL is correct and \
        accessible.
        """
      )
    case .wrongMediaType(let answer):
      invalidHeader(
        """
        Invalid Content-Type '\(answer["content-type"] ?? "unknown")' when fetching JWKS from \
        '\(url)'. Expected 'application/json' or 'application/jwk-set+json'.
        """
      )
    case .malformed:
      invalidHeader(
        """
        Invalid JWKS response body from '\(url)'. The response is not valid JSON or doesn't match \
        the expected JWKS format.
        """
      )
    }
  }

  /// No key of the provider made the signature.
  static func keyRefused(_ id: String?, isRedacted: Bool) -> BackendError {
    guard let id else {
      return invalidHeader("Could not decode token. JWT may be missing a 'kid' (key ID) header.")
    }
    return invalidHeader(
      isRedacted
        ? """
        Could not decode token. The JWT's 'kid' (key ID) header doesn't match any key in the \
        provider's JWKS, or the JWT signature is invalid.
        """
        : """
        Could not decode token. The JWT's 'kid' (key ID) header is '\(id)', does this key match \
        any key in the provider's JWKS?
        """
    )
  }

  /// The token is not valid at this time.
  static func tokenNotValidated(_ reason: String) -> BackendError {
    invalidHeader("Could not validate token: \(reason)")
  }

  /// The token lacks a claim that every token must have.
  static let customClaimsRefused = invalidHeader(
    """
    Could not verify token claim. Check that the JWT contains valid claims and matches your auth \
    provider configuration.
    """
  )
}

extension AuthProvider {
  /// The provider as error texts name it.
  fileprivate var summary: String {
    switch kind {
    case .openID: "OIDC(domain=\(issuer), app_id=\(applicationID ?? ""))"
    case .customJWT: "CustomJWT(issuer=\(issuer), app_id=\(applicationID ?? "none"))"
    }
  }
}
