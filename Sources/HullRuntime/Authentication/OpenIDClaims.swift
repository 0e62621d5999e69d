// What an ID token says about its user, under the names Convex gives it (spec/functions.md 14.4).

import Hull
import HullValues

/// The claims of an ID token (OpenID Connect Core 1.0, sections 2 and 5.1).
struct OpenIDClaims: Sendable {
  let issuer: String
  let subject: String
  let audiences: [String]
  let expiry: Int64
  /// The claims that become attributes, in the token's order.
  let attributes: [(name: String, value: ConvexValue)]

  /// Reads the claims of a token; nil if one is missing or has the wrong type.
  ///
  /// `iss`, `sub`, `exp` and `iat` must be there.
  init?(_ token: JSONWebToken) {
    let claims = token.claims
    guard let issuer = token.registered.issuer, let subject = token.registered.subject,
      let expiry = token.registered.expiry, token.registered.issuedAt != nil
    else { return nil }
    for (name, shape) in Self.unseen {
      if let claim = claims[name], claim != .null, !shape.fits(claim) { return nil }
    }
    var attributes: [(name: String, value: ConvexValue)] = []
    for (name, claim) in claims {
      guard let (attribute, shape) = Self.attributes[name] else {
        if Self.isCustom(name) { attributes.append((name, ConvexValue(claim: claim))) }
        continue
      }
      if claim == .null { continue }
      guard shape.fits(claim) else { return nil }
      switch shape {
      case .address:
        if let text = claim["formatted"]?.string { attributes.append((attribute, .string(text))) }
      case .time:
        guard let text = RFC3339.text(of: claim) else { return nil }
        attributes.append((attribute, .string(text)))
      case .text, .texts, .flag: attributes.append((attribute, ConvexValue(claim: claim)))
      }
    }
    self.issuer = issuer
    self.subject = subject
    self.expiry = expiry
    audiences = token.registered.audiences ?? []
    self.attributes = attributes
  }

  /// What a claim may look like.
  private enum Shape {
    case text, texts, flag, time, address

    func fits(_ claim: JSONValue) -> Bool {
      switch self {
      case .text: claim.string != nil
      case .texts: claim.array?.allSatisfy { $0.string != nil } == true
      case .flag: claim.bool != nil
      case .time: RFC3339.text(of: claim) != nil
      case .address:
        claim.object.map { address in
          Self.addressParts.allSatisfy { part in
            address[part].map { $0 == .null || $0.string != nil } ?? true
          }
        } == true
      }
    }

    private static let addressParts = [
      "formatted", "street_address", "locality", "region", "postal_code", "country",
    ]
  }

  /// Claims that become attributes, and the attributes.
  private static let attributes: [String: (attribute: String, shape: Shape)] = [
    "name": ("name", .text),
    "given_name": ("givenName", .text),
    "family_name": ("familyName", .text),
    "nickname": ("nickname", .text),
    "preferred_username": ("preferredUsername", .text),
    "profile": ("profileUrl", .text),
    "picture": ("pictureUrl", .text),
    "website": ("websiteUrl", .text),
    "email": ("email", .text),
    "email_verified": ("emailVerified", .flag),
    "gender": ("gender", .text),
    "birthdate": ("birthday", .text),
    "zoneinfo": ("timezone", .text),
    "locale": ("language", .text),
    "phone_number": ("phoneNumber", .text),
    "phone_number_verified": ("phoneNumberVerified", .flag),
    "address": ("address", .address),
    "updated_at": ("updatedAt", .time),
  ]

  /// Claims about the token or the sign-in, and standard ones that have no attribute: their types
  /// are checked, functions do not see them.
  private static let unseen: [String: Shape] = [
    "auth_time": .time, "nonce": .text, "acr": .text, "amr": .texts, "azp": .text,
    "at_hash": .text, "c_hash": .text, "middle_name": .text, "birthday": .text,
  ]

  /// Claims that differ from token to token of one user, for whom queries would never be cached.
  private static let varying: Set = ["jti", "nbf", "fva", "iss", "sub", "aud", "exp", "iat"]

  /// Claims that a token may carry in several languages, as `name#ja`; the one without is used.
  private static let translated: Set = [
    "name", "given_name", "family_name", "middle_name", "nickname", "profile", "picture", "website",
  ]

  private static func isCustom(_ name: String) -> Bool {
    guard !varying.contains(name), unseen[name] == nil else { return false }
    let base = name.prefix { $0 != "#" }
    return base.utf8.count == name.utf8.count || !translated.contains(String(base))
  }
}
