// Starts real programs, waits for what they print, and ends them by their process id.

import Foundation
import Synchronization

/// A program running beside the tests, with its output as a stream of lines.
final class ChildProcess: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Standard output, a line at a time; ends when the program closes it.
  let lines: AsyncStream<String>

  private let process: Mutex<Process>
  private let errors: URL

  /// Starts `executable` and returns at once.
  init(_ executable: URL, _ arguments: [String], input: String? = nil) throws {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    errors = URL.temporaryDirectory.appending(path: "hull-stderr-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: errors)
    let standardInput = Pipe()
    process.standardInput = standardInput

    let (lines, continuation) = AsyncStream<String>.makeStream()
    self.lines = lines
    let handle = output.fileHandleForReading
    Thread {
      var rest = Data()
      while true {
        let chunk = handle.availableData
        if chunk.isEmpty { break }
        rest.append(chunk)
        while let newline = rest.firstIndex(of: 0x0A) {
          continuation.yield(String(decoding: rest[rest.startIndex..<newline], as: UTF8.self))
          rest = Data(rest[(newline + 1)...])
        }
      }
      if !rest.isEmpty { continuation.yield(String(decoding: rest, as: UTF8.self)) }
      continuation.finish()
    }.start()

    try process.run()
    if let input { try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
    try standardInput.fileHandleForWriting.close()
    self.process = Mutex(process)
  }

  deinit {
    process.withLock { if $0.isRunning { kill($0.processIdentifier, SIGKILL) } }
    try? FileManager.default.removeItem(at: errors)
  }

  /// The process's id.
  var processID: Int32 { process.withLock { $0.processIdentifier } }

  /// What the program wrote to standard error so far.
  var standardError: String {
    (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
  }

  /// Sends `signal` to this process and no other.
  func send(_ signal: Int32) {
    process.withLock { _ = kill($0.processIdentifier, signal) }
  }

  /// Waits until the program ended and returns its exit status (or the signal that ended it).
  ///
  /// A test whose time is over does not wait for it: the program is told to end.
  func status() async -> Int32 {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let process = process.withLock { $0 }
        // Waiting blocks, so it has a thread of its own rather than one of the shared pool.
        let box = UncheckedBox(value: process)
        Thread {
          box.value.waitUntilExit()
          continuation.resume(returning: box.value.terminationStatus)
        }.start()
      }
    } onCancel: {
      send(SIGTERM)
    }
  }

  /// Runs a program to its end and returns its status and all it printed.
  static func run(
    _ executable: URL,
    _ arguments: [String],
    input: String? = nil
  ) async throws -> (status: Int32, output: String, errors: String) {
    let child = try ChildProcess(executable, arguments, input: input)
    var output = ""
    for await line in child.lines { output += line + "\n" }
    return (await child.status(), output, child.standardError)
  }
}

/// Carries a `Process` to the one thread that waits for it.
///
/// Sound because `waitUntilExit` and `terminationStatus` may be called from any thread, and nothing
/// is written to the process after it was started.
private struct UncheckedBox<Value>: @unchecked Sendable {
  var value: Value
}
