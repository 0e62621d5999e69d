// Versions as clients state them (semver.org 2.0).

/// A semantic version; build metadata is checked, then ignored.
package struct SemanticVersion: Comparable, CustomStringConvertible, Sendable {
  /// One dot-separated part of a pre-release.
  private enum Identifier: Comparable, Sendable {
    // In order of precedence: numbers come before words.
    case number(UInt64)
    case word(String)
  }

  /// The version as it was written.
  package let description: String
  private let core: [UInt64]
  private let preRelease: [Identifier]

  /// Creates a release version.
  init(_ major: UInt64, _ minor: UInt64, _ patch: UInt64) {
    core = [major, minor, patch]
    preRelease = []
    description = "\(major).\(minor).\(patch)"
  }

  /// Parses a version; nil for anything that is not exactly one.
  init?(_ text: some StringProtocol) {
    var rest = Substring(text)
    if let plus = rest.firstIndex(of: "+") {
      guard Self.identifiers(rest[rest.index(after: plus)...], allowsLeadingZeros: true) != nil
      else { return nil }
      rest = rest[..<plus]
    }
    var preRelease: [Identifier] = []
    if let dash = rest.firstIndex(of: "-") {
      guard let parts = Self.identifiers(rest[rest.index(after: dash)...]) else { return nil }
      preRelease = parts
      rest = rest[..<dash]
    }
    let numbers = rest.split(separator: ".", omittingEmptySubsequences: false).map(Self.number)
    let core = numbers.compactMap { $0 }
    guard numbers.count == 3, core.count == 3 else { return nil }
    self.core = core
    self.preRelease = preRelease
    description = String(text)
  }

  private static func number(_ text: Substring) -> UInt64? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0")
    else { return nil }
    return UInt64(text)
  }

  private static func identifiers(
    _ text: Substring,
    allowsLeadingZeros: Bool = false
  ) -> [Identifier]? {
    var identifiers: [Identifier] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      let isWellFormed = part.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
      guard !part.isEmpty, isWellFormed else { return nil }
      if let number = number(part) {
        identifiers.append(.number(number))
      } else if !allowsLeadingZeros, part.utf8.allSatisfy({ $0 < UInt8(ascii: ":") && $0 != 0x2D })
      {
        return nil
      } else {
        identifiers.append(.word(String(part)))
      }
    }
    return identifiers
  }

  package static func == (left: SemanticVersion, right: SemanticVersion) -> Bool {
    left.core == right.core && left.preRelease == right.preRelease
  }

  package static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
    if left.core != right.core { return left.core.lexicographicallyPrecedes(right.core) }
    // A pre-release comes before its release.
    if left.preRelease.isEmpty || right.preRelease.isEmpty {
      return !left.preRelease.isEmpty && right.preRelease.isEmpty
    }
    return left.preRelease.lexicographicallyPrecedes(right.preRelease)
  }
}
