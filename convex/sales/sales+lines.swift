import Hull

/// The lines of a draft, and what is taken off and added to their sum.
@Functions("sales/sales")
enum SaleLines {
  /// Adds a line to a draft: a product, or a variant of it, perhaps for one of the customer's pets.
  ///
  /// Money counts whole units; `notes` are accepted and not kept.
  @Mutation
  static func addItem(
    _ ctx: MutationContext,
    saleId: ID<Sale>,
    productId: ID<Product>,
    variantId: ID<ProductVariant>?,
    quantity: Double,
    unitPrice: Double,
    discountAmount: Double?,
    discountType: String?,
    notes: String?,
    petId: ID<CustomerPet>?
  ) async throws -> ID<SaleItem> {
    let sale = try await ctx.db.draft(saleId)
    _ = try await ctx.db.live(productId)
    if let variantId { try await ctx.db.requireVariant(variantId, of: productId) }
    if let petId { try await ctx.db.requirePet(petId, of: sale.customerId) }
    var line = SaleItem(
      saleId: saleId,
      productId: productId,
      variantId: variantId,
      quantity: try Form.quantity(quantity),
      unitPrice: try Form.amount(unitPrice, "unitPrice"),
      discountAmount: try Form.amount(discountAmount ?? 0, "discountAmount"),
      discountType: discountType ?? "nominal",
      subtotal: 0,
      cogs: 0,
      petId: petId
    )
    line.computeSubtotal()
    let id = try await ctx.db.insert(line)
    try await recompute(sale, ctx)
    return id
  }

  /// Changes the fields of a draft's line that are given; `notes` are accepted and not kept.
  @Mutation
  static func updateItem(
    _ ctx: MutationContext,
    itemId: ID<SaleItem>,
    quantity: Double?,
    unitPrice: Double?,
    discountAmount: Double?,
    discountType: String?,
    notes: String?
  ) async throws -> ID<SaleItem> {
    var line = try await ctx.db.live(itemId).value
    let sale = try await ctx.db.draft(line.saleId)
    if let quantity { line.quantity = try Form.quantity(quantity) }
    if let unitPrice { line.unitPrice = try Form.amount(unitPrice, "unitPrice") }
    if let discountAmount {
      line.discountAmount = try Form.amount(discountAmount, "discountAmount")
    }
    if let discountType { line.discountType = discountType }
    line.computeSubtotal()
    try await ctx.db.replace(itemId, with: line)
    try await recompute(sale, ctx)
    return itemId
  }

  /// Takes a line off a draft; returns the draft.
  ///
  /// Points applied shrink to what still fits.
  @Mutation
  static func removeItem(
    _ ctx: MutationContext,
    itemId: ID<SaleItem>
  ) async throws -> ID<Sale> {
    let line = try await ctx.db.live(itemId)
    let sale = try await ctx.db.draft(line.saleId)
    try await ctx.db.delete(itemId)
    try await recompute(sale, ctx)
    return sale.id
  }

  /// Takes all lines off a draft, and with them its discount and the points applied.
  @Mutation
  static func clearItems(_ ctx: MutationContext, saleId: ID<Sale>) async throws -> ID<Sale> {
    let sale = try await ctx.db.draft(saleId)
    for line in try await ctx.db.lines(of: saleId) { try await ctx.db.delete(line.id) }
    try await ctx.db.patch(saleId, \.discountAmount, to: 0)
    let cleared = try await ctx.db.draft(sale.id)
    _ = try await BillTotals.recompute(cleared, pointsApplied: 0, in: ctx.db)
    return saleId
  }

  /// Changes a draft's discount and tax rate; what is not given stays.
  ///
  /// The till sets the discount before it adds lines: the total may be below zero for a while.
  @Mutation
  static func updateDiscountAndTax(
    _ ctx: MutationContext,
    saleId: ID<Sale>,
    discountAmount: Double?,
    taxRate: Double?,
    discountType: String?
  ) async throws -> ID<Sale> {
    _ = try await ctx.db.draft(saleId)
    let discountAmount = try discountAmount.map { try Form.amount($0, "discountAmount") }
    let taxRate = try taxRate.map { try Form.finite($0, "taxRate") }
    try await ctx.db.patch(saleId) {
      $0.set(\.discountAmount, ifPresent: discountAmount)
      $0.set(\.discountType, ifPresent: discountType)
      $0.set(\.taxRate, ifPresent: taxRate)
    }
    try await recompute(try await ctx.db.draft(saleId), ctx)
    return saleId
  }

  private static func recompute(_ sale: Document<Sale>, _ ctx: MutationContext) async throws {
    _ = try await BillTotals.recompute(
      sale,
      pointsApplied: sale.loyaltyPointsApplied ?? 0,
      in: ctx.db
    )
  }
}

extension SaleItem {
  /// Works out what the line costs.
  fileprivate mutating func computeSubtotal() {
    subtotal = SaleLine.subtotal(
      quantity: quantity,
      unitPrice: unitPrice,
      discount: Discount(amount: discountAmount, type: discountType)
    )
  }
}
