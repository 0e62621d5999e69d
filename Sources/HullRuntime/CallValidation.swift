// What is checked before a function runs and after it returned.

import Hull
import HullDatabase
import HullValues

/// The checks on arguments and results, with the reference's texts (spec/http-api.md 7.1).
struct CallValidation {
  let function: RegisteredFunction
  let limits: Limits
  let tables: any TableMapping

  /// A check that failed; the text has no stack, because no code of the function is to blame.
  struct Rejection: Error {
    var message: String
  }

  /// Arguments that passed, and their size.
  struct Checked {
    var arguments: ConvexObject
    var size: Int
  }

  /// Checks decoded positional arguments.
  func check(_ arguments: FunctionArguments) throws(Rejection) -> Checked {
    switch arguments {
    case .undecodable(let reason):
      throw Rejection(message: "Invalid arguments for \(function.path.canonical): \(reason)")
    case .notAList: throw Rejection(message: "Invalid arguments provided")
    case .values(let values):
      let size = ConvexValue.array(values).size
      guard size <= limits.argumentsSizeBytes else {
        throw Rejection(
          message: "Arguments for \(function.path.canonical) are too large (actual: "
            + "\(SizeText.binary(size)), limit: \(SizeText.binary(limits.argumentsSizeBytes)))"
        )
      }
      return Checked(arguments: try object(of: values), size: size)
    }
  }

  /// The single object well-formed arguments consist of.
  private func object(of values: [ConvexValue]) throws(Rejection) -> ConvexObject {
    if let message = function.arguments.failureMessage(values, tables: tables) {
      throw Rejection(message: message)
    }
    if case .object(let object)? = values.first { return object }
    // Without a validator the reference takes any arguments; a Swift function sees one object.
    guard let value = values.first else { return [:] }
    throw Rejection(
      message: "ArgumentValidationError: Expected to receive an object as the function's "
        + "argument. Instead received: \(value.displayText)\n"
    )
  }

  /// Whether a result has to be looked at.
  ///
  /// What a Swift type guarantees is not looked at again: reading a page of documents back into
  /// values would cost more than fetching it.
  static func mustCheck(
    _ result: EncodedValue,
    of function: RegisteredFunction,
    limits: Limits
  ) -> Bool {
    function.mustCheckResult || mayBeLarge(result, limits)
  }

  /// No value is larger by the reference's measure than three times its text.
  private static func mayBeLarge(_ result: EncodedValue, _ limits: Limits) -> Bool {
    result.count > limits.resultSizeBytes / 3
  }

  /// Checks a result and returns its size, as far as it had to be measured.
  func check(_ result: EncodedValue) throws(Rejection) -> Int {
    let limit = limits.resultSizeBytes
    let mayBeLarge = Self.mayBeLarge(result, limits)
    let value: ConvexValue
    do throws(JSONParseError) {
      value = try result.decoded()
    } catch {
      throw Rejection(
        message: "Function \(function.path.canonical) return value invalid: \(error.message)"
      )
    }
    let size = mayBeLarge ? value.size : 0
    guard size <= limit else {
      throw Rejection(
        message: "Function \(function.path.canonical) return value is too large (actual: "
          + "\(SizeText.binary(size)), limit: \(SizeText.binary(limit)))"
      )
    }
    if function.mustCheckResult,
      let message = function.returns.failureMessage(value, tables: tables)
    {
      throw Rejection(message: message)
    }
    return size
  }
}
