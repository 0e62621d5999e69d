import Hull

/// The forms products come in.
@Functions("inventory/productVariants")
enum ProductVariants {
  /// Adds a variant to a product; its article number is used by no other live variant.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    productId: ID<Product>,
    variantName: String,
    variantValue: String,
    sku: String,
    purchasePrice: Double,
    sellingPrice: Double
  ) async throws -> ID<ProductVariant> {
    _ = try await ctx.db.live(productId)
    let variant = ProductVariant(
      productId: productId,
      variantName: try Form.required(variantName, "variantName"),
      variantValue: try Form.required(variantValue, "variantValue"),
      sku: try Form.required(sku, "sku"),
      purchasePrice: try Form.amount(purchasePrice, "purchasePrice"),
      sellingPrice: try Form.amount(sellingPrice, "sellingPrice"),
      isActive: true
    )
    let other = try await ctx.db.query(ProductVariant.self)
      .withIndex(ProductVariant.bySku) { $0.eq(variant.sku) }
      .filter(\.isLive)
      .first()
    guard other == nil else {
      throw Refusal.duplicate(ProductVariant.self, field: "sku", value: variant.sku)
    }
    return try await ctx.db.insert(variant)
  }

  /// The variants of a product in the order they were created: active ones, or all with
  /// `includeInactive`.
  @Query
  static func listByProduct(
    _ ctx: QueryContext,
    productId: ID<Product>,
    includeInactive: Bool = false
  ) async throws -> [Document<ProductVariant>] {
    try await ctx.db.query(ProductVariant.self)
      .withIndex(ProductVariant.byProduct) { $0.eq(productId) }
      .take(1_000) { $0.isLive && (includeInactive || $0.isActive) }
  }
}
