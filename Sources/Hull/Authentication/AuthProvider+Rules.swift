// What a provider must look like before an application starts with it (spec/functions.md 14.1).

import HullValues

extension AuthProvider {
  /// Checks a provider and completes its issuer.
  ///
  /// - Parameter index: Its place in the application's list, for the error.
  /// - Returns: The provider, its issuer with a scheme.
  /// - Throws: ``HullError`` `.invalidProviderDomain`, `.insecureConfiguration` or
  ///   `.invalidAuthConfiguration`.
  func checked(at index: Int) throws(HullError) -> AuthProvider {
    let issuer = try checkedIssuer(at: index)
    if let applicationID, applicationID.isEmpty {
      throw HullError(
        code: .invalidAuthConfiguration,
        message: "Auth provider \(index) (\(issuer)): the application ID is empty."
      )
    }
    if case .customJWT(let keys, _) = kind {
      if applicationID == nil, Self.sharedIssuers.contains(WebAddress.withoutSlashes(issuer)) {
        throw HullError(
          code: .insecureConfiguration,
          message: """
            Auth provider \(index): \(issuer) issues tokens for many applications, so that an \
            applicationID is needed to tell which of them are for this one.
            """
        )
      }
      try Self.checkKeys(keys, of: issuer, at: index)
    }
    return AuthProvider(issuer: issuer, applicationID: applicationID, kind: kind)
  }

  /// Issuers whose name says nothing about the application.
  private static let sharedIssuers: Set = ["https://api.workos.com"]

  private func checkedIssuer(at index: Int) throws(HullError) -> String {
    func problem(_ text: String) -> HullError {
      HullError(
        code: .invalidProviderDomain,
        message: "Auth provider \(index): invalid provider domain URL \"\(issuer)\": \(text)"
      )
    }
    guard issuer.utf8.first != UInt8(ascii: "\"") else {
      throw problem("starts with a double quote (\")")
    }
    let scheme = WebAddress.scheme(of: issuer)
    if let scheme, !["http", "https"].contains(scheme) {
      throw problem("scheme should be http or https")
    }
    let text = scheme == nil ? "https://" + issuer : issuer
    guard let address = WebAddress(text) else { throw problem("is not a URL") }
    if scheme == nil, !address.hasTopLevelDomain {
      throw problem("must have a scheme or end with a top-level domain")
    }
    guard address.isSecureOrPrivate else {
      throw problem("http is accepted for hosts of this machine and of private networks only")
    }
    if case .openID = kind, text.utf8.contains(where: { $0 == 0x3F || $0 == 0x23 }) {
      throw problem("an OpenID Connect issuer has neither a query nor a fragment")
    }
    return text
  }

  private static func checkKeys(_ text: String, of issuer: String, at index: Int) throws(HullError)
  {
    let problem: String? =
      if DataURL.isDataURL(text) {
        DataURL.bytes(of: text).flatMap { try? JSONParser().json($0) }?["keys"]?.array == nil
          ? "its jwks is a data: URL that does not hold a key set, {\"keys\": […]}" : nil
      } else if let address = WebAddress(text) {
        address.isSecureOrPrivate
          ? nil
          : "its jwks must be an https URL; http is for hosts of this machine and of private "
            + "networks only"
      } else {
        "its jwks is neither an https nor a data: URL"
      }
    guard let problem else { return }
    throw HullError(
      code: .invalidAuthConfiguration,
      message: "Auth provider \(index) (\(issuer)): \(problem)."
    )
  }
}
