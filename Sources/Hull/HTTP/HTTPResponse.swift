/// An HTTP response: what an HTTP action answers, or what `ctx.fetch` got.
///
/// ```swift
/// return .text("Welcome", status: 201)
/// return try .json(["ok": true], headers: ["access-control-allow-origin": "*"])
/// ```
public struct HTTPResponse: HTTPMessage {
  /// The status code, such as 200.
  public var status: Int
  /// The header fields; those of an HTTP action's response about length and connection are the
  /// server's.
  public var headers: HTTPFields
  /// The body.
  ///
  /// One that is a sequence is sent as it is made; one that `ctx.fetch` got arrives while it
  /// is read, and can be read once.
  public var body: HTTPBody

  /// Makes a response.
  ///
  /// - Parameters:
  ///   - status: The status code.
  ///   - headers: The header fields.
  ///   - body: The body.
  public init(status: Int = 200, headers: HTTPFields = [:], body: HTTPBody = .empty) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Whether the status says that all went well: 200 to 299.
  public var isSuccess: Bool { (200..<300).contains(status) }

  /// A response with a text.
  ///
  /// - Parameters:
  ///   - text: The body.
  ///   - status: The status code.
  ///   - headers: More header fields; a `content-type` among them counts instead of plain text.
  /// - Returns: The response.
  public static func text(
    _ text: String,
    status: Int = 200,
    headers: HTTPFields = [:]
  ) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, body: HTTPBody(text))
      .defaulting(contentType: "text/plain; charset=utf-8")
  }

  /// A response with plain JSON: int64 and bytes become strings, as they have no other form in it.
  ///
  /// - Parameters:
  ///   - value: The body.
  ///   - status: The status code.
  ///   - headers: More header fields; a `content-type` among them counts instead of JSON.
  /// - Returns: The response.
  public static func json(
    _ value: ConvexValue,
    status: Int = 200,
    headers: HTTPFields = [:]
  ) -> HTTPResponse {
    var writer = JSONWriter(capacity: 256)
    writer.value(value, format: .clean)
    return HTTPResponse(status: status, headers: headers, body: HTTPBody(writer.bytes))
      .defaulting(contentType: "application/json")
  }

  /// A response with the plain JSON of a Swift value.
  ///
  /// - Parameters:
  ///   - value: The body.
  ///   - status: The status code.
  ///   - headers: More header fields; a `content-type` among them counts instead of JSON.
  /// - Returns: The response.
  /// - Throws: `ConvexValueError` if the value has no form in JSON.
  @_disfavoredOverload
  public static func json(
    _ value: some ConvexConvertible,
    status: Int = 200,
    headers: HTTPFields = [:]
  ) throws -> HTTPResponse {
    json(try value.convexValue(), status: status, headers: headers)
  }

  private func defaulting(contentType: String) -> HTTPResponse {
    guard headers["content-type"] == nil else { return self }
    var response = self
    response.headers["content-type"] = contentType
    return response
  }
}
