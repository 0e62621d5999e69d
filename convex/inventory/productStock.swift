import Hull

/// How much of each product the branches hold.
@Functions("inventory/productStock")
enum ProductStocks {
  /// Adds goods to a branch's stock; the average cost becomes the weighted one.
  ///
  /// Batch and expiry are kept with the first goods of a stock row.
  @Mutation
  static func addInitialStock(
    _ ctx: MutationContext,
    branchId: ID<Branch>,
    productId: ID<Product>,
    variantId: ID<ProductVariant>?,
    quantity: Double,
    unitCost: Double,
    batchNumber: String?,
    expiredDate: Double?,
    notes: String?
  ) async throws -> ID<ProductStock> {
    let quantity = try Form.quantity(quantity)
    let unitCost = try Form.amount(unitCost, "unitCost")
    let expiredDate = try expiredDate.map { try Form.finite($0, "expiredDate") }
    _ = try await ctx.db.live(branchId)
    let product = try await ctx.db.live(productId)
    guard Product.isTracked(type: product.type) else {
      throw Refusal.invalid(
        "productId",
        "A \(product.type ?? "product") has no stock",
        "Layanan dan tindakan tidak memiliki stok"
      )
    }
    if let variantId { try await ctx.db.requireVariant(variantId, of: productId) }
    let id = try await Stock.put(
      quantity,
      of: product,
      variant: variantId,
      into: branchId,
      cost: quantity * unitCost,
      cause: Stock.Cause(
        movementType: "INITIAL_STOCK",
        referenceType: "InitialStock",
        referenceId: "",
        notes: notes?.nonBlank
      ),
      ctx
    )
    let batchNumber = batchNumber?.nonBlank
    if batchNumber != nil || expiredDate != nil {
      let row = try await ctx.db.existing(id)
      try await ctx.db.patch(id) {
        $0.set(\.batchNumber, row.batchNumber ?? batchNumber)
        $0.set(\.expiredDate, row.expiredDate ?? expiredDate)
      }
    }
    return id
  }
}
