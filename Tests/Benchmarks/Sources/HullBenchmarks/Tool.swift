// Other programs of a run: the servers, the load generator, curl.

import Foundation

enum Tool {
  /// This executable, for the roles it plays in processes of their own.
  static func own() throws -> URL { try named("HullBenchmarks") }

  /// An executable built beside this one.
  static func named(_ name: String) throws -> URL {
    let folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent()
    return folder.appending(path: name)
  }

  /// Runs a program to its end and returns what it printed.
  static func run(_ executable: URL, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw SQLiteBaseline.Failure(description: "\(executable.lastPathComponent) failed")
    }
    return String(decoding: data, as: UTF8.self)
  }
}

/// A server of this run, on the port it printed.
struct BackgroundProcess {
  let process: Process
  let port: Int

  /// Starts a program and waits for the address in its output.
  static func start(_ executable: URL, _ arguments: [String]) throws -> BackgroundProcess {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var text = ""
    while true {
      let chunk = output.fileHandleForReading.availableData
      if chunk.isEmpty {
        throw SQLiteBaseline.Failure(description: "\(executable.lastPathComponent) did not start")
      }
      text += String(decoding: chunk, as: UTF8.self)
      let pattern = #"http://127\.0\.0\.1:([0-9]+)[^0-9]"#
      guard let found = text.range(of: pattern, options: .regularExpression) else { continue }
      let digits = text[found].dropFirst("http://127.0.0.1:".count).prefix { $0.isNumber }
      return BackgroundProcess(process: process, port: Int(digits) ?? 0)
    }
  }

  /// Ends the program and waits for it.
  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}
