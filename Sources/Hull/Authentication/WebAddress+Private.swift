// Which hosts are near enough to be trusted without encryption.

extension WebAddress {
  /// Whether the host is this machine or part of a private network, as its name or address says.
  ///
  /// Names are not looked up. A name without dots counts: only a local network knows such names.
  package var isPrivate: Bool {
    if host.utf8.contains(UInt8(ascii: ":")) { return isPrivateIPv6 }
    if let address = ipv4 { return Self.isPrivate(address) }
    if host.utf8.contains(UInt8(ascii: ".")) {
      return Self.privateDomains.contains { host.hasSuffix($0) }
    }
    return host.utf8.first.map(Self.isLetter) == true
  }

  /// Domains set aside for private use, by RFC 6761, 6762, 8375 and ICANN.
  private static let privateDomains = [
    ".localhost", ".local", ".internal", ".home.arpa", ".test",
  ]

  /// The four numbers of an IPv4 address.
  private var ipv4: [UInt8]? {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.utf8.allSatisfy(Self.isDigit) ? UInt8(part) : nil
    }
    return parts.count == 4 && numbers.count == 4 ? numbers : nil
  }

  /// Loopback (RFC 1122 section 3.2.1.3) and private networks (RFC 1918).
  private static func isPrivate(_ address: [UInt8]) -> Bool {
    switch (address[0], address[1]) {
    case (127, _), (10, _), (172, 16...31), (192, 168): true
    default: false
    }
  }

  /// Loopback and unique local addresses (RFC 4193).
  private var isPrivateIPv6: Bool {
    if host == "::1" || host == "0:0:0:0:0:0:0:1" { return true }
    let first = host.prefix { $0 != ":" }
    return first.utf8.count == 4 && (first.hasPrefix("fc") || first.hasPrefix("fd"))
  }
}
