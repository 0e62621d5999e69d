/// Why bytes are not JSON.
public struct JSONSyntaxError: Error, Hashable, Sendable {
  /// What is wrong, without its place.
  public var reason: String
  /// The line, counted from 1.
  public var line: Int
  /// The column in bytes, counted from 1; 0 before the first byte of a line.
  public var column: Int

  /// Makes an error for a place known as a byte offset.
  ///
  /// - Parameters:
  ///   - reason: What is wrong.
  ///   - consumed: How many bytes were read when it was noticed.
  ///   - text: The whole text.
  init(reason: String, consumed: Int, in text: UnsafeBufferPointer<UInt8>) {
    self.reason = reason
    line = 1
    column = 0
    for byte in text.prefix(consumed) {
      if byte == 0x0A {
        line += 1
        column = 0
      } else {
        column += 1
      }
    }
  }

  /// The text, for example `expected value at line 1 column 4`.
  public var message: String { "\(reason) at line \(line) column \(column)" }
}

extension JSONSyntaxError: CustomStringConvertible {
  /// The text.
  public var description: String { message }
}

/// Why bytes are not the JSON form of a value.
public enum JSONParseError: Error, Hashable, Sendable {
  /// They are not JSON.
  case syntax(JSONSyntaxError)
  /// They are JSON that stands for no value.
  case value(ConvexValueError)

  /// The text of either.
  public var message: String {
    switch self {
    case .syntax(let error): error.message
    case .value(let error): error.message
    }
  }

  /// Convex's short code, if the error has one.
  public var code: String? {
    if case .value(let error) = self { error.code } else { nil }
  }
}

extension JSONParseError: CustomStringConvertible {
  /// The text.
  public var description: String { message }
}
