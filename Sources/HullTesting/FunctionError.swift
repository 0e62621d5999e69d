// What a test sees of a function that failed.

public import Hull
import HullRuntime

/// A function failed with something other than a `ConvexError`, which reaches the test as itself.
public struct FunctionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What happened, such as `Uncaught Error: boom`, without a stack.
  public let message: String

  /// Where, innermost first, as in `list (convex/messages.swift:12)`; empty when a check failed.
  public let frames: [String]

  /// The data clients receive; only of errors of the engine that have some.
  public let data: ConvexValue?

  /// The short code, when the engine gave no result at all: `OptimisticConcurrencyControlFailure`.
  public let code: String?

  init(_ failure: FunctionFailure) {
    message = failure.message
    frames = failure.frames
    data = failure.data
    code = nil
  }

  init(_ error: BackendError) {
    message = error.message
    frames = []
    data = nil
    code = error.code
  }

  /// The message and a line for each frame.
  public var description: String {
    message + frames.map { "\n    at \($0)" }.joined()
  }

  /// Whether the arguments did not match their validator.
  public var isArgumentValidationError: Bool {
    message.contains("ArgumentValidationError: ")
  }

  /// Whether the result did not match its validator.
  public var isReturnsValidationError: Bool {
    message.contains("ReturnsValidationError: ")
  }

  /// Whether a document did not match the schema.
  public var isSchemaValidationError: Bool {
    message.contains("because it does not match the schema: ")
  }

  /// The way to the value that failed validation, such as `.pets[2].name`; empty for the whole value.
  ///
  /// `nil` when this is no validation error.
  public var validationPath: String? {
    guard isArgumentValidationError || isReturnsValidationError || isSchemaValidationError
    else { return nil }
    guard let range = message.firstRange(of: "Path: ") else { return "" }
    return String(message[range.upperBound...].prefix { $0 != "\n" })
  }

  /// Whether every attempt to commit lost against another one.
  public var isConflict: Bool { code == "OptimisticConcurrencyControlFailure" }
}
