// What becomes of scheduled functions, as the disk has it.

import HullPersistence
import HullValues

/// The rows of scheduled functions.
struct Jobs {
  private let table: TableNumber
  private var states: [DocumentID: String] = [:]

  init(table: TableNumber) { self.table = table }

  /// Takes note of what a commit does to a row.
  mutating func apply(_ write: DocumentWrite) {
    guard write.id.tableNumber == table else { return }
    guard let object = try? write.after?.object(), case .object(let state)? = object["state"],
      case .string(let kind)? = state["kind"]
    else {
      states[write.id] = nil
      return
    }
    states[write.id] = kind
  }

  /// Those that are still to run, or run.
  var unfinished: [String] {
    states.filter { ["pending", "inProgress"].contains($0.value) }.map { "\($0.key)" }
  }

  /// How many have failed, as only interrupted actions may.
  var failed: Int { states.values.count { $0 == "failed" } }
}
