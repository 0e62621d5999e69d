// Who may administer an instance: keys derived from the instance's secret.

import Crypto
import Foundation
package import HullPersistence

/// The secret of one instance, from which its keys derive.
package struct InstanceSecret: Sendable, Hashable {
  /// Thirty-two random bytes.
  package let bytes: [UInt8]

  /// How many bytes a secret has.
  package static let length = 32

  /// The stored secret of an instance; `nil` when it has another length.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.length else { return nil }
    self.bytes = bytes
  }

  /// Draws the secret of a new instance.
  package init(from random: any RandomSource) {
    bytes = (0..<Self.length / 8).flatMap { _ in
      withUnsafeBytes(of: random.next().bigEndian, Array.init)
    }
  }

  /// A key for one purpose, so that what one part of the server signs no other accepts.
  func key(for purpose: String) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: bytes),
      info: Data(purpose.utf8),
      outputByteCount: 32
    )
  }
}

/// Issues and checks the admin keys of one instance.
///
/// A key reads `name|01` followed by a nonce and an HMAC-SHA-256 of version, name and nonce, in
/// hexadecimal. Nothing about issued keys is stored: whoever holds the secret can check them.
package struct AdminKeyBroker: Sendable {
  /// The name of the instance, the part before the bar.
  package let instanceName: String

  private let key: SymmetricKey

  /// A digest of the key chosen by the operator, if there is one.
  private let chosen: [UInt8]?

  private static let version = "01"
  private static let nonceLength = 16

  /// A broker for the instance.
  ///
  /// - Parameters:
  ///   - instanceName: The name keys begin with.
  ///   - secret: What keys derive from.
  ///   - chosenKey: A key that is accepted as it is, besides those derived from the secret.
  package init(instanceName: String, secret: InstanceSecret, chosenKey: String? = nil) {
    self.instanceName = instanceName
    key = secret.key(for: "admin key")
    chosen = chosenKey.map { Self.digest(Self.removingTypePrefix($0)) }
  }

  /// A new key; any number may exist.
  package func issue(from random: any RandomSource) -> String {
    let nonce = (0..<Self.nonceLength / 8).flatMap { _ in
      withUnsafeBytes(of: random.next().bigEndian, Array.init)
    }
    let text = Self.hexadecimal(nonce)
    return "\(instanceName)|\(Self.version)\(text)\(Self.hexadecimal(signature(of: text)))"
  }

  /// Whether `text` is an admin key of this instance, in time independent of where it differs.
  package func isValid(_ text: String) -> Bool {
    let text = Self.removingTypePrefix(text)
    if let chosen, Self.isEqual(chosen, Self.digest(text)) { return true }
    let secretPart: Substring
    if let bar = text.lastIndex(of: "|") {
      guard text[..<bar] == instanceName else { return false }
      secretPart = text[text.index(after: bar)...]
    } else {
      secretPart = text[...]
    }
    guard secretPart.hasPrefix(Self.version) else { return false }
    let body = secretPart.dropFirst(Self.version.count)
    let nonce = String(body.prefix(Self.nonceLength * 2))
    return Self.isEqual(
      Array(Self.hexadecimal(signature(of: nonce)).utf8),
      Array(body.dropFirst(Self.nonceLength * 2).utf8)
    )
  }

  /// Drops `prod:` and the like before an instance name; `preview:` and `project:` keys keep only
  /// what follows the bar.
  package static func removingTypePrefix(_ text: String) -> String {
    guard let bar = text.firstIndex(of: "|"),
      let colon = text[..<bar].firstIndex(of: ":")
    else { return text }
    switch text[..<colon].lowercased() {
    case "preview", "project": return String(text[text.index(after: bar)...])
    default: return String(text[text.index(after: colon)...])
    }
  }

  private func signature(of nonce: String) -> [UInt8] {
    let message = Data("\(Self.version)|\(instanceName)|\(nonce)".utf8)
    return Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
  }

  private static func digest(_ text: String) -> [UInt8] {
    Array(SHA256.hash(data: Data(text.utf8)))
  }

  /// Compares without stopping at the first difference.
  private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self
    )
  }
}
