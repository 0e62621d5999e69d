import Hull

/// A payment for a sale, made when it was submitted or later.
@Table("salePayments")
struct SalePayment {
  var saleId: ID<Sale>
  var amount: Double
  /// `CASH`, `QRIS`, `CREDIT`, `BANK_TRANSFER`, `DEBIT_CARD`, or any other word.
  var paymentMethod: String
  var referenceNumber: String?
  var paymentDate: Double
  var notes: String?
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let bySale = index("by_sale", \.saleId)
  static let byPaymentMethod = index("by_payment_method", \.paymentMethod)
  static let byPaymentDate = index("by_payment_date", \.paymentDate)
}
