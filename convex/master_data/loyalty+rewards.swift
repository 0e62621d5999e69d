import Hull

/// Products that points buy.
@Functions("master_data/loyalty")
enum LoyaltyRewards {
  /// The most rewards a list holds.
  static let maximumListed = 1_000

  /// The rewards: active ones, or all with `includeInactive`.
  @Query
  static func listRewards(
    _ ctx: QueryContext,
    includeInactive: Bool = false
  ) async throws -> [Document<LoyaltyReward>] {
    let rewards = ctx.db.query(LoyaltyReward.self)
    let chosen =
      includeInactive
      ? rewards.fullTableScan() : rewards.withIndex(LoyaltyReward.byActive) { $0.eq(true) }
    return try await chosen.take(maximumListed, where: \.isLive)
  }

  /// Adds a reward: a product, or a variant of it, for a price in points.
  @Mutation
  static func createReward(
    _ ctx: MutationContext,
    code: String,
    name: String,
    productId: ID<Product>,
    variantId: ID<ProductVariant>?,
    pointsCost: Double
  ) async throws -> ID<LoyaltyReward> {
    let code = try Form.required(code, "code").uppercased()
    let name = try Form.required(name, "name")
    let pointsCost = try price(pointsCost)
    _ = try await ctx.db.live(productId)
    if let variantId { try await ctx.db.requireVariant(variantId, of: productId) }
    let other = try await ctx.db.query(LoyaltyReward.self)
      .withIndex(LoyaltyReward.byCode) { $0.eq(code) }
      .filter(\.isLive)
      .first()
    guard other == nil else {
      throw Refusal.duplicate(LoyaltyReward.self, field: "code", value: code)
    }
    return try await ctx.db.insert(
      LoyaltyReward(
        code: code,
        name: name,
        productId: productId,
        variantId: variantId,
        pointsCost: pointsCost,
        isActive: true
      )
    )
  }

  /// Changes a reward's name, price or activity.
  @Mutation
  static func updateReward(
    _ ctx: MutationContext,
    id: ID<LoyaltyReward>,
    name: String?,
    pointsCost: Double?,
    isActive: Bool?
  ) async throws -> ID<LoyaltyReward> {
    _ = try await ctx.db.live(id)
    let name = try Form.change(name, "name")
    let pointsCost = try pointsCost.map(price)
    try await ctx.db.patch(id) {
      $0.set(\.name, ifPresent: name)
      $0.set(\.pointsCost, ifPresent: pointsCost)
      $0.set(\.isActive, ifPresent: isActive)
    }
    return id
  }

  /// Hides a reward; deleting twice changes nothing.
  @Mutation
  static func removeReward(
    _ ctx: MutationContext,
    id: ID<LoyaltyReward>
  ) async throws -> ID<LoyaltyReward> {
    if try await ctx.db.existing(id).isLive {
      try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    }
    return id
  }

  /// Gives a customer a reward for points: stock, ledger, history and balance change together.
  @Mutation
  static func redeemReward(
    _ ctx: MutationContext,
    customerId: ID<Customer>,
    rewardId: ID<LoyaltyReward>,
    branchId: ID<Branch>,
    quantity: Double?
  ) async throws -> Redemption {
    guard try await !ctx.db.live(customerId).isWalkIn else { throw Refusal.walkInHasNoPoints() }
    let reward = try await ctx.db.live(rewardId)
    guard reward.isActive else {
      throw Refusal.conflict("Inactive", "The reward is inactive", "Hadiah tidak aktif")
    }
    _ = try await ctx.db.live(branchId)
    let quantity = try count(quantity ?? 1)
    let product = try await ctx.db.live(reward.productId)
    let points = reward.pointsCost * quantity
    let what = quantity == 1 ? reward.name : "\(quantity.wholeText) × \(reward.name)"

    var account = try await CustomerAccount(of: customerId, ctx)
    let transaction = try await account.enter(
      CustomerAccount.Entry(
        type: .redeemed,
        points: -points,
        source: .productRedemption,
        referenceId: rewardId.string,
        value: LoyaltyProgram.value(ofPoints: points),
        description: what,
        productId: reward.productId,
        quantity: quantity,
        branchId: branchId
      )
    )
    try await account.save()
    _ = try await Stock.take(
      quantity,
      of: product,
      variant: reward.variantId,
      from: branchId,
      cause: Stock.Cause(
        movementType: "REDEMPTION_OUT",
        referenceType: "LoyaltyTransaction",
        referenceId: transaction.string,
        notes: what
      ),
      ctx
    )
    _ = try await ctx.db.insert(
      CustomerHistory(
        customerId: customerId,
        kind: .redemption,
        referenceId: transaction.string,
        referenceNumber: reward.code,
        occurredAt: ctx.now,
        branchId: branchId,
        amount: 0,
        pointsEarned: 0,
        pointsRedeemed: points,
        summary: what,
        countsAsVisit: false
      )
    )
    return Redemption(
      transactionId: transaction,
      pointsUsed: points,
      balance: account.figures.loyaltyPoints
    )
  }

  private static func price(_ points: Double) throws -> Double {
    guard points >= 1, points == points.rounded(), points < 1e15 else {
      throw Refusal.invalid(
        "pointsCost",
        "pointsCost must be a positive whole number",
        "Harga poin harus bilangan bulat positif"
      )
    }
    return points
  }

  private static func count(_ quantity: Double) throws -> Double {
    guard quantity >= 1, quantity == quantity.rounded(), quantity < 1e9 else {
      throw Refusal.invalidQuantity(quantity)
    }
    return quantity
  }
}

/// A reward given out.
@ConvexObject
struct Redemption {
  var transactionId: ID<LoyaltyTransaction>
  var pointsUsed: Double
  var balance: Double
}
