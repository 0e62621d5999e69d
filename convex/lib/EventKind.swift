import Hull

/// The three things a customer can do that count: they earn points and are visits.
enum EventKind: String, ConvexLiteral {
  case sale = "SALE"
  case clinic = "CLINIC"
  case hotel = "HOTEL"

  /// The kind of the event's history row.
  var history: HistoryKind {
    switch self {
    case .sale: .sale
    case .clinic: .clinic
    case .hotel: .hotel
    }
  }

  /// The source of the points it earns.
  var source: LedgerSource {
    switch self {
    case .sale: .sale
    case .clinic: .clinic
    case .hotel: .hotel
    }
  }
}
