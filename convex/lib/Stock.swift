import Hull

/// Taking goods out of a branch's stock and putting them in.
enum Stock {
  /// Why goods move.
  struct Cause {
    /// What kind of movement it is: `SALE_OUT`, `REDEMPTION_OUT`, `RETURN_IN`, `INITIAL_STOCK`.
    var movementType: String
    /// What kind of row `referenceId` names: `Sale`, `ClinicAppointment`, `HotelBooking`,
    /// `LoyaltyTransaction`, `InitialStock`.
    var referenceType: String
    var referenceId: String
    var notes: String?
  }

  /// What goods that were taken cost the shop, in rupiah.
  struct Cost {
    /// One of them, on average.
    var unit: Double
    var total: Double
  }

  /// Reduces the stock of a product at a branch, and notes the movement.
  ///
  /// Services and procedures have no stock: nothing happens.
  ///
  /// - Returns: What the goods cost the shop; nothing if they have no stock.
  /// - Throws: `NOT_FOUND` if the branch never held the product, `INSUFFICIENT_STOCK` if it holds
  ///   less than `quantity`; both name the product.
  static func take(
    _ quantity: Double,
    of product: Document<Product>,
    variant: ID<ProductVariant>?,
    from branch: ID<Branch>,
    cause: Cause,
    _ ctx: MutationContext
  ) async throws -> Cost {
    guard Product.isTracked(type: product.type) else { return Cost(unit: 0, total: 0) }
    let held = try await row(of: product.id, variant, at: branch, in: ctx.db)
    guard let held else { throw Refusal.noStock(of: product.value, branch: branch) }
    guard held.quantity >= quantity else {
      throw Refusal.insufficientStock(
        of: product.value,
        available: held.quantity,
        required: quantity
      )
    }
    try await ctx.db.patch(held.id) {
      $0.set(\.quantity, held.quantity - quantity)
      $0.set(\.lastUpdated, ctx.now)
    }
    try await note(-quantity, of: product.id, variant, at: branch, cause: cause, ctx)
    return Cost(
      unit: held.averageCost,
      total: Rupiah.rounded(held.averageCost * quantity)
    )
  }

  /// Adds to the stock of a product at a branch, and notes the movement.
  ///
  /// - Parameters:
  ///   - quantity: How much, above zero.
  ///   - product: Something that has stock.
  ///   - variant: The form it comes in, if it has several.
  ///   - branch: Where it goes.
  ///   - cost: What all of it cost the shop, in rupiah; the average cost of the stock follows.
  ///   - cause: Why; an empty `referenceId` stands for the stock row itself.
  ///   - ctx: The caller's transaction.
  /// - Returns: The stock row.
  /// - Throws: Only what the database throws.
  static func put(
    _ quantity: Double,
    of product: Document<Product>,
    variant: ID<ProductVariant>?,
    into branch: ID<Branch>,
    cost: Double,
    cause: Cause,
    _ ctx: MutationContext
  ) async throws -> ID<ProductStock> {
    let id: ID<ProductStock>
    if let held = try await row(of: product.id, variant, at: branch, in: ctx.db) {
      let total = held.quantity + quantity
      id = held.id
      try await ctx.db.patch(id) {
        $0.set(\.quantity, total)
        $0.set(
          \.averageCost,
          Rupiah.rounded((held.quantity * held.averageCost + cost) / total)
        )
        $0.set(\.lastUpdated, ctx.now)
      }
    } else {
      id = try await ctx.db.insert(
        ProductStock(
          branchId: branch,
          productId: product.id,
          variantId: variant,
          quantity: quantity,
          averageCost: Rupiah.rounded(cost / quantity),
          lastUpdated: ctx.now
        )
      )
    }
    var cause = cause
    if cause.referenceId.isEmpty { cause.referenceId = id.string }
    try await note(quantity, of: product.id, variant, at: branch, cause: cause, ctx)
    return id
  }

  /// The stock row of a product, or of one of its variants, at a branch.
  private static func row(
    of product: ID<Product>,
    _ variant: ID<ProductVariant>?,
    at branch: ID<Branch>,
    in db: DatabaseWriter
  ) async throws -> Document<ProductStock>? {
    try await db.query(ProductStock.self)
      .withIndex(ProductStock.byBranchProduct) { $0.eq(branch).eq(product) }
      .filter { $0.variantId == variant }
      .first()
  }

  private static func note(
    _ quantity: Double,
    of product: ID<Product>,
    _ variant: ID<ProductVariant>?,
    at branch: ID<Branch>,
    cause: Cause,
    _ ctx: MutationContext
  ) async throws {
    _ = try await ctx.db.insert(
      StockMovement(
        branchId: branch,
        productId: product,
        variantId: variant,
        movementType: cause.movementType,
        quantity: quantity,
        referenceType: cause.referenceType,
        referenceId: cause.referenceId,
        movementDate: ctx.now,
        notes: cause.notes
      )
    )
  }
}
