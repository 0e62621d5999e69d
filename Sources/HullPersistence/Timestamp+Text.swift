// Timestamps as clients hold them: eight little-endian bytes in base64 (spec/sync-protocol.md 2).

import HullValues

extension Timestamp {
  /// The form clients hold, always twelve characters: `AMowfbKQXhg=`.
  package var text: String {
    var bytes: [UInt8] = []
    appendText(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends ``text``.
  package func appendText(to bytes: inout [UInt8]) {
    withUnsafeBytes(of: UInt64(bitPattern: rawValue).littleEndian) { number in
      number.withMemoryRebound(to: UInt8.self) { Base64.append($0, to: &bytes) }
    }
  }

  /// Why a text is no timestamp.
  package enum TextError: Error, Hashable, Sendable {
    /// It is not base64 of eight bytes, with the reason.
    case malformed(String)
    /// It is a number beyond the last timestamp, 2^63 − 1.
    case tooLarge(UInt64)

    /// What is wrong, in the reference's words.
    package var message: String {
      switch self {
      case .malformed(let reason): reason
      case .tooLarge(let number): "ts \(number) too large"
      }
    }
  }

  /// Reads what a client sent.
  ///
  /// - Parameter text: Base64, with or without padding.
  /// - Throws: ``TextError`` for anything that is no timestamp.
  package init(text: String) throws(TextError) {
    let bytes: [UInt8]
    do throws(ConvexValueError) {
      bytes = try Base64.decode(text)
    } catch {
      throw .malformed(error.message)
    }
    guard bytes.count == 8 else { throw .malformed("u64 must be 8 bytes") }
    let number = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let value = Int64(exactly: number) else { throw .tooLarge(number) }
    self.init(rawValue: value)
  }
}
