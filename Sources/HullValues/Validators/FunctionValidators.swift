/// What a function accepts as its argument (spec/values.md 10.2).
public enum ArgumentsValidator: Sendable, Hashable {
  /// Any number of arguments of any kind.
  case unvalidated
  /// Exactly one argument, an object with these fields.
  case validated(ObjectValidator)

  /// Makes it of the validator a function declares.
  ///
  /// - Parameter validator: An object or any.
  /// - Throws: ``ConvexValueError`` without a code for any other kind.
  public init(_ validator: Validator) throws(ConvexValueError) {
    switch validator {
    case .any: self = .unvalidated
    case .object(let object): self = .validated(object)
    default: throw ConvexValueError(message: "Args validator must be an object or any")
    }
  }

  /// Reads the JSON a function exports for its arguments.
  ///
  /// - Parameter json: The JSON of a validator.
  /// - Throws: ``ConvexValueError``.
  public init(json: JSONValue) throws(ConvexValueError) {
    let validator: Validator
    do {
      validator = try Validator(json: json)
    } catch {
      throw error.inFunctionValidator("args", "argument")
    }
    try self.init(validator)
  }

  /// Checks the arguments of a call.
  ///
  /// - Parameters:
  ///   - arguments: The positional arguments.
  ///   - tables: Which table an id belongs to.
  /// - Returns: The message of the function's error, which ends with a newline; nil if they fit.
  public func failureMessage(
    _ arguments: [ConvexValue],
    tables: some TableMapping
  ) -> String? {
    guard case .validated(let validator) = self else { return nil }
    guard arguments.count == 1 else {
      return """
        ArgumentValidationError: Expected to receive a single object as the function's argument. \
        Instead received \(arguments.count) arguments: \(ConvexValue.array(arguments).displayText)

        """
    }
    guard case .object(let object) = arguments[0] else {
      return """
        ArgumentValidationError: Expected to receive an object as the function's argument. \
        Instead received: \(arguments[0].displayText)

        """
    }
    return validator.check(object, tables: tables)
      .map { "ArgumentValidationError: \($0.message)\n" }
  }
}

/// What a function returns (spec/values.md 10.2).
public enum ReturnsValidator: Sendable, Hashable {
  /// Anything.
  case unvalidated
  /// A value that satisfies a validator.
  case validated(Validator)

  /// Makes it of the validator a function declares; nil and any accept everything.
  public init(_ validator: Validator?) {
    self = validator.map { $0 == .any ? .unvalidated : .validated($0) } ?? .unvalidated
  }

  /// Reads the JSON a function exports for its result.
  ///
  /// - Parameter json: The JSON of a validator, or null.
  /// - Throws: ``ConvexValueError``.
  public init(json: JSONValue) throws(ConvexValueError) {
    if json == .null {
      self = .unvalidated
      return
    }
    do {
      self.init(try Validator(json: json))
    } catch {
      throw error.inFunctionValidator("returns", "return value")
    }
  }

  /// Whether results need to be looked at.
  public var needsValidation: Bool { self != .unvalidated }

  /// Checks the result of a call.
  ///
  /// - Parameters:
  ///   - result: What the function returned.
  ///   - tables: Which table an id belongs to.
  /// - Returns: The message of the function's error; nil if the result fits.
  public func failureMessage(_ result: ConvexValue, tables: some TableMapping) -> String? {
    guard case .validated(let validator) = self else { return nil }
    return validator.check(result, tables: tables)
      .map { "ReturnsValidationError: \($0.message)" }
  }
}

extension ConvexValueError {
  fileprivate func inFunctionValidator(_ kind: String, _ subject: String) -> ConvexValueError {
    ConvexValueError(
      code: code,
      message: """
        Error in \(kind) validator: \(message)
        See https://docs.convex.dev/functions/validation for docs on how to do \(subject) validation.
        """
    )
  }
}
