// How much memory a server of the run takes.

import Foundation

extension BackgroundProcess {
  /// The memory it takes now, in bytes.
  func residentBytes() throws -> Int { try status("VmRSS") }

  /// The most memory it has taken since ``forgetPeak()``, in bytes.
  func peakBytes() throws -> Int { try status("VmHWM") }

  /// Begins to watch for the most memory it takes.
  func forgetPeak() throws {
    try Data("5".utf8).write(to: URL(filePath: "/proc/\(process.processIdentifier)/clear_refs"))
  }

  private func status(_ name: String) throws -> Int {
    let status = try String(
      contentsOfFile: "/proc/\(process.processIdentifier)/status",
      encoding: .utf8
    )
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }),
      let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
        .flatMap({ Int($0) })
    else { throw SQLiteBaseline.Failure(description: "the memory rows need Linux's /proc") }
    return kilobytes * 1024
  }
}
