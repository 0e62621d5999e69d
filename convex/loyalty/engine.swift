import Hull

/// The only code that writes metrics, history and the points ledger of events.
///
/// Sales, clinic and hotel call it inside their own transaction when something is completed, so that
/// a document and what follows from it commit together or not at all.
@Functions("loyalty/engine")
enum LoyaltyEngine {
  /// Records a completed sale, clinic visit or hotel stay: history, points, metrics.
  ///
  /// Recording the same event again changes nothing. An anonymous event gets its line of history and
  /// touches no row that others share.
  @InternalMutation
  static func applyEvent(
    _ ctx: MutationContext,
    kind: EventKind,
    referenceId: String,
    referenceNumber: String,
    customerId: ID<Customer>,
    amount: Double,
    occurredAt: Double,
    branchId: ID<Branch>?,
    petId: ID<CustomerPet>?,
    summary: String,
    pointsToRedeem: Double?
  ) async throws -> EventOutcome {
    if let known = try await ctx.db.event(kind, referenceId) {
      return try await outcome(of: known.value, known.id, ctx)
    }
    var row = CustomerHistory(
      customerId: customerId,
      kind: kind.history,
      referenceId: referenceId,
      referenceNumber: referenceNumber,
      occurredAt: occurredAt,
      branchId: branchId,
      petId: petId,
      amount: Rupiah.rounded(amount),
      pointsEarned: 0,
      pointsRedeemed: 0,
      summary: summary,
      countsAsVisit: true
    )
    // A deleted customer will do: the till must be able to finish a sale.
    if try await !ctx.db.existing(customerId).isWalkIn {
      row.pointsRedeemed = try LoyaltyProgram.wholePoints(pointsToRedeem ?? 0)
      try await post(&row, as: kind, ctx)
    }
    return try await outcome(of: row, try await ctx.db.insert(row), ctx)
  }

  /// Takes a recorded event back, as a refund does: the exact inverse.
  ///
  /// The line of history stays, marked, and a line of kind `REFUND` joins it. Points may become
  /// negative.
  @InternalMutation
  static func reverseEvent(
    _ ctx: MutationContext,
    kind: EventKind,
    referenceId: String,
    reason: String?
  ) async throws -> EventOutcome {
    guard let event = try await ctx.db.event(kind, referenceId) else {
      throw Refusal.notFound(CustomerHistory.self, key: referenceId)
    }
    guard event.reversedAt == nil else {
      throw Refusal.conflict(
        "Reversed",
        "The event has already been reversed",
        "Kejadian ini sudah dibatalkan"
      )
    }
    try await ctx.db.patch(event.id) {
      $0.set(\.reversedAt, ctx.now)
      $0.set(\.countsAsVisit, false)
    }
    let refund = CustomerHistory(
      customerId: event.customerId,
      kind: .refund,
      referenceId: referenceId,
      referenceNumber: event.referenceNumber,
      occurredAt: ctx.now,
      branchId: event.branchId,
      petId: event.petId,
      amount: -event.amount,
      pointsEarned: -event.pointsEarned,
      pointsRedeemed: -event.pointsRedeemed,
      summary: reason?.nonBlank ?? "Refund \(event.referenceNumber)",
      countsAsVisit: false
    )
    let id = try await ctx.db.insert(refund)
    if try await !ctx.db.existing(event.customerId).isWalkIn {
      try await unpost(event.value, as: kind, ctx)
    }
    return try await outcome(of: refund, id, ctx)
  }

  /// Corrects a customer's points by hand.
  ///
  /// Only a refund may leave a negative balance.
  @InternalMutation
  static func adjustPoints(
    _ ctx: MutationContext,
    customerId: ID<Customer>,
    points: Double,
    reason: String
  ) async throws -> PointsAdjustment {
    guard points != 0, points == points.rounded(), points.magnitude < 1e15 else {
      throw Refusal.invalid(
        "points",
        "points must be a whole number, not zero",
        "Poin harus bilangan bulat bukan nol"
      )
    }
    let reason = try Form.required(reason, "reason")
    guard try await !ctx.db.live(customerId).isWalkIn else { throw Refusal.walkInHasNoPoints() }
    var account = try await CustomerAccount(of: customerId, ctx)
    let id = try await account.enter(
      CustomerAccount.Entry(
        type: .adjusted,
        points: points,
        source: .manual,
        description: reason
      )
    )
    try await account.save()
    return PointsAdjustment(transactionId: id, balance: account.figures.loyaltyPoints)
  }

