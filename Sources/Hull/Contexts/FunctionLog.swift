/// How serious a log line is.
public enum LogLevel: String, Sendable, Hashable, CaseIterable {
  /// For whoever debugs the function.
  case debug = "DEBUG"
  /// Something went wrong.
  case error = "ERROR"
  /// Something looks wrong.
  case warn = "WARN"
  /// Something happened.
  case info = "INFO"
  /// Anything else.
  case log = "LOG"
}

/// Where a function logs: `ctx.log`.
///
/// Lines of a development server reach the client that called. At most 256 lines of at most 32 KiB
/// are kept per call. Arguments are shown as the reference's console shows them: strings in single
/// quotes, objects with a line per field, everything that is no Convex value as Swift prints it.
///
/// ```swift
/// ctx.log("created", id)
/// ctx.log.warn("no email for", customer.code)
/// ```
public struct FunctionLog: Sendable {
  let host: HostHandle

  /// Logs a line at level ``LogLevel/log``.
  public func callAsFunction(_ messages: Any...) { write(.log, messages) }

  /// Logs a line at level ``LogLevel/debug``.
  public func debug(_ messages: Any...) { write(.debug, messages) }

  /// Logs a line at level ``LogLevel/info``.
  public func info(_ messages: Any...) { write(.info, messages) }

  /// Logs a line at level ``LogLevel/log``.
  public func log(_ messages: Any...) { write(.log, messages) }

  /// Logs a line at level ``LogLevel/warn``.
  public func warn(_ messages: Any...) { write(.warn, messages) }

  /// Logs a line at level ``LogLevel/error``.
  public func error(_ messages: Any...) { write(.error, messages) }

  /// Logs how long `body` took, as `label: 12.5ms`.
  ///
  /// - Parameters:
  ///   - label: What to call it.
  ///   - body: What to measure.
  /// - Returns: What `body` returns.
  public func time<Value>(_ label: String, _ body: () async throws -> Value) async rethrows -> Value
  {
    let start = host.host.elapsed()
    defer { host.host.log(.info, ["\(label): \(host.host.elapsed() - start)ms"]) }
    return try await body()
  }

  private func write(_ level: LogLevel, _ messages: [Any]) {
    host.host.log(level, messages.map(ConsoleText.render(any:)))
  }
}
