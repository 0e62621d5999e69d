// `data:` URLs, in which a key set may be given (RFC 2397).

import HullValues

/// Reads `data:` URLs.
package enum DataURL {
  /// Whether a text has the scheme.
  package static func isDataURL(_ text: String) -> Bool {
    text.prefix(5).lowercased() == "data:"
  }

  /// What a URL holds; `nil` if it is none or its base 64 is damaged.
  ///
  /// The media type is ignored.
  package static func bytes(of text: String) -> [UInt8]? {
    guard isDataURL(text), let comma = text.firstIndex(of: ",") else { return nil }
    let data = text[text.index(after: comma)...].prefix { $0 != "#" }
    guard let bytes = removingPercentEncoding(data) else { return nil }
    guard text[..<comma].lowercased().hasSuffix(";base64") else { return bytes }
    return try? Base64.decode(String(decoding: bytes, as: UTF8.self))
  }

  private static func removingPercentEncoding(_ text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.first != UInt8(ascii: "+"),
        let value = UInt8(String(Substring(digits)), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return bytes
  }
}
