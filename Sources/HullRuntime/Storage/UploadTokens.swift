// Who may upload: tokens that functions hand out and the server checks without having kept them.

import Crypto
import Foundation
import HullPersistence
import HullValues

/// Issues and checks the tokens of upload URLs.
///
/// A token is the time it was issued and the instance's name, sealed with AES-GCM under a key that is
/// for nothing else, in hexadecimal. It is good for any number of files within its time.
struct UploadTokens: Sendable {
  /// How long a token is good.
  static let validity: Duration = .seconds(3600)

  private static let version: UInt8 = 1
  private static let tagLength = 16
  private static let nonceLength = 12

  private let instanceName: String
  private let key: SymmetricKey
  private let random: any RandomSource

  init(instance: Instance, random: any RandomSource) {
    instanceName = instance.name
    key = instance.secret.key(for: "store file authorization")
    self.random = random
  }

  /// Makes a token.
  ///
  /// - Parameter time: When it is issued, in milliseconds since the epoch.
  /// - Returns: The token, which needs no escapes in a URL.
  func issue(at time: Double) -> String {
    var plaintext: [UInt8] = []
    withUnsafeBytes(of: UInt64(max(0, time) / 1000).bigEndian) { plaintext += $0 }
    plaintext += instanceName.utf8
    do {
      let box = try AES.GCM.seal(
        plaintext,
        using: key,
        nonce: AES.GCM.Nonce(data: random.bytes(Self.nonceLength)),
        authenticating: [Self.version]
      )
      return Self.hexadecimal([Self.version] + Array(box.nonce) + box.ciphertext + box.tag)
    } catch {
      // The key and the nonce have the lengths the cipher asks for; nothing else can be refused.
      preconditionFailure("AES-GCM refused to seal a token: \(error)")
    }
  }

  /// Checks a token.
  ///
  /// - Parameters:
  ///   - text: The token.
  ///   - now: The time.
  /// - Throws: ``BackendError`` `StorageTokenInvalid` for a text this instance did not issue,
  ///   `InvalidStorageToken` for a token of another instance with the same secret, and
  ///   `StorageTokenExpired`.
  func check(_ text: String, now: Timestamp) throws(BackendError) {
    guard let plaintext = open(text), plaintext.count >= 8 else {
      throw Self.refusal(
        "StorageTokenInvalid",
        "Couldn't decode the StoreFileAuthorization token"
      )
    }
    guard plaintext.dropFirst(8).elementsEqual(instanceName.utf8) else {
      throw Self.refusal(
        "InvalidStorageToken",
        "Storage token is for invalid instance \(String(decoding: plaintext.dropFirst(8), as: UTF8.self))"
      )
    }
    let issued = plaintext.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let end = Double(issued) + Double(Self.validity.components.seconds)
    if end <= (now.milliseconds / 1000).rounded(.down) {
      throw Self.refusal("StorageTokenExpired", "Store File Authorization expired")
    }
  }

  private func open(_ text: String) -> [UInt8]? {
    // No token is longer; a name has at most that many bytes.
    guard text.utf8.count <= 1024, let bytes = Self.bytes(hexadecimal: text),
      bytes.first == Self.version, bytes.count > 1 + Self.nonceLength + Self.tagLength,
      let box = try? AES.GCM.SealedBox(combined: bytes.dropFirst()),
      let plaintext = try? AES.GCM.open(box, using: key, authenticating: [Self.version])
    else { return nil }
    return Array(plaintext)
  }

  private static func refusal(_ code: String, _ message: String) -> BackendError {
    BackendError(kind: .unauthenticated, code: code, message: message)
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self
    )
  }

  private static func bytes(hexadecimal text: String) -> [UInt8]? {
    func value(_ digit: UInt8) -> UInt8? {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
      default: nil
      }
    }
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}
