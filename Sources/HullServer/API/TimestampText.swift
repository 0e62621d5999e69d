// Timestamps in requests: well-formed and not in the future (spec/http-api.md 2.5).

import HullPersistence
import HullRuntime

/// The text form of timestamps over HTTP.
enum TimestampText {
  /// The timestamp of a text.
  ///
  /// - Parameters:
  ///   - text: The text a client sent.
  ///   - latest: The newest timestamp there is.
  /// - Returns: A timestamp that is not in the future.
  /// - Throws: ``BackendError`` for a text that stands for none, or for one that is yet to come.
  static func decode(_ text: String, latest: Timestamp) throws(BackendError) -> Timestamp {
    let timestamp: Timestamp
    do throws(Timestamp.TextError) {
      // Stricter than on a WebSocket: the padding must be there.
      guard text.utf8.count == 12 else { throw .malformed("") }
      timestamp = try Timestamp(text: text)
    } catch {
      switch error {
      case .malformed:
        throw invalid(
          "\(text.debugDescription) is not a timestamp: base64 of 8 bytes is expected."
        )
      case .tooLarge(let number):
        throw invalid("Timestamp \(number) is larger than \(Int64.max).")
      }
    }
    guard timestamp <= latest else {
      throw invalid("Timestamp \(timestamp) is later than the latest, \(latest).")
    }
    return timestamp
  }

  private static func invalid(_ message: String) -> BackendError {
    BackendError(kind: .badRequest, code: "InvalidTimestamp", message: message)
  }
}
