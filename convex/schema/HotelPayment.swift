import Hull

/// A payment for a stay, or money given back.
@Table("hotelPayments")
struct HotelPayment {
  var bookingId: ID<HotelBooking>
  /// `Deposit`, `Partial`, `FullPayment` or `Refund`.
  var paymentType: String
  /// Above zero, also for a refund.
  var amount: Double
  var paymentMethod: String
  var referenceNumber: String?
  var paymentDate: Double
  var notes: String?
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byBooking = index("by_booking", \.bookingId)
  static let byPaymentType = index("by_payment_type", \.paymentType)
  static let byPaymentMethod = index("by_payment_method", \.paymentMethod)
  static let byPaymentDate = index("by_payment_date", \.paymentDate)
}
