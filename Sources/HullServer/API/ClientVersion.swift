// What the `Convex-Client` header says, and what follows from it (spec/http-api.md 3.5, 4.1).

import HullValues

/// The name and version a client gives itself.
package struct ClientVersion: Equatable, Sendable {
  /// The version part.
  package enum Version: Equatable, Sendable {
    case semantic(SemanticVersion)
    case opaque(String)

    fileprivate func isAtMost(_ threshold: SemanticVersion) -> Bool {
      if case .semantic(let version) = self { version <= threshold } else { true }
    }

    fileprivate func isAtLeast(_ threshold: SemanticVersion) -> Bool {
      if case .semantic(let version) = self { version >= threshold } else { true }
    }

    fileprivate var text: String {
      switch self {
      case .semantic(let version): version.description
      case .opaque(let text): text
      }
    }
  }

  /// Whether the server still speaks with the client.
  enum Support: Equatable {
    case supported
    /// Still answered, with this advice.
    case deprecated(String)
    /// Refused, with this reason.
    case unsupported(String)
  }

  /// The name in lower case, such as `npm` or `python`.
  package let name: String
  /// The version.
  package let version: Version

  /// A client that does not say what it is.
  package static let unknown = ClientVersion(name: "unknown", version: .opaque("unknownversion"))

  private init(name: String, version: Version) {
    self.name = name
    self.version = version
  }

  /// Parses `name-semver`, split at the first dash that leaves a semantic version.
  ///
  /// - Returns: nil when there is no dash at all.
  package init?(header: String) {
    guard let firstDash = header.firstIndex(of: "-") else { return nil }
    var dash = firstDash
    while true {
      let rest = header[header.index(after: dash)...]
      if let version = SemanticVersion(rest) {
        self.init(name: Self.canonicalName(header[..<dash]), version: .semantic(version))
        return
      }
      guard let next = rest.firstIndex(of: "-") else { break }
      dash = next
    }
    self.init(
      name: Self.canonicalName(header[..<firstDash]),
      version: .opaque(String(header[header.index(after: firstDash)...]))
    )
  }

  /// The npm client of a version that a WebSocket address names, as in `/api/1.45.0/sync`.
  ///
  /// - Returns: nil for anything but a semantic version.
  package init?(path version: String) {
    guard let version = SemanticVersion(version) else { return nil }
    self.init(name: "npm", version: .semantic(version))
  }

  private static func canonicalName(_ text: Substring) -> String {
    let name = text.lowercased()
    return name == "python-convex" ? "python" : name
  }

  /// Whether the server still speaks with the client.
  var support: Support {
    let deprecatedUntil: SemanticVersion
    let unsupportedUntil: SemanticVersion
    let instructions: String
    switch name {
    case "npm", "npm-cli", "actions":
      (deprecatedUntil, unsupportedUntil) = (SemanticVersion(0, 19, 1), SemanticVersion(0, 19, 1))
      instructions = "Update your Convex npm version with `npx convex update` or `npm update`."
    case "python":
      (deprecatedUntil, unsupportedUntil) = (SemanticVersion(0, 2, 0), SemanticVersion(0, 0, 2))
      instructions = "Update your Convex python version with `pip install --upgrade convex`."
    case "rust":
      (deprecatedUntil, unsupportedUntil) = (SemanticVersion(0, 0, 1), SemanticVersion(0, 0, 1))
      instructions =
        "Update your Convex rust version with `cargo update -p convex` or by updating `Cargo.toml`."
    default: return .supported
    }
    if version.isAtMost(unsupportedUntil) {
      return .unsupported(
        "The Convex \(name) package at version \(version.text) is no longer supported. "
          + instructions
      )
    }
    if version.isAtMost(deprecatedUntil) {
      return .deprecated(
        """
        The Convex \(name) package at \(version.text) is deprecated and will no longer be supported \
        soon. When this version is no longer supported, requests to Convex will fail, so it is best \
        to upgrade and redeploy your application as soon as possible. \(instructions)
        """
      )
    }
    return .supported
  }

  /// Whether the client can put a Transition together from chunks (spec/sync-protocol.md 4.2).
  package var supportsTransitionChunks: Bool {
    guard name == "npm", case .semantic(let version) = version else { return false }
    return version >= SemanticVersion(1, 28, 0)
  }

  /// The output format of calls that name none: old clients expect the encoded one.
  var defaultFormat: ValueFormat {
    switch name {
    case "npm", "npm-cli", "actions":
      version.isAtLeast(SemanticVersion(1, 4, 1)) ? .clean : .encoded
    case "python": version.isAtLeast(SemanticVersion(0, 5, 0)) ? .clean : .encoded
    default: .clean
    }
  }
}
