import Hull

/// Taking goods out of a branch's stock.
enum Stock {
  /// Why goods leave.
  struct Cause {
    /// What kind of movement it is: `SALE_OUT`, `REDEMPTION_OUT`.
    var movementType: String
    /// What kind of row `referenceId` names.
    var referenceType: String
    var referenceId: String
    var notes: String?
  }

  /// Reduces the stock of a product at a branch, and notes the movement.
  ///
  /// Services and procedures have no stock: nothing happens.
  ///
  /// - Returns: What the goods cost the shop, in rupiah.
  /// - Throws: `NOT_FOUND` if the branch never held the product, `INSUFFICIENT_STOCK` if it holds
  ///   less than `quantity`; both name the product.
  static func take(
    _ quantity: Double,
    of product: Document<Product>,
    variant: ID<ProductVariant>?,
    from branch: ID<Branch>,
    cause: Cause,
    _ ctx: MutationContext
  ) async throws -> Double {
    guard Product.isTracked(type: product.type) else { return 0 }
    let held = try await ctx.db.query(ProductStock.self)
      .withIndex(ProductStock.byBranchProduct) { $0.eq(branch).eq(product.id) }
      .filter { $0.variantId == variant }
      .first()
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
    _ = try await ctx.db.insert(
      StockMovement(
        branchId: branch,
        productId: product.id,
        variantId: variant,
        movementType: cause.movementType,
        quantity: -quantity,
        referenceType: cause.referenceType,
        referenceId: cause.referenceId,
        movementDate: ctx.now,
        notes: cause.notes
      )
    )
    return Rupiah.rounded(held.averageCost * quantity)
  }
}
