// What is asked of the servers of a run.

import Foundation

extension BackgroundProcess {
  /// Serves `BenchmarkServer` on data of its own.
  static func hull(_ data: URL, _ options: [String] = []) throws -> BackgroundProcess {
    try start(
      try Tool.named("BenchmarkServer"),
      ["serve", "--port", "0", "--data", data.path] + options
    )
  }

  /// Calls a function with `curl` and returns its value as JSON.
  func call(_ kind: String, _ path: String, _ args: String) throws -> String {
    let output = try curl(
      "/api/\(kind)",
      ["-H", "Content-Type: application/json", "-d", #"{"path":"\#(path)","args":\#(args)}"#]
    )
    let prefix = #"{"status":"success","value":"#
    guard output.hasPrefix(prefix) else {
      throw SQLiteBaseline.Failure(description: "\(path): \(output)")
    }
    return String(output.dropFirst(prefix.count).dropLast())
  }

  /// Sends one request with `curl` and returns the body of the answer.
  func curl(_ path: String, _ options: [String] = []) throws -> String {
    try Tool.run(
      URL(filePath: "/usr/bin/env"),
      ["curl", "-sS", "http://127.0.0.1:\(port)\(path)"] + options
    )
  }

  /// Sends one request over and over from a process of its own.
  ///
  /// - Parameters:
  ///   - method: The method.
  ///   - path: The path and query.
  ///   - body: The body, in which `{n}` becomes a number no other request has.
  ///   - bytes: The length of a body of anything, instead.
  ///   - connections: How many requests are under way at a time.
  ///   - seconds: How long.
  /// - Returns: What was measured.
  /// - Throws: If nothing was answered, or anything not with 200.
  func load(
    _ method: String,
    _ path: String,
    _ body: String = "",
    bytes: Int = 0,
    connections: Int,
    seconds: Double
  ) throws -> LoadReport {
    let output = try Tool.run(
      try Tool.own(),
      [
        "load", "--port", "\(port)", "--connections", "\(connections)", "--seconds", "\(seconds)",
        "--method", method, "--path", path, "--body", body, "--body-bytes", "\(bytes)",
      ]
    )
    let report = try JSONDecoder().decode(LoadReport.self, from: Data(output.utf8))
    if report.requests == 0 || report.refused > 0 {
      throw SQLiteBaseline.Failure(
        description: "\(path): \(report.refused) of \(report.requests) were refused"
      )
    }
    return report
  }
}
