import Hull

/// What a customer's metrics say, as a value that history and ledger determine.
///
/// The metrics row is these figures kept up to date event by event; ``init(history:ledger:)``
/// computes them from scratch. Both must agree at every commit.
@ConvexObject
struct CustomerFigures: Equatable, FlattenableObject {
  var totalSpent: Double = 0
  var visitCount: Double = 0
  var saleCount: Double = 0
  var clinicVisitCount: Double = 0
  var hotelStayCount: Double = 0
  var lastVisit: Double?
  var loyaltyPoints: Double = 0
  var lifetimePointsEarned: Double = 0
  var lifetimePointsRedeemed: Double = 0

  /// Always the tier of ``totalSpent``.
  var loyaltyTier: LoyaltyTier { LoyaltyProgram.tier(totalSpent: totalSpent) }
}

extension CustomerFigures {
  /// The points the next event of `amount` earns: by the tier held before it.
  func pointsEarned(by amount: Double) -> Double {
    LoyaltyProgram.pointsEarned(total: amount, tier: loyaltyTier)
  }

  /// Takes in a completed event; points are entered by ``enter(_:points:)``.
  mutating func add(_ kind: EventKind, amount: Double, at occurredAt: Double) {
    totalSpent = Rupiah.sum(totalSpent, amount)
    visitCount += 1
    self[countOf: kind] += 1
    lastVisit = max(lastVisit ?? occurredAt, occurredAt)
  }

  /// Takes an event out again; `lastVisit` is the newest of the visits that remain.
  mutating func remove(_ kind: EventKind, amount: Double, lastVisit: Double?) {
    totalSpent = Rupiah.sum(totalSpent, -amount)
    visitCount -= 1
    self[countOf: kind] -= 1
    self.lastVisit = lastVisit
  }

  /// Takes in a line of the ledger.
  mutating func enter(_ type: LedgerType, points: Double) {
    loyaltyPoints += points
    switch type {
    case .earned: lifetimePointsEarned += points
    case .redeemed: lifetimePointsRedeemed -= points
    case .reversed, .adjusted: break
    }
  }

  private subscript(countOf kind: EventKind) -> Double {
    get {
      switch kind {
      case .sale: saleCount
      case .clinic: clinicVisitCount
      case .hotel: hotelStayCount
      }
    }
    set {
      switch kind {
      case .sale: saleCount = newValue
      case .clinic: clinicVisitCount = newValue
      case .hotel: hotelStayCount = newValue
      }
    }
  }
}

extension CustomerFigures {
  /// The figures from scratch: every row of a customer's history and ledger, in any order.
  init(history: some Sequence<CustomerHistory>, ledger: some Sequence<LoyaltyTransaction>) {
    for row in history {
      switch row.kind {
      case .sale: count(row, as: .sale)
      case .clinic: count(row, as: .clinic)
      case .hotel: count(row, as: .hotel)
      case .refund: totalSpent = Rupiah.sum(totalSpent, row.amount)
      case .redemption: break
      }
    }
    for row in ledger { enter(row.type, points: row.points) }
  }

  /// A reversed event keeps its amount, which its refund row takes out again, but is no visit.
  private mutating func count(_ row: CustomerHistory, as kind: EventKind) {
    totalSpent = Rupiah.sum(totalSpent, row.amount)
    guard row.countsAsVisit else { return }
    visitCount += 1
    self[countOf: kind] += 1
    lastVisit = max(lastVisit ?? row.occurredAt, row.occurredAt)
  }
}

extension CustomerFigures {
  /// The figures a metrics row holds.
  init(_ metrics: CustomerMetrics) {
    totalSpent = metrics.totalSpent
    visitCount = metrics.visitCount
    saleCount = metrics.saleCount
    clinicVisitCount = metrics.clinicVisitCount
    hotelStayCount = metrics.hotelStayCount
    lastVisit = metrics.lastVisit
    loyaltyPoints = metrics.loyaltyPoints
    lifetimePointsEarned = metrics.lifetimePointsEarned
    lifetimePointsRedeemed = metrics.lifetimePointsRedeemed
  }

  /// The metrics row that holds these figures.
  ///
  /// - Parameters:
  ///   - customer: Whose figures they are.
  ///   - previous: The row so far, which knows since when the tier is held; nil for a new one.
  ///   - now: The time of the change.
  /// - Returns: The row to store.
  func metrics(
    of customer: ID<Customer>,
    replacing previous: CustomerMetrics?,
    at now: Double
  ) -> CustomerMetrics {
    CustomerMetrics(
      customerId: customer,
      totalSpent: totalSpent,
      visitCount: visitCount,
      saleCount: saleCount,
      clinicVisitCount: clinicVisitCount,
      hotelStayCount: hotelStayCount,
      lastVisit: lastVisit,
      loyaltyPoints: loyaltyPoints,
      loyaltyTier: loyaltyTier,
      lifetimePointsEarned: lifetimePointsEarned,
      lifetimePointsRedeemed: lifetimePointsRedeemed,
      tierSince: previous.flatMap { $0.loyaltyTier == loyaltyTier ? $0.tierSince : nil } ?? now,
      updatedAt: now
    )
  }
}
