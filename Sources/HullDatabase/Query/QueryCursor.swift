// A place in the results of one query, and its sealed text form for clients.

internal import Crypto
internal import Foundation
package import HullValues

/// Where a query stopped.
package enum CursorPosition: Hashable, Sendable {
  /// Just beyond a key, in the query's direction.
  case after(IndexKey)
  /// Beyond every key there is or will be.
  case end
}

/// A digest of a query and of the fields of its index: equal for equal queries only.
package struct QueryFingerprint: Hashable, Sendable {
  /// 32 bytes.
  package let bytes: [UInt8]

  /// The length of every fingerprint.
  package static let byteCount = 32

  /// Digests the canonical description of a query.
  package init(digesting description: [UInt8]) {
    bytes = Array(SHA256.hash(data: description))
  }

  fileprivate init?(bytes: ArraySlice<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = Array(bytes)
  }
}

/// A position in the results of the query with a certain fingerprint.
package struct QueryCursor: Hashable, Sendable {
  package var position: CursorPosition
  package var fingerprint: QueryFingerprint

  /// Makes a cursor of its parts.
  package init(position: CursorPosition, fingerprint: QueryFingerprint) {
    self.position = position
    self.fingerprint = fingerprint
  }
}

/// Seals cursors into text that a client can hand back but neither read nor change.
///
/// Equal cursors give equal texts, so that pages can be cached by their arguments, and the keys
/// come from the secret of the instance, so that cursors survive a restart and mean nothing to
/// another instance. The nonce of each text is a MAC of what is sealed (a synthetic nonce), which
/// makes AES-GCM deterministic without ever using one nonce for two plaintexts.
package struct CursorCodec: Sendable {
  /// What a sealed text is good for; one cannot pass as the other.
  package enum Purpose: UInt8, Sendable {
    /// The `cursor`, `endCursor`, `continueCursor` and `splitCursor` of a page.
    case cursor = 1
    /// The query journal that a subscription hands from one run of its query to the next.
    case journal = 2
  }

  private let sealingKey: SymmetricKey
  private let nonceKey: SymmetricKey

  private static let formatVersion: UInt8 = 1
  private static let nonceLength = 12
  private static let tagLength = 16

  /// Derives the keys of an instance.
  ///
  /// - Parameters:
  ///   - secret: The instance's secret bytes.
  ///   - instanceName: The instance's name, which must match as well.
  package init(secret: [UInt8], instanceName: String) {
    let input = SymmetricKey(data: secret)
    func key(_ use: String) -> SymmetricKey {
      HKDF<SHA256>.deriveKey(
        inputKeyMaterial: input,
        info: Data("hull \(use) \(instanceName)".utf8),
        outputByteCount: 32
      )
    }
    sealingKey = key("cursor sealing")
    nonceKey = key("cursor nonce")
  }

  /// The text of a cursor: lower-case hexadecimal.
  package func seal(_ cursor: QueryCursor, for purpose: Purpose = .cursor) -> String {
    var plaintext = cursor.fingerprint.bytes
    switch cursor.position {
    case .end: plaintext.append(0)
    case .after(let key):
      plaintext.append(1)
      plaintext += key.bytes
    }
    let header = [Self.formatVersion, purpose.rawValue]
    let mac = HMAC<SHA256>.authenticationCode(for: header + plaintext, using: nonceKey)
    do {
      let box = try AES.GCM.seal(
        plaintext,
        using: sealingKey,
        nonce: AES.GCM.Nonce(data: Array(mac.prefix(Self.nonceLength))),
        authenticating: header
      )
      return Self.hexadecimal(header[..<1] + Array(box.nonce) + box.ciphertext + box.tag)
    } catch {
      // The key and the nonce have the lengths the cipher asks for; nothing else can be refused.
      preconditionFailure("AES-GCM refused to seal a cursor: \(error)")
    }
  }

  /// Reads a text back.
  ///
  /// - Parameters:
  ///   - text: What a client sent.
  ///   - purpose: What the text must have been sealed for.
  /// - Returns: The cursor, or nil for anything but a text this instance sealed for the purpose.
  package func open(_ text: String, for purpose: Purpose = .cursor) -> QueryCursor? {
    guard let bytes = Self.bytes(hexadecimal: text), bytes.first == Self.formatVersion,
      bytes.count > 1 + Self.nonceLength + QueryFingerprint.byteCount + Self.tagLength
    else { return nil }
    let header = [Self.formatVersion, purpose.rawValue]
    guard
      let box = try? AES.GCM.SealedBox(combined: bytes[1...]),
      let data = try? AES.GCM.open(box, using: sealingKey, authenticating: header)
    else { return nil }
    let plaintext = Array(data)
    guard
      let fingerprint = QueryFingerprint(bytes: plaintext[..<QueryFingerprint.byteCount])
    else { return nil }
    let rest = plaintext[QueryFingerprint.byteCount...]
    switch (rest.first, rest.count) {
    case (0, 1): return QueryCursor(position: .end, fingerprint: fingerprint)
    case (1, _):
      let key = IndexKey(bytes: Array(rest.dropFirst()))
      return QueryCursor(position: .after(key), fingerprint: fingerprint)
    default: return nil
    }
  }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Only the lower-case form is read, so that one cursor has one text.
  private static func bytes(hexadecimal text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 2)
    var high: UInt8?
    for digit in text.utf8 {
      let nibble: UInt8
      switch digit {
      case 0x30...0x39: nibble = digit - 0x30
      case 0x61...0x66: nibble = digit - 0x61 + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | nibble)
        high = nil
      } else {
        high = nibble
      }
    }
    return high == nil ? bytes : nil
  }
}
