import Hull

/// What payments for a stay are for.
enum HotelPaymentType {
  static let deposit = "Deposit"
  static let partial = "Partial"
  static let fullPayment = "FullPayment"
  /// Money given back.
  static let refund = "Refund"

  /// A type from a form.
  ///
  /// - Throws: `VALIDATION` for any other word.
  static func checked(_ type: String) throws -> String {
    guard [deposit, partial, fullPayment, refund].contains(type) else {
      throw Refusal.invalid(
        "paymentType",
        "paymentType must be Deposit, Partial, FullPayment or Refund",
        "Jenis pembayaran tidak dikenal"
      )
    }
    return type
  }
}

extension HotelPayment {
  /// What the payment adds to what was paid: a refund takes away.
  var paid: Double { paymentType == HotelPaymentType.refund ? -amount : amount }
}

extension DatabaseWriter {
  /// Adds to what was paid for a stay.
  ///
  /// - Throws: `VALIDATION` if more would be given back than was paid.
  func addPaid(_ amount: Double, to booking: Document<HotelBooking>) async throws {
    let paid = Rupiah.sum(booking.paidAmount, amount)
    guard paid >= 0 else {
      throw Refusal.invalid(
        "amount",
        "No more than the \(booking.paidAmount.quantityText) paid can be given back",
        "Pengembalian melebihi jumlah yang sudah dibayar"
      )
    }
    try await patch(booking.id) {
      $0.set(\.paidAmount, paid)
      $0.set(\.outstandingAmount, Rupiah.rounded(booking.totalAmount - paid))
    }
  }
}

/// What was paid for a stay, by type and by method.
@ConvexObject
struct HotelPaymentSummary {
  /// Refunds taken off.
  var totalPaid: Double
  var paymentsByType: [ByType]
  var paymentsByMethod: [ByMethod]

  /// The payments of one type.
  @ConvexObject
  struct ByType {
    var paymentType: String
    var count: Double
    var totalAmount: Double
  }

  /// The payments by one method, refunds taken off.
  @ConvexObject
  struct ByMethod {
    var paymentMethod: String
    var count: Double
    var totalAmount: Double
  }
}

extension HotelPaymentSummary {
  /// Sums up payments, types and methods in the order of their first payment.
  init(of payments: [HotelPayment]) {
    totalPaid = payments.map(\.paid).rupiahTotal
    let types = payments.map(\.paymentType).withoutRepetition
    paymentsByType = types.map { type in
      let amounts = payments.filter { $0.paymentType == type }.map(\.amount)
      return ByType(
        paymentType: type,
        count: Double(amounts.count),
        totalAmount: amounts.rupiahTotal
      )
    }
    let methods = payments.map(\.paymentMethod).withoutRepetition
    paymentsByMethod = methods.map { method in
      let amounts = payments.filter { $0.paymentMethod == method }.map(\.paid)
      return ByMethod(
        paymentMethod: method,
        count: Double(amounts.count),
        totalAmount: amounts.rupiahTotal
      )
    }
  }
}
