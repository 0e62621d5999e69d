// What the functions of a test's backend logged.

public import Hull
import HullRuntime
import Synchronization

/// One line a function logged.
public struct TestLogLine: Sendable, Hashable, CustomStringConvertible {
  /// How loud it is.
  public let level: LogLevel
  /// The rendered arguments, joined by spaces: `'hi' 1`.
  public let text: String
  /// The function that wrote it.
  public let function: String
  /// The function the test called, which differs from ``function`` for a nested call.
  public let caller: String
  /// The time of the backend's clock, in milliseconds since 1970.
  public let timestamp: Double
  /// Set on lines the engine added, such as `warning:TooManyReads`.
  public let code: String?

  /// The line as a client receives it: `[LOG] 'hi' 1`.
  public var description: String { "[\(level.rawValue)] \(text)" }
}

/// Collects the lines of one backend.
final class TestLog: Sendable {
  /// Guards the lines; held only to add to them or copy them.
  private let lines = Mutex<[TestLogLine]>([])

  func append(_ record: FunctionLogRecord) {
    let new = record.logLines.map { line in
      TestLogLine(
        level: line.level,
        text: line.messages.joined(separator: " "),
        function: line.path.stripped,
        caller: record.path.stripped,
        timestamp: line.timestamp,
        code: line.systemCode
      )
    }
    lines.withLock { $0 += new }
  }

  var all: [TestLogLine] { lines.withLock { $0 } }

  func removeAll() { lines.withLock { $0 = [] } }
}
