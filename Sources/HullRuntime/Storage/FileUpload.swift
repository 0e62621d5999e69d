// A file on its way into the store.

import Hull
import HullValues

/// What is to become a stored file.
struct FileUpload: Sendable {
  /// The media type to keep.
  var contentType: String?
  /// What the SHA-256 of the bytes must be.
  var sha256: [UInt8]?

  /// The longest media type that is kept, in bytes.
  private static let longestContentType = 255

  /// Whether a text is a media type, perhaps with parameters: `text/plain; charset=utf-8`.
  static func isMediaType(_ text: String) -> Bool {
    guard text.utf8.count <= longestContentType,
      text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
    else { return false }
    let essence = text.prefix { $0 != ";" && $0 != " " }
    let rest = text[essence.endIndex...].drop { $0 == " " }
    guard rest.isEmpty || rest.first == ";" else { return false }
    let parts = essence.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { HTTPFields.isToken(String($0)) }
  }

  /// The digest a text in base64 stands for; nil if it is no SHA-256.
  static func digest(base64 text: String) -> [UInt8]? {
    guard let bytes = try? Base64.decode(text), bytes.count == 32 else { return nil }
    return bytes
  }
}
