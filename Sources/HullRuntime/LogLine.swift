// What a function logged, and the bounds on it.

package import Hull

/// One line a function logged.
package struct LogLine: Sendable, Hashable {
  /// How loud the line is.
  package var level: LogLevel

  /// The rendered arguments, in order.
  package var messages: [String]

  /// Whether the line was cut at ``maximumLength``.
  package var isTruncated: Bool

  /// Milliseconds since the epoch, by the clock of the function.
  package var timestamp: Double

  /// The function that wrote the line: the called one, for a line of a nested call.
  package var path: FunctionPath

  /// Set on lines the server added, such as `warning:TooManyReads`.
  package var systemCode: String?

  /// The longest line, in bytes of its messages joined by spaces.
  package static let maximumLength = 32_768

  /// Renders a line, cutting it at ``maximumLength`` on a character boundary.
  package init(
    level: LogLevel,
    messages: [String],
    timestamp: Double,
    path: FunctionPath,
    systemCode: String? = nil
  ) {
    self.level = level
    self.timestamp = timestamp
    self.path = path
    self.systemCode = systemCode
    let length = messages.reduce(-1) { $0 + $1.utf8.count + 1 }
    isTruncated = length > Self.maximumLength
    self.messages = isTruncated ? Self.cut(messages) : messages
  }

  /// The form clients receive: `[LOG] 'hi' 1`.
  package var text: String {
    "[\(level.rawValue)] " + messages.joined(separator: " ")
      + (isTruncated ? " (truncated due to length)" : "")
  }

  private static func cut(_ messages: [String]) -> [String] {
    var kept: [String] = []
    var remaining = maximumLength
    for message in messages {
      guard message.utf8.count > remaining else {
        kept.append(message)
        remaining -= message.utf8.count + 1
        guard remaining >= 0 else { break }
        continue
      }
      kept.append(message.prefix(bytes: remaining))
      break
    }
    return kept
  }
}

extension String {
  /// The longest prefix of whole characters that has at most `count` bytes of UTF-8.
  func prefix(bytes count: Int) -> String {
    guard utf8.count > count else { return self }
    var end = utf8.index(utf8.startIndex, offsetBy: max(count, 0))
    while end > startIndex, end.samePosition(in: unicodeScalars) == nil {
      end = utf8.index(before: end)
    }
    return String(self[..<end])
  }
}

/// The lines of one top-level execution, nested calls included, with a bound on their number.
package struct LogBuffer: Sendable {
  /// The most lines kept; the last of them is the notice that others were dropped.
  package let maximumCount: Int

  /// The lines so far, in the order they were written.
  package private(set) var lines: [LogLine] = []

  /// An empty buffer.
  package init(maximumCount: Int) {
    self.maximumCount = maximumCount
  }

  /// Keeps `line`, or the notice instead of the first line too many.
  package mutating func append(_ line: LogLine) {
    if lines.count < maximumCount - 1 {
      lines.append(line)
    } else if lines.count == maximumCount - 1 {
      lines.append(
        LogLine(
          level: .error,
          messages: ["Log overflow (maximum \(maximumCount)). Remaining log lines omitted."],
          timestamp: line.timestamp,
          path: line.path
        )
      )
    }
  }
}
