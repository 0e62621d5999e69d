// Options that may also come from environment variables, validated in one way.

import ArgumentParser

/// The value of an option from the command line, else from the environment, else its default.
struct Setting {
  /// The option with its dashes: `--port`.
  var option: String
  /// The environment variable: `HULL_PORT`.
  var variable: String

  /// The text that counts and who said it.
  private func given(
    _ value: String?,
    _ environment: [String: String]
  ) -> (text: String, source: String)? {
    if let value { return (value, option) }
    if let value = environment[variable], !value.isEmpty { return (value, variable) }
    return nil
  }

  /// Resolves a text.
  func text(_ value: String?, _ environment: [String: String]) -> String? {
    given(value, environment)?.text
  }

  /// Resolves a whole number.
  ///
  /// - Throws: A `ValidationError` that names the option or the variable.
  func number(
    _ value: String?,
    in range: ClosedRange<Int>,
    _ environment: [String: String]
  ) throws -> Int? {
    guard let (text, source) = given(value, environment) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw ValidationError(
        "\(source) must be a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'."
      )
    }
    return number
  }

  /// Resolves one of several words.
  ///
  /// - Throws: A `ValidationError` that names the option or the variable, and the words.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ value: String?,
    of type: Choice.Type,
    _ environment: [String: String]
  ) throws -> Choice? {
    guard let (text, source) = given(value, environment) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("\(source) must be one of \(words), not '\(text)'.")
    }
    return choice
  }

  /// Resolves a switch.
  ///
  /// - Throws: A `ValidationError` that names the variable.
  func flag(_ isGiven: Bool, _ environment: [String: String]) throws -> Bool {
    if isGiven { return true }
    guard let text = environment[variable], !text.isEmpty else { return false }
    switch text.lowercased() {
    case "1", "true", "yes", "on": return true
    case "0", "false", "no", "off": return false
    default: throw ValidationError("\(variable) must be true or false, not '\(text)'.")
    }
  }
}
