/// The kinds of functions, as the macros see them.
package enum FunctionKind: String, Sendable {
  case query, mutation, action

  /// The type of the first parameter.
  var context: String {
    switch self {
    case .query: "QueryContext"
    case .mutation: "MutationContext"
    case .action: "ActionContext"
    }
  }

  var article: String { self == .action ? "an" : "a" }

  /// Why a function of this kind cannot have another kind's context, and what to do.
  func explanation(ofContext found: String) -> String {
    let wanted: String? =
      switch found {
      case "QueryContext": "Query"
      case "MutationContext": "Mutation"
      case "ActionContext": "Action"
      default: nil
      }
    let reason =
      switch self {
      case .query: "a query only reads one snapshot"
      case .mutation: "a mutation is one transaction"
      case .action: "an action has no transaction of its own"
      }
    guard let wanted else {
      return "the first parameter of \(article) \(rawValue) is its context: "
        + "'\(context)', not '\(found)'"
    }
    return "\(reason), so it takes '\(context)', not '\(found)'; "
      + "change the parameter, or mark the function @\(wanted)"
  }
}

/// The attributes that make a function part of a module.
enum FunctionAttribute {
  static let names: Set<String> = [
    "Query", "Mutation", "Action", "InternalQuery", "InternalMutation", "InternalAction",
  ]
}
