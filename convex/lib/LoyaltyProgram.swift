import Hull

/// The numbers of the loyalty programme, in one place.
///
/// A customer earns one point for each full unit of what an event cost, times the percentage of
/// the tier held before the event; the tier follows the total spent. Points are whole numbers.
enum LoyaltyProgram {
  /// The rupiah that earn one point.
  static let unit = 10_000.0
  /// What one point is worth as a discount, in rupiah.
  static let pointValue = 100.0
  /// The fewest points taken for a discount.
  static let minimumRedemption = 100.0
  /// Points for a discount are taken in multiples of this.
  static let redemptionStep = 100.0

  /// The tier of a customer who has spent `totalSpent` rupiah; thresholds are inclusive.
  static func tier(totalSpent: Double) -> LoyaltyTier {
    LoyaltyTier.allCases.last { totalSpent >= $0.minimumSpend } ?? .bronze
  }

  /// The points an event of `total` rupiah earns a customer who held `tier` before it; none below
  /// one unit.
  static func pointsEarned(total: Double, tier: LoyaltyTier) -> Double {
    guard total >= unit else { return 0 }
    return ((total / unit).rounded(.down) * tier.earningPercent / 100).rounded(.down)
  }

  /// What `points` are worth in rupiah; nothing when the balance is negative.
  static func value(ofPoints points: Double) -> Double {
    max(points, 0) * pointValue
  }

  /// The most points that may pay for part of `amount` rupiah: a multiple of the step that is
  /// worth no more than the amount.
  static func maximumPoints(for amount: Double) -> Double {
    guard amount > 0 else { return 0 }
    return (amount / pointValue / redemptionStep).rounded(.down) * redemptionStep
  }

  /// A number of points from a caller: whole and not negative.
  ///
  /// - Throws: `VALIDATION`.
  static func wholePoints(_ points: Double) throws -> Double {
    guard points >= 0, points == points.rounded(), points < 1e15 else {
      throw Refusal.invalid(
        "points",
        "points must be a whole number",
        "Poin harus bilangan bulat"
      )
    }
    return points
  }

  /// A number of points to take for a discount: a positive multiple of the step.
  ///
  /// - Throws: `VALIDATION`.
  static func redeemablePoints(_ points: Double) throws -> Double {
    let points = try wholePoints(points)
    guard points >= minimumRedemption,
      points.truncatingRemainder(dividingBy: redemptionStep) == 0
    else {
      let step = redemptionStep.wholeText
      throw Refusal.invalid(
        "points",
        "points must be a positive multiple of \(step)",
        "Poin harus kelipatan \(step)"
      )
    }
    return points
  }
}

extension LoyaltyTier {
  /// The total spent from which a customer holds the tier, in rupiah.
  var minimumSpend: Double {
    switch self {
    case .bronze: 0
    case .silver: 10_000_000
    case .gold: 50_000_000
    }
  }

  /// The percentage of the base points that a customer of the tier earns.
  var earningPercent: Double {
    switch self {
    case .bronze: 100
    case .silver: 125
    case .gold: 150
    }
  }

  /// The tier above this one; nil for the highest.
  var next: LoyaltyTier? {
    switch self {
    case .bronze: .silver
    case .silver: .gold
    case .gold: nil
    }
  }
}
