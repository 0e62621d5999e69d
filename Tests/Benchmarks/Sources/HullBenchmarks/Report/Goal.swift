// What a ratio is meant to be.

/// What a ratio is meant to be.
enum Goal: Sendable {
  case atLeast(Double)
  case atMost(Double)

  func isMet(by ratio: Double) -> Bool {
    switch self {
    case .atLeast(let bound): ratio >= bound
    case .atMost(let bound): ratio <= bound
    }
  }

  var text: String {
    switch self {
    case .atLeast(let bound): "≥ \(Self.short(bound))"
    case .atMost(let bound): "≤ \(Self.short(bound))"
    }
  }

  private static func short(_ bound: Double) -> String {
    bound == bound.rounded() ? "\(Int(bound))" : "\(bound)"
  }
}
