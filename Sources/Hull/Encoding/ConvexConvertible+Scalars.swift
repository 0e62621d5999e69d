// The Swift types that are values by themselves.

extension Bool: ConvexConvertible {
  /// `v.boolean()`.
  public static var convexValidator: Validator { v.boolean() }

  /// Reads a boolean.
  public init(convexValue: ConvexValue) throws {
    guard case .boolean(let value) = convexValue else {
      throw ValueDecodingError(expected: "a boolean", found: convexValue)
    }
    self = value
  }

  /// A boolean.
  public func convexValue() -> ConvexValue { .boolean(self) }

  /// Appends `true` or `false`.
  public func encode(into writer: inout JSONWriter) { writer.bool(self) }
}

extension Double: ConvexConvertible {
  /// `v.number()`.
  public static var convexValidator: Validator { v.number() }

  /// Reads a float64.
  public init(convexValue: ConvexValue) throws {
    guard case .float64(let value) = convexValue else {
      throw ValueDecodingError(expected: "a number", found: convexValue)
    }
    self = value
  }

  /// A float64.
  public func convexValue() -> ConvexValue { .float64(self) }

  /// Appends a number, or `{"$float": …}` for what JSON has no number for.
  public func encode(into writer: inout JSONWriter) { writer.double(self) }
}

/// A whole number that Convex holds as a float64, as JavaScript does.
///
/// The validator is `v.number()`, so clients in every language can send it. A number with a
/// fraction, or of a size where doubles skip whole numbers (2⁵³), is refused when it is read.
/// Use `Int64` for `v.int64()`.
extension Int: ConvexConvertible {
  /// The largest magnitude below which every whole number is a double of its own: 2⁵³ − 1.
  private static let largestExact = 9_007_199_254_740_991

  /// `v.number()`.
  public static var convexValidator: Validator { v.number() }

  /// Reads a float64 without a fraction.
  public init(convexValue: ConvexValue) throws {
    guard case .float64(let value) = convexValue, let exact = Int(exactly: value),
      exact.magnitude <= Int.largestExact
    else {
      throw ValueDecodingError(expected: "a whole number", found: convexValue)
    }
    self = exact
  }

  /// A float64.
  ///
  /// - Throws: `ConvexValueError` for a number whose double is not exact.
  public func convexValue() throws -> ConvexValue { .float64(try exactDouble()) }

  /// Appends a number.
  public func encode(into writer: inout JSONWriter) throws { writer.double(try exactDouble()) }

  private func exactDouble() throws -> Double {
    guard magnitude <= Int.largestExact else {
      throw ConvexValueError(
        message: "\(self) is not exact as a number; use Int64 for integers beyond 2^53."
      )
    }
    return Double(self)
  }
}

extension Int64: ConvexConvertible {
  /// `v.int64()`.
  public static var convexValidator: Validator { v.int64() }

  /// Reads an int64.
  public init(convexValue: ConvexValue) throws {
    guard case .int64(let value) = convexValue else {
      throw ValueDecodingError(expected: "an int64", found: convexValue)
    }
    self = value
  }

  /// An int64.
  public func convexValue() -> ConvexValue { .int64(self) }

  /// Appends `{"$integer": …}`.
  public func encode(into writer: inout JSONWriter) { writer.int64(self) }
}

extension String: ConvexConvertible {
  /// `v.string()`.
  public static var convexValidator: Validator { v.string() }

  /// Reads a string.
  public init(convexValue: ConvexValue) throws {
    guard case .string(let value) = convexValue else {
      throw ValueDecodingError(expected: "a string", found: convexValue)
    }
    self = value
  }

  /// A string.
  public func convexValue() -> ConvexValue { .string(self) }

  /// Appends a JSON string.
  public func encode(into writer: inout JSONWriter) { writer.string(self) }
}

/// Any value: `v.any()`.
extension ConvexValue: ConvexConvertible {
  /// `v.any()`.
  public static var convexValidator: Validator { v.any() }

  /// Reads any value.
  public init(convexValue: ConvexValue) { self = convexValue }

  /// The value itself.
  public func convexValue() -> ConvexValue { self }
}

/// An object of any fields.
extension ConvexObject: ConvexConvertible {
  /// `v.any()`: no validator means "an object with any fields".
  public static var convexValidator: Validator { v.any() }

  /// Reads an object.
  public init(convexValue: ConvexValue) throws {
    guard case .object(let value) = convexValue else {
      throw ValueDecodingError(expected: "an object", found: convexValue)
    }
    self = value
  }

  /// An object.
  public func convexValue() -> ConvexValue { .object(self) }
}

/// Byte strings: `v.bytes()`.
public struct Bytes: ConvexConvertible, Hashable, ExpressibleByArrayLiteral {
  /// The bytes.
  public var bytes: [UInt8]

  /// Makes a byte string.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Makes a byte string of the listed bytes.
  public init(arrayLiteral elements: UInt8...) { bytes = elements }

  /// `v.bytes()`.
  public static var convexValidator: Validator { v.bytes() }

  /// Reads bytes.
  public init(convexValue: ConvexValue) throws {
    guard case .bytes(let value) = convexValue else {
      throw ValueDecodingError(expected: "bytes", found: convexValue)
    }
    bytes = value
  }

  /// Bytes.
  public func convexValue() -> ConvexValue { .bytes(bytes) }

  /// Appends `{"$bytes": …}`.
  public func encode(into writer: inout JSONWriter) { writer.bytes(bytes) }
}
