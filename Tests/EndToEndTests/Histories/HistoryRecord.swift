// What `history_load.py` prints, a line at a time.

import Foundation

/// One line: a transaction on lists, or the balances of all accounts.
enum HistoryRecord {
  case transaction(Transaction)
  case balances([Int])

  /// Reads a line.
  ///
  /// - Throws: `DecodingError` for a line that is none.
  init(line: String) throws {
    let json = try JSONDecoder().decode(JSON.self, from: Data(line.utf8))
    if let balances = json.balances {
      self = .balances(balances)
      return
    }
    guard let outcome = json.outcome.flatMap(Transaction.Outcome.init), let start = json.start,
      let end = json.end
    else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: [], debugDescription: "no record: \(line)")
      )
    }
    let operations = (json.operations ?? []).compactMap { operation -> Operation? in
      if let key = operation.read { return .read(key: key, values: operation.values) }
      guard let key = operation.append, let value = operation.value else { return nil }
      return .append(key: key, value: value)
    }
    self = .transaction(
      Transaction(outcome: outcome, operations: operations, start: start, end: end)
    )
  }

  private struct JSON: Decodable {
    struct Step: Decodable {
      var read: Int?
      var values: [Int]?
      var append: Int?
      var value: Int?
    }

    var outcome: String?
    var operations: [Step]?
    var start: Int?
    var end: Int?
    var balances: [Int]?
  }
}
