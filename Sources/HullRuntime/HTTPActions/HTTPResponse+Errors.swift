// The responses that tell of errors (spec/http-api.md 5.3 and 9.5).

package import Hull
import HullValues

extension FunctionFailure {
  /// The response to a request whose HTTP action failed before it gave a response.
  ///
  /// - Parameters:
  ///   - requestID: The id to show.
  ///   - isRedacted: Whether the text is kept from the client.
  /// - Returns: 500 with JSON; the data of a `ConvexError` is in it either way.
  package func httpResponse(requestID: RequestID, isRedacted: Bool) -> HTTPResponse {
    var code = "[Request ID: \(requestID)] Server Error"
    if !isRedacted { code += ": \(message)" }
    var writer = JSONWriter(capacity: code.utf8.count + 256)
    writer.beginObject()
    writer.key("code")
    writer.string(code)
    if !isRedacted {
      writer.key("trace")
      writer.string(text)
    }
    if let data {
      writer.key("data")
      writer.value(data, format: .encoded)
    }
    writer.endObject()
    return .error(500, writer.bytes)
  }
}

extension BackendError {
  /// The error as `{code, message}` under the status of its kind.
  package var httpResponse: HTTPResponse {
    var writer = JSONWriter(capacity: message.utf8.count + 64)
    writer.beginObject()
    writer.key("code")
    writer.string(code)
    writer.key("message")
    writer.string(message)
    writer.endObject()
    return .error(status, writer.bytes)
  }
}

extension HTTPResponse {
  fileprivate static func error(_ status: Int, _ json: [UInt8]) -> HTTPResponse {
    HTTPResponse(
      status: status,
      headers: ["content-type": "application/json"],
      body: HTTPBody(json)
    )
  }
}
