// Public keys of providers, each good for exactly one algorithm.

import HullValues
import JWTKit

/// One public key of a key set (RFC 7517 section 4).
///
/// What a key can verify follows from the key, never from the token: a token that claims another
/// algorithm finds no key. So nobody can pass a public key off as a shared secret.
struct VerificationKey: Sendable {
  /// The algorithms any provider may use; the raw values are the names tokens use.
  enum Algorithm: String, Sendable, Hashable {
    case rs256 = "RS256"
    case es256 = "ES256"
    case edDSA = "EdDSA"
  }

  /// `kid`: the name by which tokens refer to the key.
  let id: String?
  /// What the key is used for.
  let algorithm: Algorithm
  private let verifier: any JWTAlgorithm

  /// Reads a key.
  ///
  /// The result is `nil` for a key that is not for signatures or of a kind that is not supported,
  /// and for one whose numbers are no key. RSA keys below 2048 bits are none.
  ///
  /// - Parameter json: A member of a key set.
  init?(_ json: JSONObject) async {
    guard ["sig", nil].contains(json["use"]?.string),
      let (algorithm, jwk) = Self.jwk(json),
      json["alg"] == nil || json["alg"]?.string == algorithm.rawValue
    else { return nil }
    let collection = JWTKeyCollection()
    guard (try? await collection.add(jwk: jwk)) != nil,
      let verifier = try? await collection.getKey(for: Self.identifier),
      verifier.name == algorithm.rawValue
    else { return nil }
    id = json["kid"]?.string
    self.algorithm = algorithm
    self.verifier = verifier
  }

  /// Whether the key's owner signed `bytes`.
  func verifies(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
    (try? verifier.verify(signature, signs: bytes)) == true
  }

  /// What the library files a key under, which is not what the provider calls it.
  private static let identifier: JWKIdentifier = "key"

  /// The public part of a key, whatever else the set gives away.
  private static func jwk(_ json: JSONObject) -> (Algorithm, JWK)? {
    switch (json["kty"]?.string, json["crv"]?.string) {
    case ("RSA", _):
      guard let modulus = json["n"]?.string, let exponent = json["e"]?.string else { return nil }
      return (
        .rs256,
        .rsa(.rs256, identifier: identifier, modulus: modulus, exponent: exponent)
      )
    case ("EC", "P-256"):
      guard let x = json["x"]?.string, let y = json["y"]?.string else { return nil }
      return (.es256, .ecdsa(.es256, identifier: identifier, x: x, y: y, curve: .p256))
    case ("OKP", "Ed25519"):
      guard let x = json["x"]?.string else { return nil }
      return (
        .edDSA,
        .octetKeyPair(.eddsa, identifier: identifier, x: x, y: nil, curve: .ed25519)
      )
    default: return nil
    }
  }
}

/// The public keys of a provider (RFC 7517 section 5).
struct KeySet: Sendable {
  /// The keys that can be used here; those of other kinds are left out.
  let keys: [VerificationKey]

  /// How many keys of a set are read.
  static let maximumCount = 100

  /// Reads a key set; nil if the text is none.
  init?(_ text: [UInt8]) async {
    guard let members = (try? JSONParser().json(text))?["keys"]?.array else { return nil }
    var keys: [VerificationKey] = []
    for case .object(let member) in members.prefix(Self.maximumCount) {
      if let key = await VerificationKey(member) { keys.append(key) }
    }
    self.keys = keys
  }

  /// The keys for an algorithm, of one name if a token gives one.
  func keys(for algorithm: VerificationKey.Algorithm, id: String?) -> [VerificationKey] {
    keys.filter { key in
      guard key.algorithm == algorithm else { return false }
      guard let id else { return true }
      return key.id.map { UTF8Order.areEqual($0, id) } == true
    }
  }
}
