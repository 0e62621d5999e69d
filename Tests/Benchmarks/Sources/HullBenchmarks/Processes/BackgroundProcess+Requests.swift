// What is asked of the servers of a run.

import BenchmarkSupport
import Foundation

extension BackgroundProcess {
  /// Serves `BenchmarkServer` on data of its own.
  ///
  /// - Parameters:
  ///   - data: The directory of the data.
  ///   - durability: `full`, `normal` or `off`.
  ///   - options: More of its options.
  /// - Returns: The server, which listens.
  /// - Throws: If it does not start.
  static func hull(
    _ data: URL,
    durability: String,
    _ options: [String] = []
  ) throws -> BackgroundProcess {
    try start(
      try Tool.built("BenchmarkServer"),
      ["serve", "--port", "0", "--data", data.path, "--durability", durability] + options
    )
  }

  /// Calls a function with `curl` and returns its value as JSON.
  @discardableResult
  func call(_ kind: String, _ path: String, _ args: String) throws -> String {
    let output = try curl(
      "/api/\(kind)",
      ["-H", "Content-Type: application/json", "-d", #"{"path":"\#(path)","args":\#(args)}"#]
    )
    let prefix = #"{"status":"success","value":"#
    guard output.hasPrefix(prefix) else { throw BenchmarkFailure("\(path): \(output)") }
    return String(output.dropFirst(prefix.count).dropLast())
  }

  /// Sends one request with `curl` and returns the body of the answer.
  func curl(_ path: String, _ options: [String] = []) throws -> String {
    try Tool.run(named: "curl", ["-sS", "http://127.0.0.1:\(port)\(path)"] + options)
  }

  /// Sends one request over and over from a process of its own.
  ///
  /// - Parameters:
  ///   - load: The request and how often.
  ///   - refusals: Whether answers other than 200 are no failure, but counted.
  /// - Returns: What was measured.
  /// - Throws: If nothing was answered, or anything not with 200.
  func load(_ load: Load, refusals: Bool = false) throws -> LoadReport {
    let output = try Tool.run(try Tool.own(), ["load", "--port", "\(port)"] + load.arguments)
    let report = try JSONDecoder().decode(LoadReport.self, from: Data(output.utf8))
    if report.requests == 0 || (report.refused > 0 && !refusals) {
      throw BenchmarkFailure("\(load.path): \(report.refused) of \(report.requests) were refused")
    }
    return report
  }

  /// Calls a function over and over: `{"path": …, "args": …}`.
  func load(
    _ kind: String,
    _ path: String,
    _ args: String,
    connections: Int,
    seconds: Double
  ) throws -> LoadReport {
    try load(.call(kind, path, args, connections: connections, seconds: seconds))
  }

  /// Has `total` documents written by a function that takes a batch's number and size.
  func fill(_ path: String, _ arguments: (_ batch: String, _ size: Int) -> String, total: Int)
    throws
  {
    let size = min(1_000, total)
    var load = Load.call("mutation", path, arguments("{n}", size), connections: 2, seconds: 0)
    load.requests = total / size
    _ = try self.load(load)
  }
}
