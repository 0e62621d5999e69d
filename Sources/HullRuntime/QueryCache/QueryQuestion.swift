// What a query is asked: everything its result depends on besides the data.

import Hull
import HullValues

/// A query with what it is called with; the key of the cache.
///
/// A class because it is handed around more often than made, and to copy a reference is cheap.
final class QueryQuestion: Sendable, Hashable {
  /// Whose question it is.
  enum Asker: Sendable, Hashable {
    /// Anyone's: the query does not look at who asks.
    case anyone
    /// That of one identity; `nil` for nobody in particular.
    case exactly(UserIdentity?)
  }

  let function: FunctionPath
  /// The positional arguments as canonical wire text.
  let arguments: [UInt8]
  /// The journal of the former run, which decides where a page ends.
  let journal: String?
  let asker: Asker
  /// Drawn once: questions are looked up more often than made.
  private let hash: Int

  init(function: FunctionPath, arguments: [UInt8], journal: String?, asker: Asker) {
    self.function = function
    self.arguments = arguments
    self.journal = journal
    self.asker = asker
    var hasher = Hasher()
    hasher.combine(function)
    arguments.withUnsafeBytes { hasher.combine(bytes: $0) }
    hasher.combine(journal)
    if case .exactly(let identity) = asker { hasher.combine(identity?.tokenIdentifier) }
    hash = hasher.finalize()
  }

  /// The same question asked with another journal or by someone else.
  func with(journal: String?, asker: Asker) -> QueryQuestion {
    QueryQuestion(function: function, arguments: arguments, journal: journal, asker: asker)
  }

  static func == (left: QueryQuestion, right: QueryQuestion) -> Bool {
    left === right
      || left.hash == right.hash && left.function == right.function
        && left.arguments == right.arguments && left.journal == right.journal
        && left.asker == right.asker
  }

  func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

extension QueryQuestion {
  /// What a call asks, as anyone asks it; `nil` for one whose result must not be kept: no query, an
  /// anonymous function, arguments that are no values.
  convenience init?(_ call: FunctionRunner.Call) {
    guard call.function.definition.kind == .query, call.isNamed,
      case .values(let values) = call.arguments
    else { return nil }
    self.init(
      function: call.function.path,
      arguments: EncodedValue(.array(values)).bytes,
      journal: call.journal,
      asker: .anyone
    )
  }
}
