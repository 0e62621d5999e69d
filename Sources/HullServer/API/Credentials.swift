// What the `Authorization` header says, before anyone checks whether it is true
// (spec/http-api.md 3.1 to 3.3).

import HullRuntime

/// What a request offers to show who sends it.
enum Credentials: Equatable {
  case none
  /// A user's token.
  case bearer(String)
  /// An admin key, perhaps with `:` and the identity to act as.
  case adminKey(String)

  /// Reads the credentials of a request.
  ///
  /// - Parameters:
  ///   - authorization: The value of the `Authorization` field.
  ///   - queryKey: The query parameter `adminKey`, which counts when there is no field.
  /// - Throws: ``BackendError`` for a field that cannot be read.
  init(authorization: String?, queryKey: @autoclosure () -> String?) throws(BackendError) {
    guard let authorization else {
      self = queryKey().map(Credentials.adminKey) ?? .none
      return
    }
    guard authorization.utf8.allSatisfy({ ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x09 }) else {
      throw BackendError(
        kind: .badRequest,
        code: "HeaderParseFailure",
        message: "Failed to parse header \(authorization.debugDescription)"
      )
    }
    guard authorization.utf8.count >= 7 else {
      throw BackendError(
        kind: .badRequest,
        code: "InvalidHeaderFailure",
        message: "Invalid authentication header"
      )
    }
    let rest = String(authorization.dropFirst(7))
    switch authorization.prefix(7).lowercased() {
    case "convex ": self = .adminKey(rest)
    case "bearer " where !rest.isEmpty: self = .bearer(Self.trimmed(rest))
    default:
      throw BackendError(kind: .badRequest, code: "InvalidAdminKey", message: "Invalid admin key")
    }
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
