import Hull

/// The groups of products.
@Functions("inventory/productCategories")
enum ProductCategories {
  /// The groups in the order they were created: active ones, or all with `includeInactive`.
  @Query
  static func list(
    _ ctx: QueryContext,
    includeInactive: Bool = false
  ) async throws -> [Document<ProductCategory>] {
    try await ctx.db.query(ProductCategory.self)
      .take(1_000) { $0.isLive && (includeInactive || $0.isActive) }
  }
}
