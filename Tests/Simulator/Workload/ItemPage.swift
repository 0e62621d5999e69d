// A page of items, as far as it can be foretold.

import HullValues

/// The first page of the items by rank.
struct ItemPage {
  /// The code and the rank of each item.
  var rows: [[Double]]
  /// Whether there is nothing after it.
  var isDone: Bool

  /// Where a page ends; from its first run on its journal holds that end.
  enum End {
    /// With the item of this rank.
    case rank(Double)
    /// With the last of all items.
    case last
  }

  init(rows: [[Double]], isDone: Bool) {
    self.rows = rows
    self.isDone = isDone
  }

  /// Reads what the query returned; nil if that is no such page.
  init?(_ value: ConvexValue) {
    guard case .object(let page) = value, case .array(let items)? = page["page"],
      case .boolean(let isDone)? = page["isDone"]
    else { return nil }
    self.isDone = isDone
    rows = []
    for case .object(let item) in items {
      guard let code = item["code"]?.float64, let rank = item["rank"]?.float64 else { return nil }
      rows.append([code, rank])
    }
    if rows.count != items.count { return nil }
  }

  /// Where it ends if this is its first run.
  var end: End {
    guard !isDone, let rank = rows.last?.last else { return .last }
    return .rank(rank)
  }

  /// What can be foretold of it.
  var value: ConvexValue {
    .object([
      "page": .array(rows.map { .array($0.map { .float64($0) }) }), "isDone": .boolean(isDone),
    ])
  }
}
