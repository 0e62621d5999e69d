// Timestamps as clients hold them: eight little-endian bytes in base64 (spec/http-api.md 2.5).

import HullPersistence
import HullRuntime
import HullValues

/// The text form of timestamps.
enum TimestampText {
  /// The text of a timestamp, always twelve characters.
  static func encode(_ timestamp: Timestamp) -> String {
    let number = UInt64(bitPattern: timestamp.rawValue).littleEndian
    return Base64.encode(withUnsafeBytes(of: number, Array.init))
  }

  /// The timestamp of a text.
  ///
  /// - Parameters:
  ///   - text: The text a client sent.
  ///   - latest: The newest timestamp there is.
  /// - Returns: A timestamp that is not in the future.
  /// - Throws: ``BackendError`` for a text that stands for none, or for one that is yet to come.
  static func decode(_ text: String, latest: Timestamp) throws(BackendError) -> Timestamp {
    guard let bytes = try? Base64.decode(text), bytes.count == 8, text.utf8.count == 12 else {
      throw invalid("\(text.debugDescription) is not a timestamp: base64 of 8 bytes is expected.")
    }
    let number = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let value = Int64(exactly: number) else {
      throw invalid("Timestamp \(number) is larger than \(Int64.max).")
    }
    let timestamp = Timestamp(rawValue: value)
    guard timestamp <= latest else {
      throw invalid("Timestamp \(number) is later than the latest, \(latest.rawValue).")
    }
    return timestamp
  }

  private static func invalid(_ message: String) -> BackendError {
    BackendError(kind: .badRequest, code: "InvalidTimestamp", message: message)
  }
}
