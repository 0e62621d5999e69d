// What the `Authorization` header says, before anyone checks whether it is true
// (spec/http-api.md 3.1 to 3.3).

import HullRuntime
import HullValues

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

/// Judges users' tokens.
///
/// No provider of identities can be configured yet, so it refuses each one; the text tells whether
/// the token could be read at all.
enum TokenVerifier {
  /// Why a token is refused.
  ///
  /// - Parameters:
  ///   - token: The token.
  ///   - isRedacted: Whether the configuration is kept from clients.
  /// - Returns: The error to answer with.
  static func refusal(of token: String, isRedacted: Bool) -> BackendError {
    guard let payload = payload(of: token) else {
      return BackendError(
        kind: .unauthenticated,
        code: "InvalidAuthHeader",
        message: """
          Could not parse JWT payload. Check that the token is a valid JWT format with three \
          base64-encoded parts separated by dots.
          """
      )
    }
    guard case .string? = payload["iss"] else {
      return BackendError(
        kind: .unauthenticated,
        code: "InvalidAuthHeader",
        message: """
          Missing issuer claim ('iss') in JWT payload. The JWT must include an 'iss' claim that \
          matches one of your configured auth providers.
          """
      )
    }
    let details = " (no providers configured). Check convex/auth.config.ts."
    return BackendError(
      kind: .unauthenticated,
      code: "NoAuthProvider",
      message: "No auth provider found matching the given token" + (isRedacted ? "" : details)
    )
  }

  private static func payload(of token: String) -> JSONObject? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[1].isEmpty,
      let header = json(parts[0]), case .object = header,
      let payload = json(parts[1]), case .object(let claims) = payload
    else { return nil }
    return claims
  }

  private static func json(_ part: Substring) -> JSONValue? {
    guard let bytes = try? Base64.decode(String(part), urlSafe: true) else { return nil }
    return try? JSONParser().json(bytes)
  }
}
