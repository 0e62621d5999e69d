// What the commands print.

import Foundation

/// One line of the table.
struct Row {
  var name: String
  var ours: String
  var anchor: String
  var ratio: Double
  var goal: String

  var markdown: String {
    "| \(name) | \(ours) | \(anchor) | \(String(format: "%.2f", ratio)) | \(goal) |"
  }

  static func printHeader() {
    print("| row | ours | anchor | ratio | goal |")
    print("| --- | --- | --- | --- | --- |")
  }

  /// Prints the row of two rates, each pair of which was measured in turns.
  static func printRates(
    _ name: String,
    _ pairs: [(ours: Double, anchor: Double)],
    unit: String = "/s",
    of anchor: String = "",
    goal: String
  ) {
    print(
      Row(
        name: name,
        ours: "\(Int(pairs.map(\.ours).median)) \(unit)",
        anchor: "\(anchor)\(Int(pairs.map(\.anchor).median)) \(unit)",
        ratio: pairs.map { $0.ours / $0.anchor }.median,
        goal: goal
      ).markdown
    )
    fflush(nil)
  }
}

extension [Double] {
  /// The middle value; 0 of none.
  var median: Double { isEmpty ? 0 : sorted()[count / 2] }

  /// The value that this share of the others does not exceed; 0 of none.
  func quantile(_ share: Double) -> Double {
    isEmpty ? 0 : sorted()[Swift.min(count - 1, Int(Double(count) * share))]
  }
}
