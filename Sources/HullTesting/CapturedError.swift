// Asserting that something fails, and how.

public import Hull

/// The `ConvexError` that `body` throws.
///
/// ```swift
/// let error = try await convexError { try await t.mutation(Customers.$create, ["name": ""]) }
/// #expect(error.data["code"] == "INVALID_INPUT")
/// ```
///
/// - Parameter body: What is expected to fail.
/// - Returns: The error.
/// - Throws: ``UnexpectedSuccess`` when `body` throws nothing, and anything else it throws.
public func convexError<Value>(
  from body: () async throws -> Value
) async throws -> ConvexError {
  do {
    _ = try await body()
  } catch let error as ConvexError {
    return error
  }
  throw UnexpectedSuccess(expected: "ConvexError")
}

/// The ``FunctionError`` that `body` throws: everything that is no `ConvexError`.
///
/// ```swift
/// let error = try await functionError { try await t.query("messages:list", ["n": "one"]) }
/// #expect(error.validationPath == ".n")
/// ```
///
/// - Parameter body: What is expected to fail.
/// - Returns: The error.
/// - Throws: ``UnexpectedSuccess`` when `body` throws nothing, and anything else it throws.
public func functionError<Value>(
  from body: () async throws -> Value
) async throws -> FunctionError {
  do {
    _ = try await body()
  } catch let error as FunctionError {
    return error
  }
  throw UnexpectedSuccess(expected: "FunctionError")
}

/// What should have failed did not.
public struct UnexpectedSuccess: Error, Sendable, CustomStringConvertible {
  /// The kind of error that was expected.
  public let expected: String

  /// A sentence that says so.
  public var description: String { "Expected a \(expected), but nothing was thrown." }
}