  /// Takes points and adds the event to the metrics, noting in the row what it earned.
  private static func post(
    _ row: inout CustomerHistory,
    as kind: EventKind,
    _ ctx: MutationContext
  ) async throws {
    var account = try await CustomerAccount(of: row.customerId, ctx)
    if row.pointsRedeemed > 0 {
      _ = try await account.enter(
        CustomerAccount.Entry(
          type: .redeemed,
          points: -row.pointsRedeemed,
          source: .saleDiscount,
          referenceId: row.referenceId,
          value: LoyaltyProgram.value(ofPoints: row.pointsRedeemed),
          description: "Redeemed on \(row.referenceNumber)",
          branchId: row.branchId
        )
      )
    }
    row.pointsEarned = account.figures.pointsEarned(by: row.amount)
    if row.pointsEarned > 0 {
      _ = try await account.enter(
        CustomerAccount.Entry(
          type: .earned,
          points: row.pointsEarned,
          source: kind.source,
          referenceId: row.referenceId,
          description: "Earned on \(row.referenceNumber)",
          branchId: row.branchId
        )
      )
    }
    account.add(kind, amount: row.amount, at: row.occurredAt)
    try await account.save()
  }

  /// Takes a reversed event out of points and metrics.
  private static func unpost(
    _ event: CustomerHistory,
    as kind: EventKind,
    _ ctx: MutationContext
  ) async throws {
    var account = try await CustomerAccount(of: event.customerId, ctx)
    for points in [-event.pointsEarned, event.pointsRedeemed] where points != 0 {
      _ = try await account.enter(
        CustomerAccount.Entry(
          type: .reversed,
          points: points,
          source: .saleRefund,
          referenceId: event.referenceId,
          description: "Refund of \(event.referenceNumber)",
          branchId: event.branchId
        )
      )
    }
    let lastVisit = try await ctx.db.query(CustomerHistory.self)
      .withIndex(CustomerHistory.byCustomerVisit) { $0.eq(event.customerId).eq(true) }
      .order(.descending)
      .first()?
      .occurredAt
    account.remove(kind, amount: event.amount, lastVisit: lastVisit)
    try await account.save()
  }

  private static func outcome(
    of row: CustomerHistory,
    _ id: ID<CustomerHistory>,
    _ ctx: MutationContext
  ) async throws -> EventOutcome {
    let metrics = try await ctx.db.metrics(of: row.customerId)
    return EventOutcome(
      historyId: id,
      pointsEarned: row.pointsEarned,
      pointsRedeemed: row.pointsRedeemed,
      balance: Nullable(metrics?.loyaltyPoints),
      loyaltyTier: Nullable(metrics?.loyaltyTier)
    )
  }
}

/// What recording or reversing an event came to.
@ConvexObject
struct EventOutcome {
  var historyId: ID<CustomerHistory>
  /// Negative for a reversal.
  var pointsEarned: Double
  /// Negative for a reversal.
  var pointsRedeemed: Double
  /// Null for the walk-in customer.
  var balance: Nullable<Double>
  /// Null for the walk-in customer.
  var loyaltyTier: Nullable<LoyaltyTier>
}

/// What a correction by hand came to.
@ConvexObject
struct PointsAdjustment {
  var transactionId: ID<LoyaltyTransaction>
  var balance: Double
}

extension DatabaseReading {
  /// The line of history of an event.
  func event(
    _ kind: EventKind,
    _ referenceId: String
  ) async throws -> Document<CustomerHistory>? {
    try await query(CustomerHistory.self)
      .withIndex(CustomerHistory.byReference) { $0.eq(kind.history).eq(referenceId) }
      .first()
  }
}
