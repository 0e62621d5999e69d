// Tokens as somebody forges them who knows only what everybody may know.

import Crypto
import Foundation
package import HullValues

/// Tokens signed with a shared secret, which no provider uses.
package enum HMACToken {
  /// A token whose signature is an HMAC-SHA-256 under `secret`.
  package static func make(_ claims: JSONObject, id: String, secret: [UInt8]) throws -> String {
    let header = JSONValue.object(["alg": "HS256", "typ": "JWT", "kid": .string(id)]).description
    let payload = JSONValue.object(claims).description
    let signed = "\(base64URL(Array(header.utf8))).\(base64URL(Array(payload.utf8)))"
    let code = HMAC<SHA256>.authenticationCode(
      for: Data(signed.utf8),
      using: SymmetricKey(data: secret)
    )
    return "\(signed).\(base64URL(Array(code)))"
  }
}
