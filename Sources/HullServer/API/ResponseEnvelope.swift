// The JSON of answers (spec/http-api.md 5).

import HullRuntime
import HullValues
import NIOCore
import NIOHTTP1

/// Writes the envelope around the outcome of a function.
enum ResponseEnvelope {
  /// How outcomes are shown to one client.
  struct Style {
    var format: ValueFormat
    var requestID: RequestID
    /// Whether texts and log lines are kept from the client.
    var isRedacted: Bool
  }

  /// Appends the envelope of one outcome.
  static func write(_ outcome: FunctionOutcome, _ style: Style, to buffer: inout ByteBuffer) {
    switch outcome.result {
    case .success(let value):
      // A stored value goes out as the bytes it was kept as, wherever the format allows it.
      let bytes = value.bytes(in: style.format)
      buffer.reserveCapacity(minimumWritableBytes: bytes.count + 64)
      buffer.writeStaticString(#"{"status":"success","value":"#)
      buffer.writeBytes(bytes)
    case .failure(let failure):
      var writer = JSONWriter(capacity: failure.message.utf8.count + 128)
      writer.string(
        failure.clientMessage(requestID: style.requestID, isRedacted: style.isRedacted)
      )
      if let data = failure.data {
        writer.raw(#","errorData":"#)
        writer.value(data, format: style.format)
      }
      buffer.writeStaticString(#"{"status":"error","errorMessage":"#)
      buffer.writeBytes(writer.bytes)
    }
    if !outcome.logLines.isEmpty, !style.isRedacted {
      var writer = JSONWriter(capacity: 64 * outcome.logLines.count)
      writer.beginArray()
      for line in outcome.logLines { writer.string(line.text) }
      writer.endArray()
      buffer.writeStaticString(#","logLines":"#)
      buffer.writeBytes(writer.bytes)
    }
    buffer.writeStaticString("}")
  }
}

extension HTTPResponse {
  /// A 200 with one outcome.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  init(_ outcome: FunctionOutcome, _ style: ResponseEnvelope.Style) {
    var body = ByteBuffer()
    ResponseEnvelope.write(outcome, style, to: &body)
    self.init(status: .ok, contentType: .json, body: body)
  }

  /// A 200 with JSON.
  static func json(_ write: (inout JSONWriter) -> Void) -> HTTPResponse {
    var writer = JSONWriter(capacity: 64)
    write(&writer)
    return HTTPResponse(status: .ok, contentType: .json, body: ByteBuffer(bytes: writer.bytes))
  }

  /// An error that no function's outcome stands for: `{code, message}` under the kind's status.
  init(_ error: BackendError) {
    var writer = JSONWriter(capacity: error.message.utf8.count + 64)
    writer.beginObject()
    writer.key("code")
    writer.string(error.code)
    writer.key("message")
    writer.string(error.message)
    writer.endObject()
    self.init(
      status: HTTPResponseStatus(statusCode: error.status),
      contentType: .json,
      fields: error.retryAfter.map { [Field("retry-after", $0)] } ?? [],
      body: ByteBuffer(bytes: writer.bytes)
    )
  }
}
