// One line of the table.

import BenchmarkSupport
import Foundation

/// One line of the table: two things measured in turns, and what came of it.
struct Row {
  /// What is measured.
  var name: String
  /// What it is compared with.
  var against: String
  /// The repetitions.
  var pairs: [Pair]
  var unit: Unit
  /// What the ratio, Hull's side over the other, is meant to be.
  var goal: Goal?
  /// The durability of both sides; nil if nothing is written.
  var durability: String?
  /// What else is known about Hull's side, such as its latency.
  var note: String?
  /// What else is known about the other side.
  var anchorNote: String?

  init(
    _ name: String,
    against: String,
    _ pairs: [Pair],
    _ unit: Unit = .perSecond,
    goal: Goal? = nil,
    durability: String? = nil,
    note: String? = nil,
    anchorNote: String? = nil
  ) {
    self.name = name
    self.against = against
    self.pairs = pairs
    self.unit = unit
    self.goal = goal
    self.durability = durability
    self.note = note
    self.anchorNote = anchorNote
  }

  /// The median of the ratios, not the ratio of the medians: both sides of a repetition had the same
  /// machine.
  var ratio: Double { pairs.map(\.ratio).median }

  static let markdownHeader = """
    | row | Hull | beside | ratio | goal | durability |
    | --- | --- | --- | --- | --- | --- |
    """

  /// A line above the rows of a group.
  static func markdown(heading: String) -> String { "| **\(heading)** | | | | | |" }

  var markdown: String {
    func cell(_ value: Double, _ note: String?) -> String {
      unit.text(value) + (note.map { " (\($0))" } ?? "")
    }
    let verdict = goal.map { $0.text + ($0.isMet(by: ratio) ? ", met" : ", **missed**") } ?? ""
    let columns = [
      name, cell(pairs.map(\.ours).median, note),
      "\(against): \(cell(pairs.map(\.anchor).median, anchorNote))",
      String(format: "%.2f", ratio), verdict, durability ?? "–",
    ]
    return "| " + columns.joined(separator: " | ") + " |"
  }
}

extension Row: Encodable {
  private enum Key: String, CodingKey {
    case name, against, unit, ours, anchor, ratio, ratios, goal, isMet, durability, note, anchorNote
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(against, forKey: .against)
    try container.encode("\(unit)", forKey: .unit)
    try container.encode(pairs.map(\.ours).median, forKey: .ours)
    try container.encode(pairs.map(\.anchor).median, forKey: .anchor)
    try container.encode(ratio, forKey: .ratio)
    try container.encode(pairs.map(\.ratio), forKey: .ratios)
    try container.encodeIfPresent(goal?.text, forKey: .goal)
    try container.encodeIfPresent(goal?.isMet(by: ratio), forKey: .isMet)
    try container.encodeIfPresent(durability, forKey: .durability)
    try container.encodeIfPresent(note, forKey: .note)
    try container.encodeIfPresent(anchorNote, forKey: .anchorNote)
  }
}
