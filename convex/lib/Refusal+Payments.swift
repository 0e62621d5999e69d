import Hull

// Why a bill cannot be completed or paid.

extension Refusal {
  /// A bill has no lines.
  static func noItems() -> ConvexError {
    error("NO_ITEMS", "Cannot submit without items", "Tidak ada item untuk diproses")
  }

  /// Discounts come to more than the lines.
  static func negativeTotal(_ total: Double) -> ConvexError {
    invalid(
      "totalAmount",
      "The total must not be negative, but is \(total.wholeText)",
      "Total tidak boleh negatif"
    )
  }

  /// Payments other than cash come to more than the total.
  static func paymentsExceedTotal(payments: Double, total: Double) -> ConvexError {
    error(
      "PAYMENT_EXCEEDS_TOTAL",
      "Payments exceed the total",
      "Pembayaran melebihi total",
      ["totalPayments": .float64(payments), "totalAmount": .float64(total)]
    )
  }
}
