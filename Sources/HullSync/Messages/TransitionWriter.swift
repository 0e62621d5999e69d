// The message that carries results, written straight into its bytes (spec/sync-protocol.md 4.1).

package import HullPersistence
package import HullValues

/// Writes one Transition.
///
/// Results go out as the bytes they are kept as: each is copied once, into a buffer that is
/// allocated once if `capacity` was enough.
///
/// ```swift
/// var writer = TransitionWriter(from: old, to: new, capacity: value.bytes.count)
/// writer.updated(0, value: value, logLines: .none, journal: nil)
/// socket.send(text: writer.finish(clockSkew: -12, serverTimestamp: now))
/// ```
package struct TransitionWriter: Sendable {
  private var writer: JSONWriter
  private var hasModifications = false

  /// Begins a Transition.
  ///
  /// - Parameters:
  ///   - start: Where the client stands: what the last Transition of the connection ended with.
  ///   - end: Where it stands afterwards.
  ///   - capacity: How many bytes values, log lines, journals and messages take together; see
  ///     ``overhead`` for what is added per modification.
  package init(from start: StateVersion, to end: StateVersion, capacity: Int = 0) {
    writer = JSONWriter(capacity: capacity + Self.envelope)
    writer.raw(#"{"type":"Transition","startVersion":"#)
    write(start)
    writer.raw(#","endVersion":"#)
    write(end)
    writer.raw(#","modifications":["#)
  }

  /// Goes on with a Transition whose modifications are written.
  ///
  /// - Parameter text: What ``text`` of the one that wrote them was.
  package init(continuing text: [UInt8]) {
    writer = JSONWriter(capacity: text.count + Self.ending)
    writer.raw(text)
  }

  /// What has been written so far.
  package var text: [UInt8] { writer.bytes }

  /// What ``finish(clockSkew:serverTimestamp:)`` adds, at most, in bytes.
  private static let ending = 80

  /// What a Transition takes besides its modifications, at most, in bytes.
  private static let envelope = 320

  /// What a modification takes besides its value, log lines, journal and message, in bytes; for
  /// whoever sums up a capacity.
  package static let overhead = 112

  /// Adds a new result.
  ///
  /// Modifications are added in ascending order of ids, at most one for each.
  ///
  /// - Parameters:
  ///   - id: The query.
  ///   - value: What it returned.
  ///   - logLines: What it logged.
  ///   - journal: Where its page ended; nil if it paginated nothing.
  package mutating func updated(
    _ id: QueryID,
    value: EncodedValue,
    logLines: EncodedLogLines,
    journal: String?
  ) {
    begin(#"{"type":"QueryUpdated","queryId":"#, id)
    writer.raw(#","value":"#)
    writer.encoded(value)
    end(logLines, journal)
    writer.endObject()
  }

  /// Adds a failure.
  ///
  /// - Parameters:
  ///   - id: The query.
  ///   - message: What the client shows.
  ///   - data: The data of a `ConvexError`; nil for any other failure.
  ///   - logLines: What the query logged.
  ///   - journal: Where its page ended; nil if it paginated nothing.
  package mutating func failed(
    _ id: QueryID,
    message: String,
    data: ConvexValue?,
    logLines: EncodedLogLines,
    journal: String?
  ) {
    begin(#"{"type":"QueryFailed","queryId":"#, id)
    writer.raw(#","errorMessage":"#)
    writer.string(message)
    end(logLines, journal)
    if let data {
      writer.raw(#","errorData":"#)
      writer.value(data)
    }
    writer.endObject()
  }

  /// Adds the end of a query.
  package mutating func removed(_ id: QueryID) {
    begin(#"{"type":"QueryRemoved","queryId":"#, id)
    writer.endObject()
  }

  /// Ends the message.
  ///
  /// - Parameters:
  ///   - clockSkew: How far the client's clock is ahead, in milliseconds, if it told its time.
  ///   - serverTimestamp: The wall clock.
  /// - Returns: The text of the message.
  package consuming func finish(clockSkew: Int64?, serverTimestamp: Timestamp) -> [UInt8] {
    writer.raw(#"],"clientClockSkew":"#)
    if let clockSkew { writer.integer(Int(clockSkew)) } else { writer.null() }
    writer.raw(#","serverTs":"#)
    writer.integer(Int(serverTimestamp.rawValue))
    writer.endObject()
    return writer.bytes
  }

  // MARK: Parts

  private mutating func write(_ version: StateVersion) {
    writer.raw(#"{"querySet":"#)
    writer.integer(Int(version.querySet))
    writer.raw(#","identity":"#)
    writer.integer(Int(version.identity))
    writer.raw(#","ts":"#)
    writer.timestamp(version.timestamp)
    writer.endObject()
  }

  private mutating func begin(_ start: StaticString, _ id: QueryID) {
    if hasModifications { writer.raw(",") }
    hasModifications = true
    writer.raw(start)
    writer.integer(Int(id))
  }

  private mutating func end(_ logLines: EncodedLogLines, _ journal: String?) {
    writer.raw(#","logLines":"#)
    writer.raw(logLines.bytes)
    writer.raw(#","journal":"#)
    if let journal { writer.string(journal) } else { writer.null() }
  }
}

extension JSONWriter {
  /// Writes the text form of a timestamp, after a key.
  mutating func timestamp(_ timestamp: Timestamp) {
    raw("\"")
    raw { timestamp.appendText(to: &$0) }
    raw("\"")
  }
}
