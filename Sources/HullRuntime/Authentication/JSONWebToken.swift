// A token taken apart, before anything in it is believed (RFC 7515 section 7.1, RFC 7519).

import HullValues

/// A token in its three parts: what it says, and what its signature is made over.
struct JSONWebToken: Sendable {
  /// The longest token that is looked at, in bytes; the header field that brings one is shorter.
  static let maximumSize = 64 * 1024

  /// What the token says about how it is signed; nil if that part is unreadable.
  let header: JSONObject?
  /// All claims.
  let claims: JSONObject
  /// The claims every kind of token knows.
  let registered: RegisteredClaims
  /// The signature; nil if that part is unreadable.
  let signature: [UInt8]?
  /// The bytes that are signed.
  let signedBytes: [UInt8]

  /// Takes a token apart.
  ///
  /// - Throws: ``BackendError`` `InvalidAuthHeader` for a text that is too long or whose claims
  ///   cannot be read. An unreadable header or signature is for the provider to complain about.
  init(_ text: String) throws(BackendError) {
    guard text.utf8.count <= Self.maximumSize else {
      throw .oversizedToken(text.utf8.count)
    }
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let payload = Self.decode(parts[1]),
      case .object(let claims)? = try? JSONParser().json(payload),
      let registered = RegisteredClaims(claims)
    else { throw .undecodableToken }
    self.claims = claims
    self.registered = registered
    header = Self.decode(parts[0]).flatMap { (try? JSONParser().json($0))?.object }
    signature = Self.decode(parts[2])
    signedBytes = Array(text.utf8[..<parts[1].endIndex])
  }

  /// The bytes of a part: URL-safe base 64 without padding.
  private static func decode(_ part: Substring.UTF8View) -> [UInt8]? {
    guard !part.contains(UInt8(ascii: "=")) else { return nil }
    return try? Base64.decode(String(Substring(part)), urlSafe: true)
  }

  /// A header parameter that is a text.
  func headerText(_ name: String) -> String? { header?[name]?.string }

  /// Whether `key` made the signature.
  func isSigned(by key: VerificationKey) -> Bool {
    guard let signature else { return false }
    return key.verifies(signature, of: signedBytes)
  }
}

/// The claims of RFC 7519 section 4.1.
struct RegisteredClaims: Sendable, Hashable {
  /// `iss`: who made the token.
  var issuer: String?
  /// `sub`: whom it is about.
  var subject: String?
  /// `aud`: for whom it was made; nil if it does not say.
  var audiences: [String]?
  /// `exp`: when it ends, in seconds since the epoch.
  var expiry: Int64?
  /// `nbf`: when it begins.
  var notBefore: Int64?
  /// `iat`: when it was made.
  var issuedAt: Int64?

  /// The names of all registered claims.
  static let names: Set = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"]

  /// Reads the claims; nil if one of them has the wrong type.
  ///
  /// `null` counts as absent.
  init?(_ claims: JSONObject) {
    func isAbsent(_ value: JSONValue?) -> Bool { value == nil || value == .null }
    issuer = claims["iss"]?.string
    subject = claims["sub"]?.string
    expiry = claims["exp"]?.integer
    notBefore = claims["nbf"]?.integer
    issuedAt = claims["iat"]?.integer
    audiences =
      switch claims["aud"] {
      case .string(let audience): [audience]
      case .array(let audiences): audiences.compactMap(\.string)
      default: nil
      }
    if case .array(let given)? = claims["aud"], given.count != audiences?.count { return nil }
    guard issuer != nil || isAbsent(claims["iss"]), subject != nil || isAbsent(claims["sub"]),
      expiry != nil || isAbsent(claims["exp"]), notBefore != nil || isAbsent(claims["nbf"]),
      issuedAt != nil || isAbsent(claims["iat"]), audiences != nil || isAbsent(claims["aud"]),
      claims["jti"]?.string != nil || isAbsent(claims["jti"])
    else { return nil }
  }
}
