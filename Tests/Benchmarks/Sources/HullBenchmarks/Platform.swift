// The rows of scheduled functions and of stored files.

import ArgumentParser
import Foundation

struct Platform: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "platform",
    abstract: "Measure scheduled functions against plain mutations, and files against bare NIO."
  )

  @Option(help: "Repetitions of each row; the median counts.") var repetitions = 3
  @Option(help: "Seconds of load per repetition.") var seconds = 3.0
  @Option(help: "Functions that are due at once.") var jobs = 100_000
  @Option(help: "Seconds in which so many functions can be scheduled.") var patience = 30.0

  func run() async throws {
    let directory = URL.temporaryDirectory.appending(path: "hull-platform-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }

    Row.printHeader()
    let jobs = JobRows(
      directory: directory,
      repetitions: repetitions,
      seconds: seconds,
      count: jobs,
      patience: patience
    )
    try jobs.scheduling()
    try await jobs.draining()
    let files = FileRows(directory: directory, repetitions: repetitions, seconds: seconds)
    for size in [1 << 20, 64 << 20] { try files.measure(size) }
  }
}
