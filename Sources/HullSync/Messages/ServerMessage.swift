// What the server says besides Transitions (spec/sync-protocol.md 4.3 to 4.6).

package import HullPersistence
package import HullValues

/// One message of the server; results have a writer of their own, ``TransitionWriter``.
package enum ServerMessage: Sendable {
  /// A mutation was committed.
  case mutationSucceeded(
    RequestSequenceNumber,
    EncodedValue,
    committed: Timestamp,
    logLines: EncodedLogLines
  )
  /// A mutation failed and wrote nothing; data is that of a `ConvexError`.
  case mutationFailed(
    RequestSequenceNumber,
    message: String,
    data: ConvexValue?,
    logLines: EncodedLogLines
  )
  /// An action returned.
  case actionSucceeded(RequestSequenceNumber, EncodedValue, logLines: EncodedLogLines)
  /// An action failed; data is that of a `ConvexError`.
  case actionFailed(
    RequestSequenceNumber,
    message: String,
    data: ConvexValue?,
    logLines: EncodedLogLines
  )
  /// A token was refused or the identity has become unusable; the connection ends.
  ///
  /// The version is that of the last Transition sent, and the flag tells whether an Authenticate is
  /// to blame.
  case authError(message: String, baseVersion: IdentityVersion, updateAttempted: Bool)
  /// The client is at fault and must not try again; the connection ends.
  case fatalError(message: String)
  /// A sign of life, which browsers can see.
  case ping

  /// The text of the message.
  package var bytes: [UInt8] {
    switch self {
    case .mutationSucceeded(let id, let value, let timestamp, let logLines):
      Self.success("MutationResponse", id, value, timestamp, logLines)
    case .mutationFailed(let id, let message, let data, let logLines):
      Self.failure("MutationResponse", id, message, data, hasTimestamp: true, logLines)
    case .actionSucceeded(let id, let value, let logLines):
      Self.success("ActionResponse", id, value, nil, logLines)
    case .actionFailed(let id, let message, let data, let logLines):
      Self.failure("ActionResponse", id, message, data, hasTimestamp: false, logLines)
    case .authError(let message, let baseVersion, let updateAttempted):
      Self.authError(message, baseVersion, updateAttempted)
    case .fatalError(let message): Self.fatalError(message)
    case .ping: Self.pingBytes
    }
  }

  private static let pingBytes = Array(#"{"type":"Ping"}"#.utf8)

  private static func success(
    _ type: String,
    _ id: RequestSequenceNumber,
    _ value: EncodedValue,
    _ timestamp: Timestamp?,
    _ logLines: EncodedLogLines
  ) -> [UInt8] {
    var writer = response(type, id, isSuccess: true, value.count + logLines.bytes.count)
    writer.encoded(value)
    if let timestamp {
      writer.raw(#","ts":"#)
      writer.timestamp(timestamp)
    }
    writer.raw(#","logLines":"#)
    writer.raw(logLines.bytes)
    writer.endObject()
    return writer.bytes
  }

  private static func failure(
    _ type: String,
    _ id: RequestSequenceNumber,
    _ message: String,
    _ data: ConvexValue?,
    hasTimestamp: Bool,
    _ logLines: EncodedLogLines
  ) -> [UInt8] {
    var writer = response(type, id, isSuccess: false, message.utf8.count + logLines.bytes.count)
    writer.string(message)
    if hasTimestamp { writer.raw(#","ts":null"#) }
    writer.raw(#","logLines":"#)
    writer.raw(logLines.bytes)
    if let data {
      writer.raw(#","errorData":"#)
      writer.value(data)
    }
    writer.endObject()
    return writer.bytes
  }

  /// Begins a response, up to its result.
  private static func response(
    _ type: String,
    _ id: RequestSequenceNumber,
    isSuccess: Bool,
    _ capacity: Int
  ) -> JSONWriter {
    var writer = JSONWriter(capacity: capacity + 128)
    writer.raw(#"{"type":"#)
    writer.string(type)
    writer.raw(#","requestId":"#)
    writer.integer(Int(id))
    writer.raw(#","success":"#)
    writer.bool(isSuccess)
    writer.raw(#","result":"#)
    return writer
  }

  private static func authError(
    _ message: String,
    _ baseVersion: IdentityVersion,
    _ updateAttempted: Bool
  ) -> [UInt8] {
    var writer = JSONWriter(capacity: message.utf8.count + 96)
    writer.raw(#"{"type":"AuthError","error":"#)
    writer.string(message)
    writer.raw(#","baseVersion":"#)
    writer.integer(Int(baseVersion))
    writer.raw(#","authUpdateAttempted":"#)
    writer.bool(updateAttempted)
    writer.endObject()
    return writer.bytes
  }

  private static func fatalError(_ message: String) -> [UInt8] {
    var writer = JSONWriter(capacity: message.utf8.count + 48)
    writer.raw(#"{"type":"FatalError","error":"#)
    writer.string(message)
    writer.endObject()
    return writer.bytes
  }
}
