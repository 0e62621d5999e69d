// What the deployment's environment variables may be called and contain.

/// A variable to set or unset.
package struct EnvironmentVariableChange: Sendable, Hashable {
  /// Its name, checked.
  package let name: String
  /// Its value from now on; nil to unset it.
  package let value: String?

  /// The longest name, in bytes.
  package static let maximumNameBytes = 256
  /// The longest value, in bytes.
  package static let maximumValueBytes = 8 << 10
  /// How many variables a deployment has at most.
  package static let maximumCount = 512
  /// How long all names and values may be together, in bytes.
  package static let maximumTotalBytes = 512 << 10
  /// Names whose values the server decides.
  package static let builtIn: Set<String> = ["CONVEX_CLOUD_URL", "CONVEX_SITE_URL"]

  /// Checks a change (spec/functions.md 15).
  ///
  /// - Parameters:
  ///   - name: The variable.
  ///   - value: Its value from now on; nil to unset it.
  /// - Throws: ``BackendError`` `EnvironmentVariableNameInvalid`, `EnvironmentVariableNameTooLong`,
  ///   `EnvironmentVariableValueTooLarge` or `EnvVarNameForbidden`.
  package init(name: String, value: String?) throws(BackendError) {
    func refusal(_ code: String, _ message: String) -> BackendError {
      BackendError(kind: .badRequest, code: code, message: message)
    }
    guard name.utf8.count <= Self.maximumNameBytes else {
      throw refusal(
        "EnvironmentVariableNameTooLong",
        "The environment variable name '\(name.prefix(64))…' is longer than "
          + "\(Self.maximumNameBytes) bytes."
      )
    }
    guard Self.isName(name) else {
      throw refusal(
        "EnvironmentVariableNameInvalid",
        "The environment variable name '\(name)' is invalid: it must begin with a letter or an "
          + "underscore, and have only letters of ASCII, digits and underscores."
      )
    }
    if let value, value.utf8.count > Self.maximumValueBytes {
      throw refusal(
        "EnvironmentVariableValueTooLarge",
        "The value of the environment variable '\(name)' has \(value.utf8.count) bytes; the most "
          + "is \(Self.maximumValueBytes)."
      )
    }
    if Self.builtIn.contains(name), value != nil {
      throw refusal(
        "EnvVarNameForbidden",
        "Environment variable with name \"\(name)\" is built-in and cannot be overridden"
      )
    }
    self.name = name
    self.value = value
  }

  private static func isName(_ text: String) -> Bool {
    func isLetter(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    guard let first = text.utf8.first, isLetter(first) else { return false }
    return text.utf8.allSatisfy {
      isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
  }
}
