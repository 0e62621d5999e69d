// A server of the run, in a process of its own.

import BenchmarkSupport
import Foundation

/// A server of the run.
struct BackgroundProcess {
  let process: Process
  let port: Int

  /// Starts a program and waits until it says in its output that it listens.
  ///
  /// - Parameters:
  ///   - executable: The program.
  ///   - arguments: Its arguments.
  ///   - printsToError: Whether it prints that on its standard error.
  ///   - announcement: A pattern of what it prints once it listens; a number at the end of that is its
  ///     port.
  /// - Returns: The running program and its port.
  /// - Throws: If it ends without having printed that.
  static func start(
    _ executable: URL,
    _ arguments: [String],
    printsToError: Bool = false,
    announcement: String = #"http://127\.0\.0\.1:([0-9]+)[^0-9]"#
  ) throws -> BackgroundProcess {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    let output = Pipe()
    if printsToError {
      process.standardError = output
      process.standardOutput = FileHandle.nullDevice
    } else {
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
    }
    try process.run()
    RunningProcesses.add(process.processIdentifier)
    var text = ""
    while true {
      let chunk = output.fileHandleForReading.availableData
      if chunk.isEmpty {
        throw BenchmarkFailure("\(executable.lastPathComponent) did not start: \(text.suffix(200))")
      }
      text += String(decoding: chunk, as: UTF8.self)
      guard let found = text.range(of: announcement, options: .regularExpression) else { continue }
      let digits = (text[found].split(separator: ":").last ?? "").prefix { $0.isNumber }
      // Whatever else it prints must find room.
      output.fileHandleForReading.readabilityHandler = { handle in
        if handle.availableData.isEmpty { handle.readabilityHandler = nil }
      }
      return BackgroundProcess(process: process, port: Int(digits) ?? 0)
    }
  }

  /// Ends the program and waits for it.
  func stop() {
    defer { RunningProcesses.remove(process.processIdentifier) }
    guard process.isRunning else { return }
    process.terminate()
    // Programs may have inherited that they hear no signals.
    let end = ContinuousClock.now + .seconds(10)
    while process.isRunning, ContinuousClock.now < end { usleep(2_000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }
}
