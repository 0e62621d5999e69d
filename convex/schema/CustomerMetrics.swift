import Hull

/// What a customer spent and earned so far: one row a customer, written only by `loyalty/engine`.
///
/// A table of its own: every open till subscribes to the list of customers, and figures inside the
/// customer's row would resend that list to all of them on each sale.
@Table("customerMetrics")
struct CustomerMetrics: Equatable {
  var customerId: ID<Customer>
  /// In rupiah.
  var totalSpent: Double
  var visitCount: Double
  var saleCount: Double
  var clinicVisitCount: Double
  var hotelStayCount: Double
  var lastVisit: Double?
  /// The balance; negative only after a refund.
  var loyaltyPoints: Double
  var loyaltyTier: LoyaltyTier
  var lifetimePointsEarned: Double
  var lifetimePointsRedeemed: Double
  var tierSince: Double
  var updatedAt: Double

  static let byCustomer = index("by_customer", \.customerId)
  static let bySpent = index("by_spent", \.totalSpent)
  static let byTier = index("by_tier", \.loyaltyTier, \.totalSpent)
  static let byPoints = index("by_points", \.loyaltyPoints)
}

/// How much a customer has spent, in three steps: see ``LoyaltyProgram``.
enum LoyaltyTier: String, ConvexLiteral {
  case bronze = "BRONZE"
  case silver = "SILVER"
  case gold = "GOLD"
}
