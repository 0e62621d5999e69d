package import HullValues

/// A function that is to run later: a row of `_scheduled_functions` (spec/functions.md 11.4).
package struct ScheduledJob: Sendable, Hashable {
  /// The row.
  package var id: DocumentID
  /// The function, with the extension the reference prints: `messages.js:send`.
  package var name: String
  /// What it is called with.
  package var arguments: ConvexObject
  /// When it is to run, in milliseconds since 1970.
  package var scheduledTime: Double
  /// When it was over, in milliseconds since 1970; nil before.
  package var completedTime: Double?
  /// How far it has got.
  package var state: State

  /// How far a job has got.
  package enum State: Sendable, Hashable {
    /// It waits for its time.
    case pending
    /// It runs.
    case inProgress
    /// It has run.
    case success
    /// It threw, or could not be run, for the reason given.
    case failed(String)
    /// It was called off.
    case canceled

    /// Whether the job is over.
    package var isFinal: Bool {
      switch self {
      case .pending, .inProgress: false
      case .success, .failed, .canceled: true
      }
    }

    /// The state's name in its row.
    package var kind: String {
      switch self {
      case .pending: "pending"
      case .inProgress: "inProgress"
      case .success: "success"
      case .failed: "failed"
      case .canceled: "canceled"
      }
    }
  }
}

extension ScheduledJob {
  /// Reads a row.
  ///
  /// - Throws: ``DatabaseError`` `CorruptScheduledJob` for one that this program did not write.
  package init(_ document: EncodedDocument) throws {
    try self.init(id: document.id, document.object())
  }

  init(id: DocumentID, _ row: ConvexObject) throws {
    guard let name = row["name"]?.string,
      case .array(let arguments)? = row["args"], case .object(let only)? = arguments.first,
      case .float64(let scheduledTime)? = row["scheduledTime"],
      case .object(let stateRow)? = row["state"], let state = State(stateRow)
    else {
      throw DatabaseError(
        code: "CorruptScheduledJob",
        message: "The row of a scheduled function cannot be read: \(id).",
        kind: .system
      )
    }
    self.id = id
    self.name = name
    self.arguments = only
    self.scheduledTime = scheduledTime
    if case .float64(let time)? = row["completedTime"] { completedTime = time }
    self.state = state
  }

  /// The row, without its system fields.
  var fields: ConvexObject {
    var fields: [(String, ConvexValue)] = [
      ("args", .array([.object(arguments)])),
      ("name", .string(name)),
      ("scheduledTime", .float64(scheduledTime)),
      ("state", state.row),
    ]
    if let completedTime { fields.append(("completedTime", .float64(completedTime))) }
    return ConvexObject(literal: fields)
  }
}

extension ScheduledJob.State {
  fileprivate init?(_ row: ConvexObject) {
    switch row["kind"]?.string {
    case "pending": self = .pending
    case "inProgress": self = .inProgress
    case "success": self = .success
    case "failed": self = .failed(row["error"]?.string ?? "")
    case "canceled": self = .canceled
    default: return nil
    }
  }

  fileprivate var row: ConvexValue {
    if case .failed(let error) = self { return ["error": .string(error), "kind": .string(kind)] }
    return ["kind": .string(kind)]
  }
}
