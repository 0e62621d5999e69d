// Keys with which tests play the provider of identities.

import CryptoExtras
package import HullValues
import JWTKit

/// A key pair of a provider.
package struct SigningKey: Sendable {
  /// What tokens call the key.
  package let id: String
  /// The `alg` of tokens it signs.
  package let algorithm: String
  /// Its public half, as a member of a key set.
  package let publicKey: JSONObject

  private let signer: any JWTAlgorithm

  private init(
    id: String,
    publicKey: JSONObject,
    _ add: (JWTKeyCollection) async throws -> Void
  ) async throws {
    let collection = JWTKeyCollection()
    try await add(collection)
    signer = try await collection.getKey()
    self.id = id
    algorithm = signer.name
    var publicKey = publicKey
    publicKey["kid"] = .string(id)
    publicKey["alg"] = .string(signer.name)
    publicKey["use"] = "sig"
    self.publicKey = publicKey
  }

  /// An RSA key for RS256, always the same one: making one takes long.
  package static func rsa(id: String = "rsa") async throws -> SigningKey {
    let key = try await sharedRSA.value
    let numbers = try key.publicKey.getKeyPrimitives()
    return try await SigningKey(
      id: id,
      publicKey: [
        "kty": "RSA",
        "n": .string(base64URL(Array(numbers.modulus))),
        "e": .string(base64URL(Array(numbers.publicExponent))),
      ]
    ) { await $0.add(rsa: key, digestAlgorithm: .sha256) }
  }

  private static let sharedRSA = Task {
    try Insecure.RSA.PrivateKey(backing: _RSA.Signing.PrivateKey(keySize: .bits2048))
  }

  /// A new key on P-256 for ES256.
  package static func p256(id: String = "p256") async throws -> SigningKey {
    let key = ES256PrivateKey()
    let point = key.publicKey.parameters
    return try await SigningKey(
      id: id,
      publicKey: [
        "kty": "EC", "crv": "P-256",
        "x": .string(urlSafe(point?.x ?? "")), "y": .string(urlSafe(point?.y ?? "")),
      ]
    ) { await $0.add(ecdsa: key) }
  }

  /// A new Ed25519 key for EdDSA.
  package static func ed25519(id: String = "ed25519") async throws -> SigningKey {
    let key = try EdDSA.PrivateKey(curve: .ed25519)
    return try await SigningKey(
      id: id,
      publicKey: [
        "kty": "OKP", "crv": "Ed25519",
        "x": .string(base64URL(Array(key.publicKey.rawRepresentation))),
      ]
    ) { await $0.add(eddsa: key) }
  }

  /// A token with these claims.
  ///
  /// - Parameters:
  ///   - claims: The claims as they are to stand in the token.
  ///   - header: Header parameters beside or instead of `alg`, `typ` and `kid`; nil leaves one out.
  /// - Returns: The token.
  /// - Throws: What the library throws.
  package func token(_ claims: JSONObject, header: [String: JSONValue?] = [:]) throws -> String {
    var fields: JSONObject = [
      "alg": .string(algorithm), "typ": "JWT", "kid": .string(id),
    ]
    for (name, value) in header { fields[name] = value }
    return try token(text: JSONValue.object(claims).description, header: .object(fields))
  }

  /// A token whose payload is any text at all.
  package func token(text: String, header: JSONValue) throws -> String {
    let signed = "\(base64URL(Array(header.description.utf8))).\(base64URL(Array(text.utf8)))"
    return "\(signed).\(base64URL(try signer.sign(Array(signed.utf8))))"
  }
}

/// The key set a provider publishes.
package func keySet(_ keys: [SigningKey]) -> String {
  keySet(members: keys.map { .object($0.publicKey) })
}

/// A key set with any members at all.
package func keySet(members: [JSONValue]) -> String {
  JSONValue.object(["keys": .array(members)]).description
}

/// Bytes in the form of a token's parts.
package func base64URL(_ bytes: [UInt8]) -> String { urlSafe(Base64.encode(bytes)) }

private func urlSafe(_ text: String) -> String {
  text.replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
}
