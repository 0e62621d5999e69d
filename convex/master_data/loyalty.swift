import Hull

/// The loyalty programme as its customers meet it: its rules, their points, discounts for points.
@Functions("master_data/loyalty")
enum Loyalty {
  /// The rules of the programme.
  @Query
  static func getProgram(_ ctx: QueryContext) async throws -> Program {
    Program(
      unit: LoyaltyProgram.unit,
      pointValue: LoyaltyProgram.pointValue,
      minRedeem: LoyaltyProgram.minimumRedemption,
      redeemStep: LoyaltyProgram.redemptionStep,
      tiers: LoyaltyTier.allCases.map {
        Program.Tier(tier: $0, minSpend: $0.minimumSpend, percent: $0.earningPercent)
      }
    )
  }

  /// A page of a customer's points ledger, newest first.
  @Query
  static func listTransactions(
    _ ctx: QueryContext,
    customerId: ID<Customer>,
    paginationOpts: PaginationOptions
  ) async throws -> Paginated<Encoded<LoyaltyTransaction>> {
    try await ctx.db.query(LoyaltyTransaction.self).encoded()
      .withIndex(LoyaltyTransaction.byCustomer) { $0.eq(customerId) }
      .order(.descending)
      .paginate(paginationOpts)
  }

  /// Applies points to a draft sale as a discount, in place of points applied before.
  ///
  /// The points are taken when the sale is submitted, not here. They come in hundreds, are covered by
  /// the balance, and are worth no more than the sale.
  @Mutation
  static func applyToSale(
    _ ctx: MutationContext,
    saleId: ID<Sale>,
    points: Double
  ) async throws -> AppliedPoints {
    let sale = try await ctx.db.draft(saleId)
    let points = try LoyaltyProgram.redeemablePoints(points)
    guard try await !ctx.db.existing(sale.customerId).isWalkIn else {
      throw Refusal.walkInHasNoPoints()
    }
    let balance = try await ctx.db.figures(of: sale.customerId).loyaltyPoints
    guard points <= balance else {
      throw Refusal.insufficientPoints(balance: balance, requested: points)
    }
    let totals = try await BillTotals.recompute(sale, pointsApplied: points, in: ctx.db)
    guard totals.pointsApplied == points else {
      throw Refusal.pointsExceedAmount(maximum: totals.pointsApplied)
    }
    return AppliedPoints(
      saleId: saleId,
      pointsApplied: totals.pointsApplied,
      discountValue: totals.loyaltyDiscount,
      totalAmount: totals.totalAmount
    )
  }

  /// Takes the discount for points off a draft sale again.
  @Mutation
  static func removeFromSale(
    _ ctx: MutationContext,
    saleId: ID<Sale>
  ) async throws -> RemovedPoints {
    let sale = try await ctx.db.draft(saleId)
    let totals = try await BillTotals.recompute(sale, pointsApplied: 0, in: ctx.db)
    return RemovedPoints(saleId: saleId, totalAmount: totals.totalAmount)
  }
}

/// The rules of the loyalty programme.
@ConvexObject
struct Program {
  /// The rupiah that earn one point.
  var unit: Double
  /// What a point is worth as a discount, in rupiah.
  var pointValue: Double
  var minRedeem: Double
  var redeemStep: Double
  var tiers: [Tier]

  /// From when a tier is held, and what it earns.
  @ConvexObject
  struct Tier {
    var tier: LoyaltyTier
    var minSpend: Double
    var percent: Double
  }
}

/// A sale with points applied.
@ConvexObject
struct AppliedPoints {
  var saleId: ID<Sale>
  var pointsApplied: Double
  var discountValue: Double
  var totalAmount: Double
}

/// A sale without points applied.
@ConvexObject
struct RemovedPoints {
  var saleId: ID<Sale>
  var totalAmount: Double
}
