import Hull

// The arithmetic of bills: lines, discounts, loyalty discount, tax.

/// A reduction by an amount of rupiah or by a percentage.
///
/// Any other type of discount means none.
struct Discount: Equatable {
  var amount: Double
  var type: String

  /// What the reduction takes off `base`: a nominal amount as it is, a percentage (from 0 to 100)
  /// of the base.
  func value(of base: Double) -> Double {
    switch type {
    case "nominal": Rupiah.rounded(amount)
    case "percent": Rupiah.rounded(base * min(max(amount, 0), 100) / 100)
    default: 0
    }
  }
}

/// What one line of a sale costs.
enum SaleLine {
  /// Whole units times the unit price, less the line's discount.
  ///
  /// A negative or fractional quantity counts as the whole units it holds, at least none.
  static func subtotal(quantity: Double, unitPrice: Double, discount: Discount) -> Double {
    let units = max(0, quantity.rounded(.down))
    let gross = Rupiah.rounded(units * Rupiah.rounded(unitPrice))
    return Rupiah.rounded(gross - discount.value(of: gross))
  }
}

/// The money of a bill, of a sale, a visit or a stay: from the sum of its lines down to what is still
/// owed.
struct BillTotals: Equatable {
  let subtotal: Double
  let afterDiscount: Double
  /// Points applied, reduced to what fits under ``afterDiscount``.
  let pointsApplied: Double
  let loyaltyDiscount: Double
  let taxAmount: Double
  let totalAmount: Double
  let outstandingAmount: Double

  /// - Parameters:
  ///   - subtotals: What each line costs.
  ///   - discount: The discount on the whole bill. It may exceed the lines: the till sets it before
  ///     it adds any, and the total is then negative for a while.
  ///   - pointsApplied: The points asked for; only sales take some.
  ///   - taxRate: In percent, from 0 to 100.
  ///   - paidAmount: What was paid already.
  init(
    subtotals: some Sequence<Double>,
    discount: Discount,
    pointsApplied: Double = 0,
    taxRate: Double,
    paidAmount: Double
  ) {
    subtotal = subtotals.rupiahTotal
    afterDiscount = Rupiah.rounded(subtotal - discount.value(of: subtotal))
    self.pointsApplied = min(pointsApplied, LoyaltyProgram.maximumPoints(for: afterDiscount))
    loyaltyDiscount = LoyaltyProgram.value(ofPoints: self.pointsApplied)
    let taxable = Rupiah.rounded(afterDiscount - loyaltyDiscount)
    taxAmount = Rupiah.rounded(taxable * min(max(taxRate, 0), 100) / 100)
    totalAmount = Rupiah.sum(taxable, taxAmount)
    outstandingAmount = Rupiah.rounded(totalAmount - paidAmount)
  }
}

extension BillTotals {
  /// Works out a draft's money from its lines and stores it.
  ///
  /// - Parameters:
  ///   - sale: The draft.
  ///   - pointsApplied: The points to apply, as far as they fit.
  ///   - db: The caller's transaction.
  /// - Returns: What was stored.
  /// - Throws: Only what the database throws.
  static func recompute(
    _ sale: Document<Sale>,
    pointsApplied: Double,
    in db: DatabaseWriter
  ) async throws -> BillTotals {
    let lines = try await db.query(SaleItem.self)
      .withIndex(SaleItem.bySale) { $0.eq(sale.id) }
      .filter(\.isLive)
      .collect()
    let totals = BillTotals(
      subtotals: lines.map(\.subtotal),
      discount: Discount(amount: sale.discountAmount, type: sale.discountType),
      pointsApplied: pointsApplied,
      taxRate: sale.taxRate,
      paidAmount: sale.paidAmount
    )
    let points = totals.pointsApplied > 0 ? totals.pointsApplied : nil
    try await db.patch(sale.id) {
      $0.set(\.subtotal, totals.subtotal)
      $0.set(\.taxAmount, totals.taxAmount)
      $0.set(\.totalAmount, totals.totalAmount)
      $0.set(\.outstandingAmount, totals.outstandingAmount)
      $0.set(\.loyaltyPointsApplied, points)
      $0.set(\.loyaltyDiscountAmount, points.map(LoyaltyProgram.value))
    }
    return totals
  }
}
