import Hull

/// One line of a customer's history across sales, clinic and hotel.
///
/// Rows are added, not removed; a refund marks the row it reverses.
@Table("customerHistory")
struct CustomerHistory {
  var customerId: ID<Customer>
  var kind: HistoryKind
  /// The id of the sale, appointment, booking or ledger row behind the line.
  var referenceId: String
  /// The number people know it by.
  var referenceNumber: String
  var occurredAt: Double
  var branchId: ID<Branch>?
  var petId: ID<CustomerPet>?
  /// In rupiah; negative for a refund.
  var amount: Double
  var pointsEarned: Double
  var pointsRedeemed: Double
  var summary: String
  var countsAsVisit: Bool
  var reversedAt: Double?

  static let byCustomerDate = index("by_customer_date", \.customerId, \.occurredAt)
  static let byCustomerKindDate = index(
    "by_customer_kind_date",
    \.customerId,
    \.kind,
    \.occurredAt
  )
  static let byCustomerVisit = index(
    "by_customer_visit",
    \.customerId,
    \.countsAsVisit,
    \.occurredAt
  )
  static let byPetDate = index("by_pet_date", \.petId, \.occurredAt)
  static let byReference = index("by_reference", \.kind, \.referenceId)
}

/// What a line of history is about.
enum HistoryKind: String, ConvexLiteral {
  case sale = "SALE"
  case clinic = "CLINIC"
  case hotel = "HOTEL"
  case refund = "REFUND"
  case redemption = "REDEMPTION"
}
