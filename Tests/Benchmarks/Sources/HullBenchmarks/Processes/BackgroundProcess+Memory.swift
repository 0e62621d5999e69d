// How much memory a server of the run takes.

import BenchmarkSupport
import Foundation

extension BackgroundProcess {
  /// The memory it takes now, pages of its files included, in bytes.
  func residentBytes() throws -> Int { try status("VmRSS") }

  /// The memory it takes now that is no file, in bytes.
  func privateBytes() throws -> Int { try status("RssAnon") }

  /// The most memory it has taken since ``forgetPeak()``, in bytes.
  func peakBytes() throws -> Int { try status("VmHWM") }

  /// Begins to watch for the most memory it takes.
  func forgetPeak() throws {
    try Data("5".utf8).write(to: URL(filePath: "/proc/\(process.processIdentifier)/clear_refs"))
  }

  /// Waits until its private memory has not changed for some seconds.
  ///
  /// - Parameters:
  ///   - patience: How many seconds to wait at most.
  ///   - still: How many seconds it must not change.
  /// - Throws: If the system does not tell.
  func settle(patience: Double, still: Double = 2) async throws {
    let end = ContinuousClock.now + .seconds(patience)
    var (last, since) = (try privateBytes(), ContinuousClock.now)
    while ContinuousClock.now < end, ContinuousClock.now - since < .seconds(still) {
      try await Task.sleep(for: .milliseconds(100))
      let now = try privateBytes()
      if now != last { (last, since) = (now, ContinuousClock.now) }
    }
  }

  private func status(_ name: String) throws -> Int {
    let status = try String(
      contentsOfFile: "/proc/\(process.processIdentifier)/status",
      encoding: .utf8
    )
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }),
      let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
        .flatMap({ Int($0) })
    else { throw BenchmarkFailure("the memory rows need Linux's /proc") }
    return kilobytes * 1024
  }
}
