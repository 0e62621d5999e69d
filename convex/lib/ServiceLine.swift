import Hull

/// What one line of a clinic's or a hotel's bill costs.
///
/// Unlike a line of a sale it may be of half a tablet: quantities are not cut to whole units.
enum ServiceLine {
  /// Quantity times unit price, less the line's discount, rounded once.
  static func subtotal(quantity: Double, unitPrice: Double, discount: Discount) -> Double {
    let gross = quantity * unitPrice
    let reduction =
      switch discount.type {
      case "nominal": discount.amount
      case "percent": gross * min(max(discount.amount, 0), 100) / 100
      default: 0.0
      }
    return Rupiah.rounded(gross - reduction)
  }
}

extension Form {
  /// A discount: an amount of rupiah, or a percentage, by its type.
  ///
  /// - Throws: `VALIDATION` for a negative amount, infinities and NaN.
  static func discount(_ amount: Double, type: String) throws -> Discount {
    Discount(amount: try Form.amount(amount, "discountAmount"), type: type.trimmed)
  }

  /// A tax rate in percent.
  ///
  /// - Throws: `VALIDATION` for what is not from 0 to 100.
  static func taxRate(_ percent: Double) throws -> Double {
    guard (0...100).contains(percent) else {
      throw Refusal.invalid(
        "taxRate",
        "taxRate must be from 0 to 100 percent",
        "Tarif pajak harus 0 sampai 100 persen"
      )
    }
    return percent
  }
}

extension Double {
  /// The number in decimal, without a fraction if it has none: 250 as `250`, a half as `0.5`.
  var quantityText: String { Int(exactly: self).map(String.init) ?? description }
}
