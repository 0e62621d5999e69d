// What every group of rows has to work with.

import BenchmarkSupport
import Dispatch
import Foundation

/// One run: its options, its table, and a directory of its own.
///
/// Not `Sendable`: rows are measured one after the other.
final class BenchmarkRun {
  let options: RunOptions
  let report: Report
  private let directory: URL
  private var folders = 0
  private let signals: [any DispatchSourceSignal]

  init(_ options: RunOptions) throws {
    self.options = options
    directory = FileManager.default.temporaryDirectory
      .appending(path: "hull-benchmarks-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let directory = directory
    signals = RunningProcesses.endWithThisProgram {
      try? FileManager.default.removeItem(at: directory)
    }
    report = Report(try Machine(measuringIn: directory), json: options.json)
  }

  /// A new directory that lasts as long as the run.
  ///
  /// - Parameter name: What it is for.
  /// - Returns: The directory.
  /// - Throws: If it cannot be made.
  func folder(_ name: String) throws -> URL {
    folders += 1
    let folder = directory.appending(path: "\(folders)-\(name)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  func removeFiles() { try? FileManager.default.removeItem(at: directory) }

  /// What documents hold: 180 bytes.
  static let text = String(repeating: "abcdefghij", count: 18)
}
