// The result of a query with how long it holds.

package import HullDatabase
package import HullPersistence
import HullValues

/// What a query returned or failed with, shared by everyone who asked the same.
package final class QueryResult: Sendable {
  /// The outcome, as of ``Subscription/since``.
  package let outcome: FunctionOutcome

  /// Ends when a commit changes what the query read.
  package let subscription: Subscription

  /// Where its page ended, to be given back when it is run again; `nil` without a page.
  package let journal: String?

  /// What it logged, as a JSON array of the lines clients receive; encoded once for all of them.
  package let encodedLogLines: [UInt8]

  init(_ outcome: FunctionOutcome, subscription: Subscription, journal: String?) {
    self.outcome = outcome
    self.subscription = subscription
    self.journal = journal
    encodedLogLines =
      outcome.logLines.isEmpty ? Self.noLogLines : Self.encode(outcome.logLines)
  }

  private static let noLogLines = encode([])

  private static func encode(_ lines: [LogLine]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginArray()
    for line in lines { writer.string(line.text) }
    writer.endArray()
    return writer.bytes
  }

  /// How many bytes of a message it takes, about.
  package var contentBytes: Int {
    let journalBytes = journal?.utf8.count ?? 4
    return switch outcome.result {
    case .success(let value): value.count + encodedLogLines.count + journalBytes
    case .failure(let failure): failure.message.utf8.count + encodedLogLines.count + journalBytes
    }
  }

  /// Whether a client that has one need not be sent the other: result and log lines are the same.
  ///
  /// Journals do not count (spec/sync-protocol.md 5.2).
  package func hasSameContent(as other: QueryResult) -> Bool {
    if self === other { return true }
    switch (outcome.result, other.outcome.result) {
    case (.success(let value), .success(let otherValue)):
      guard value == otherValue else { return false }
    case (.failure(let failure), .failure(let otherFailure)):
      guard failure == otherFailure else { return false }
    default: return false
    }
    return encodedLogLines == other.encodedLogLines
  }

  /// Whether the query would return the same at a timestamp, as far as data goes.
  package func isValid(at timestamp: Timestamp) -> Bool { subscription.isValid(at: timestamp) }

  /// About how much memory it takes, in bytes.
  var footprintBytes: Int {
    var bytes = 512
    if case .success(let value) = outcome.result { bytes += value.count }
    for line in outcome.logLines { bytes += 128 + line.messages.reduce(0) { $0 + $1.utf8.count } }
    if let reads = outcome.dependencies?.readSet { bytes += reads.footprintBytes }
    return bytes
  }
}

extension FunctionOutcome {
  /// Whether asking again may get another answer though no data changed: not to be kept.
  package var isFailure: Bool {
    if case .failure = result { true } else { false }
  }
}
