// Where a redirect leads.

extension WebAddress {
  /// The URL that `location`, a redirect's target, stands for (RFC 3986 section 5.2).
  ///
  /// Bytes that a URL cannot have are percent-encoded first, as browsers do; a fragment is dropped, since
  /// it is not sent.
  ///
  /// - Parameter location: A URL, or what is to replace the end of this one.
  /// - Returns: The URL; nil for other schemes, and for what is none.
  package func following(_ location: String) -> WebAddress? {
    let reference = PercentEncoding.encodeInvisible(location).prefix { $0 != "#" }
    if Self.hasScheme(reference) { return WebAddress(String(reference)) }
    if reference.hasPrefix("//") {
      return WebAddress("\(isSecure ? "https" : "http"):\(reference)")
    }
    let origin = text[..<authorityEnd]
    let base = text[authorityEnd...].prefix { $0 != "#" }
    let basePath = base.prefix { $0 != "?" }
    let path = reference.prefix { $0 != "?" }
    let query = reference[path.endIndex...]
    if path.isEmpty {
      return WebAddress("\(origin)\(query.isEmpty ? base : basePath)\(query)")
    }
    // What follows the last slash of this URL's path is replaced.
    let folder = basePath.lastIndex(of: "/").map { basePath[...$0] } ?? "/"
    let merged = path.hasPrefix("/") ? path : "\(folder)\(path)"
    return WebAddress("\(origin)\(Self.withoutDots(merged))\(query)")
  }

  /// Whether a reference begins with a scheme, whichever.
  private static func hasScheme(_ reference: Substring) -> Bool {
    guard let end = reference.utf8.firstIndex(where: { ":/?#".utf8.contains($0) }),
      reference.utf8[end] == UInt8(ascii: ":"), let first = reference.utf8.first
    else { return false }
    return isLetter(first | 0x20)
      && reference.utf8[..<end].allSatisfy {
        isLetter($0 | 0x20) || isDigit($0) || "+-.".utf8.contains($0)
      }
  }

  /// A path without the segments `.` and `..`, which lead to nowhere but within it.
  private static func withoutDots(_ path: Substring) -> String {
    var result: [Substring] = []
    let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    for segment in segments {
      switch segment {
      case ".": break
      case "..": _ = result.popLast()
      default: result.append(segment)
      }
    }
    // A path that ends with a folder keeps the slash that says so.
    if segments.last == "." || segments.last == ".." { result.append("") }
    return "/" + result.joined(separator: "/")
  }
}
