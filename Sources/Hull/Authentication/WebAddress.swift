// URLs of providers, as far as they must be understood to decide whether to trust them.

/// An `http` or `https` URL.
package struct WebAddress: Sendable, Hashable {
  /// Whether what is sent there is encrypted and its answers are authentic.
  package let isSecure: Bool
  /// The host in lower case, an IPv6 address without its brackets.
  package let host: String
  /// The port, that of the scheme if the URL names none.
  package let port: Int
  /// The URL as it was given.
  package let text: String

  /// Where the host ends and the path begins, in ``text``.
  let authorityEnd: String.Index

  /// Reads a URL; `nil` for another scheme, a host that cannot be one, and user names.
  ///
  /// - Parameter text: The URL: visible ASCII, so a host beyond it must come as Punycode.
  package init?(_ text: String) {
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }),
      let scheme = Self.scheme(of: text), ["http", "https"].contains(scheme)
    else { return nil }
    let start = text.utf8.index(text.startIndex, offsetBy: scheme.utf8.count + 3)
    let end = text[start...].firstIndex { "/?#".contains($0) } ?? text.endIndex
    guard let host = Self.host(of: text[start..<end]) else { return nil }
    self.text = text
    self.host = host
    isSecure = scheme == "https"
    let digits = text[start..<end].utf8.reversed().prefix(while: Self.isDigit)
    let hasPort = text[start..<end].utf8.dropLast(digits.count).last == UInt8(ascii: ":")
    port =
      (hasPort ? Int(String(decoding: digits.reversed(), as: UTF8.self)) : nil)
      ?? (isSecure ? 443 : 80)
    authorityEnd = end
  }

  /// The scheme of a URL in lower case; `nil` if there is none before a `://`.
  package static func scheme(of text: String) -> String? {
    guard let separator = text.firstRange(of: "://") else { return nil }
    let scheme = text[..<separator.lowerBound]
    let isWord = scheme.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
    }
    return scheme.isEmpty || !isWord ? nil : scheme.lowercased()
  }

  /// A text without the slashes at its end: issuers are compared like this.
  package static func withoutSlashes(_ text: String) -> String {
    guard let last = text.utf8.lastIndex(where: { $0 != UInt8(ascii: "/") }) else { return "" }
    return String(text[...last])
  }

  /// Whether nobody on the way can read or change what is said, or there is no such way.
  package var isSecureOrPrivate: Bool { isSecure || isPrivate }

  /// Whether the host ends with a name such as `com`, or is this machine by name.
  package var hasTopLevelDomain: Bool {
    if host == "localhost" { return true }
    let labels = host.utf8.split(separator: UInt8(ascii: "."))
    guard labels.count > 1, let last = labels.last, last.count > 1 else { return false }
    return last.starts(with: "xn--".utf8) || last.allSatisfy(Self.isLetter)
  }

  /// Whether the other URL has the same scheme, host and port.
  package func hasOrigin(of other: WebAddress) -> Bool {
    isSecure == other.isSecure && host == other.host && port == other.port
  }

  /// Whether a text is a host with or without a port, and nothing else.
  package static func isAuthority(_ text: String) -> Bool {
    WebAddress("http://" + text).map { $0.authorityEnd == $0.text.endIndex } ?? false
  }

  private static func host(of authority: Substring) -> String? {
    var name = authority
    if let bracket = authority.lastIndex(of: "]") {
      guard authority.first == "[", isPort(authority[authority.index(after: bracket)...])
      else { return nil }
      name = authority[..<bracket].dropFirst()
      let isAddress = name.utf8.allSatisfy {
        isDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0 | 0x20)
      }
      return isAddress && name.contains(":") ? name.lowercased() : nil
    }
    if let colon = authority.firstIndex(of: ":") {
      guard isPort(authority[colon...]) else { return nil }
      name = authority[..<colon]
    }
    let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard name.utf8.count <= 253, labels.allSatisfy({ (1...63).contains($0.count) }),
      name.utf8.allSatisfy({
        isLetter($0 | 0x20) || isDigit($0) || [0x2D, 0x2E, 0x5F].contains($0)
      })
    else { return nil }
    return name.lowercased()
  }

  /// Whether a text is empty or a colon and a port.
  private static func isPort(_ text: Substring) -> Bool {
    if text.isEmpty { return true }
    guard text.first == ":", text.dropFirst().utf8.allSatisfy(isDigit),
      let port = UInt16(text.dropFirst())
    else { return false }
    return port > 0
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }
}
