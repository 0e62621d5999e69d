// The table of a run: Markdown as it is measured, JSON at the end, progress beside it.

import BenchmarkSupport
import Foundation

/// The table of a run.
///
/// Not `Sendable`: rows are measured one after the other.
final class Report {
  private let machine: Machine
  private let json: URL?
  private var rows: [Row] = []
  private var omissions: [String] = []
  private let start = ContinuousClock.now

  /// Begins a table.
  ///
  /// - Parameters:
  ///   - machine: What it is measured on.
  ///   - json: Where the table goes as JSON, if anywhere.
  init(_ machine: Machine, json: URL?) {
    self.machine = machine
    self.json = json
    print(machine.markdown + "\n\n" + Row.markdownHeader)
    fflush(nil)
  }

  /// Begins a group of rows.
  func begin(_ group: String) {
    progress(group)
    print(Row.markdown(heading: group))
    fflush(nil)
  }

  func add(_ row: Row) {
    rows.append(row)
    print(row.markdown)
    fflush(nil)
  }

  /// Says on the standard error what is measured now.
  func progress(_ text: String) {
    let seconds = Int((ContinuousClock.now - start).inSeconds)
    FileHandle.standardError.write(Data("[\(seconds) s] \(text)\n".utf8))
  }

  /// Notes what could not be measured, and why.
  func omit(_ text: String) {
    progress("left out: \(text)")
    omissions.append(text)
  }

  /// Ends the table.
  ///
  /// - Throws: If the JSON cannot be written.
  func finish() throws {
    for text in omissions { print("\nLeft out: \(text)") }
    let goals = rows.filter { $0.goal != nil }
    let met = goals.count { $0.goal?.isMet(by: $0.ratio) == true }
    print("\n\(met) of \(goals.count) goals met.")
    guard let json else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(Document(machine: machine, rows: rows, omissions: omissions)).write(to: json)
  }

  private struct Document: Encodable {
    var machine: Machine
    var rows: [Row]
    var omissions: [String]
  }
}
