// The machine of a run: figures mean nothing without it.

import BenchmarkSupport
import Foundation

/// What the figures were measured on.
struct Machine: Encodable {
  var date = ISO8601DateFormatter().string(from: Date())
  var cores = ProcessInfo.processInfo.activeProcessorCount
  var processor: String
  var memoryGB = Double(ProcessInfo.processInfo.physicalMemory) / 1e9
  var system = ProcessInfo.processInfo.operatingSystemVersionString
  var kernel: String
  /// How often per second the disk makes 4 KiB durable, one write after the other.
  var syncsPerSecond: Double
  var swift: String
  var sqlite = SQLiteBaseline.libraryVersion
  /// Processes that wanted a core, on average over the minute before the run; nil where it is not
  /// told.
  var load: Double?

  /// Looks at the machine.
  ///
  /// - Parameter directory: On the disk that the rows use.
  /// - Throws: If the disk cannot be written.
  init(measuringIn directory: URL) throws {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    processor =
      model?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? (try? Tool.run(named: "sysctl", ["-n", "machdep.cpu.brand_string"]))?
      .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
    kernel = try Tool.run(named: "uname", ["-sr"]).trimmingCharacters(in: .whitespacesAndNewlines)
    let version = (try? Tool.run(named: "swift", ["--version"])) ?? "unknown"
    swift = version.split(separator: "\n").first.map(String.init) ?? "unknown"
    load = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?
      .split(separator: " ").first.flatMap { Double($0) }
    syncsPerSecond = try Self.syncs(in: directory)
  }

  var markdown: String {
    """
    \(date), \(cores) cores of \(processor), \(Int(memoryGB.rounded())) GB, \(system), \(kernel), \
    \(Unit.grouped(syncsPerSecond)) fdatasync/s of 4 KiB, \(swift), SQLite \(sqlite)\
    \(load.map { ", load before the run \($0)" } ?? "")
    """
  }

  private static func syncs(in directory: URL) throws -> Double {
    let file = directory.appending(path: "syncs")
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw BenchmarkFailure("cannot create \(file.path)") }
    defer {
      close(descriptor)
      unlink(file.path)
    }
    let page = [UInt8](repeating: 0x5A, count: 4_096)
    let start = ContinuousClock.now
    var count = 0
    while ContinuousClock.now - start < .seconds(1) {
      guard write(descriptor, page, page.count) == page.count else {
        throw BenchmarkFailure("cannot write \(file.path)")
      }
      #if canImport(Darwin)
        _ = fcntl(descriptor, F_FULLFSYNC)
      #else
        fdatasync(descriptor)
      #endif
      count += 1
    }
    return Double(count) / (ContinuousClock.now - start).inSeconds
  }
}
