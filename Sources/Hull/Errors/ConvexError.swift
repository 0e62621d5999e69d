/// An error an application throws for its clients: its data always reaches them.
///
/// The data may be any value; texts show it as JSON, or as it is when it is a string. Every other
/// error is shown only by a development server.
///
/// ```swift
/// throw ConvexError(["code": "NOT_FOUND", "message": "Customer not found"])
/// ```
public struct ConvexError: Error, Hashable, Sendable {
  /// What clients receive.
  public let data: ConvexValue

  /// Makes an error with the given data.
  public init(_ data: ConvexValue) { self.data = data }

  /// Makes an error whose data is the wire form of a value.
  ///
  /// - Parameter data: Anything that has a wire form, usually an `@ConvexObject` struct.
  /// - Throws: What encoding `data` throws.
  public init(encoding data: some ConvexConvertible) throws { self.data = try data.convexValue() }
}
