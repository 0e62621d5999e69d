import Hull

/// A payment as the till sends it.
@ConvexObject
struct PaymentInput: Equatable {
  /// In rupiah; nothing is stored for zero.
  var amount: Double
  /// `CASH`, `QRIS`, `CREDIT`, `BANK_TRANSFER`, `DEBIT_CARD`, or any other word.
  var paymentMethod: String
  /// Stored as given: the till sends an empty text when there is none.
  var referenceNumber: String?
  var notes: String?

  /// Whether change is given on it.
  var isCash: Bool { paymentMethod == "CASH" }
}

/// What payments for a bill come to: a sale, a clinic visit or a stay at the hotel.
///
/// Only cash may be more than is due: what is too much is given back as change.
struct Settlement: Equatable {
  /// The payments to store, in the order they were given; cash only as far as it pays something.
  let payments: [PaymentInput]
  /// What was paid, earlier payments included.
  let paidAmount: Double
  let outstandingAmount: Double
  let change: Double

  /// Works out what is paid, owed and given back.
  ///
  /// - Parameters:
  ///   - offered: The payments of now.
  ///   - total: What the bill comes to.
  ///   - paidBefore: What earlier payments came to.
  /// - Throws: `VALIDATION` for a total or an amount below zero or too large for exact sums,
  ///   `PAYMENT_EXCEEDS_TOTAL` if payments other than cash come to more than the total.
  init(_ offered: [PaymentInput], of total: Double, paidBefore: Double = 0) throws {
    guard total >= 0 else { throw Refusal.negativeTotal(total) }
    _ = try Form.amount(total, "totalAmount")
    let offered = try offered.map { payment in
      var payment = payment
      payment.amount = try Form.amount(payment.amount, "payments")
      payment.paymentMethod = try Form.required(payment.paymentMethod, "paymentMethod")
      return payment
    }
    let other = offered.lazy.filter { !$0.isCash }.map(\.amount).rupiahTotal
    let withoutCash = Rupiah.sum(paidBefore, other)
    guard other == 0 || withoutCash <= total else {
      throw Refusal.paymentsExceedTotal(payments: withoutCash, total: total)
    }
    var cashDue = max(0, Rupiah.rounded(total - withoutCash))
    var excess = 0.0
    var stored: [PaymentInput] = []
    for var payment in offered {
      if payment.isCash {
        let taken = min(payment.amount, cashDue)
        cashDue = Rupiah.rounded(cashDue - taken)
        excess = Rupiah.sum(excess, payment.amount - taken)
        payment.amount = taken
      }
      if payment.amount > 0 { stored.append(payment) }
    }
    payments = stored
    paidAmount = Rupiah.sum(paidBefore, stored.map(\.amount).rupiahTotal)
    outstandingAmount = Rupiah.rounded(total - paidAmount)
    change = excess
  }
}

extension Settlement {
  /// The amount of a payment that is made after a bill was completed.
  ///
  /// - Parameters:
  ///   - amount: What is paid.
  ///   - outstanding: What is owed.
  /// - Returns: The amount, rounded.
  /// - Throws: `VALIDATION` if nothing is owed, or if the amount is not above zero or more than is
  ///   owed.
  static func laterPayment(of amount: Double, outstanding: Double) throws -> Double {
    guard outstanding > 0 else {
      throw Refusal.invalid("amount", "The bill is fully paid", "Tagihan sudah lunas")
    }
    let amount = try Form.amount(amount, "amount")
    guard amount > 0 else {
      throw Refusal.invalid(
        "amount",
        "amount must be positive",
        "Jumlah pembayaran harus lebih dari nol"
      )
    }
    guard amount <= outstanding else {
      throw Refusal.invalid(
        "amount",
        "amount must not exceed the outstanding \(outstanding.wholeText)",
        "Jumlah pembayaran melebihi sisa tagihan"
      )
    }
    return amount
  }
}
