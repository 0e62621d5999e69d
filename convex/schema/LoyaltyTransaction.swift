import Hull

/// One line of the points ledger.
///
/// The balance is the sum of its `points`.
@Table("loyaltyTransactions")
struct LoyaltyTransaction {
  var customerId: ID<Customer>
  var type: LedgerType
  /// A signed whole number.
  var points: Double
  var balanceAfter: Double
  var source: LedgerSource
  var referenceId: String?
  /// What the points were worth, in rupiah.
  var value: Double?
  var description: String
  var productId: ID<Product>?
  var quantity: Double?
  var branchId: ID<Branch>?
  var createdAt: Double

  static let byCustomer = index("by_customer", \.customerId)
  static let byReference = index("by_reference", \.source, \.referenceId)
}

/// How a line of the ledger changes the balance.
enum LedgerType: String, ConvexLiteral {
  case earned = "EARNED"
  case redeemed = "REDEEMED"
  case reversed = "REVERSED"
  case adjusted = "ADJUSTED"
}

/// What a line of the ledger comes from.
enum LedgerSource: String, ConvexLiteral {
  case sale = "SALE"
  case clinic = "CLINIC"
  case hotel = "HOTEL"
  case saleDiscount = "SALE_DISCOUNT"
  case productRedemption = "PRODUCT_REDEMPTION"
  case saleRefund = "SALE_REFUND"
  case manual = "MANUAL"
}
