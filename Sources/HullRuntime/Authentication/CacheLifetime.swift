// How long a provider's document may be used again, as the provider says (RFC 9111).

/// How long a fetched document may be used.
struct CacheLifetime: Sendable, Hashable {
  /// How long it is used without asking again.
  var fresh: Duration
  /// How long it may serve instead of a new one that cannot be had; from when it was fetched.
  var onFailure: Duration

  /// Even a document that must not be kept is used for so long, so that a rush of users signing in
  /// is one request to the provider.
  static let minimum: Duration = .seconds(10)

  /// No document is used for longer, whatever its provider says.
  static let maximum: Duration = .seconds(24 * 3600)

  /// How long a document that has become stale may still stand in for one that cannot be had.
  static let grace: Duration = .seconds(3600)
}

extension CacheLifetime {
  /// Reads the fields of an answer: `Cache-Control` and `Age`.
  ///
  /// An answer without `Cache-Control` is not kept.
  init(_ answer: HTTPFetchedAnswer) {
    var age: Duration?
    var isStorable = true
    var mustRevalidate = false
    for field in answer.fields where field.name.lowercased() == "cache-control" {
      for directive in field.value.lowercased().split(separator: ",") {
        let parts = directive.split(separator: "=", maxSplits: 1).map(Self.trimmed)
        switch parts.first {
        case "no-store": isStorable = false
        case "no-cache": age = .zero
        case "must-revalidate": mustRevalidate = true
        case "max-age" where age != .zero && parts.count == 2:
          age = Self.seconds(parts[1]) ?? .zero
        default: break
        }
      }
    }
    let spent = answer["age"].flatMap { Self.seconds(Self.trimmed($0[...])) } ?? .zero
    let given = isStorable ? max((age ?? .zero) - spent, .zero) : .zero
    fresh = min(max(given, Self.minimum), Self.maximum)
    onFailure = isStorable && !mustRevalidate ? fresh + Self.grace : fresh
  }

  private static func seconds(_ text: String) -> Duration? {
    let digits = text.first == "\"" ? text.dropFirst().prefix { $0 != "\"" } : text[...]
    // Longer than any number that matters: a very long time.
    guard !digits.isEmpty, digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isNumber)
    else { return nil }
    return .seconds(min(Int64(digits) ?? .max, 1 << 32))
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
    return String(start[...end])
  }
}
