/// Code that reads what strangers send, and what must hold for any bytes it is given.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// Values as JSON: decoded, encoded and decoded again, in two ways.
  case json
  /// Document ids, also legacy ones, and the other short texts that name things.
  case ids
  /// Sealed cursors.
  case cursors
  /// Index keys: decoding, and the order of two values against that of their keys.
  case keys
  /// Function paths, field paths, names, request targets and cron expressions.
  case paths
  /// Validators, schemas and filters as JSON, and values checked against validators.
  case validators
  /// Messages of sync clients.
  case messages
  /// Requests to the HTTP API: body, path, query and header fields.
  case requests

  /// Feeds it some bytes.
  ///
  /// - Parameter input: Any bytes.
  /// - Returns: What came of it. A crash is a finding as well.
  package func check(_ input: [UInt8]) -> FuzzResult {
    var findings = Findings()
    switch self {
    case .json: Self.checkJSON(input, &findings)
    case .ids: Self.checkIDs(input, &findings)
    case .cursors: Self.checkCursors(input, &findings)
    case .keys: Self.checkKeys(input, &findings)
    case .paths: Self.checkPaths(input, &findings)
    case .validators: Self.checkValidators(input, &findings)
    case .messages: Self.checkMessages(input, &findings)
    case .requests: Self.checkRequests(input, &findings)
    }
    return FuzzResult(finding: findings.first, isAccepted: findings.isAccepted)
  }
}

/// What came of an input.
package struct FuzzResult: Sendable {
  /// What does not hold; nil if all is well.
  package var finding: String?
  /// Whether it was understood, so that what lies behind the first check has seen it; said of messages
  /// and requests only.
  package var isAccepted: Bool
}

/// The first thing that did not hold, and whether the input was understood.
struct Findings {
  private(set) var first: String?
  var isAccepted = false

  mutating func expect(_ isSo: Bool, _ claim: @autoclosure () -> String) {
    if !isSo, first == nil { first = claim() }
  }
}
