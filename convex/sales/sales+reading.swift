import Hull

/// Listing sales and showing them.
@Functions("sales/sales")
enum SaleQueries {
  /// The most sales a list holds.
  static let maximumListed = 1_000

  /// Sales, newest first, with customer, branch and number of lines: of a status, else of a branch,
  /// else of a customer, else all.
  ///
  /// At most `limit`, 1 000 unless given, among the newest four times as many, deleted ones included.
  @Query
  static func list(
    _ ctx: QueryContext,
    status: String?,
    branchId: ID<Branch>?,
    customerId: ID<Customer>?,
    limit: Double?
  ) async throws -> [SaleSummary] {
    let limit = try Form.limit(limit, default: maximumListed, maximum: maximumListed)
    let sales = ctx.db.query(Sale.self)
    let chosen =
      if let status {
        sales.withIndex(Sale.byStatus) { $0.eq(status) }
      } else if let branchId {
        sales.withIndex(Sale.byBranch) { $0.eq(branchId) }
      } else if let customerId {
        sales.withIndex(Sale.byCustomer) { $0.eq(customerId) }
      } else {
        sales.withIndex(Sale.bySaleDate)
      }
    var customers = RowCache<Customer>()
    var branches = RowCache<Branch>()
    var rows: [SaleSummary] = []
    for sale in try await chosen.order(.descending).take(limit, where: \.isLive) {
      let count = try await ctx.db.query(SaleItem.self)
        .withIndex(SaleItem.bySale) { $0.eq(sale.id) }
        .count()
      rows.append(
        SaleSummary(
          sale: sale,
          customer: try await customers.row(sale.customerId, in: ctx.db),
          branch: try await branches.row(sale.branchId, in: ctx.db),
          itemCount: Double(count)
        )
      )
    }
    return rows
  }

  /// A sale with customer, branch, lines and payments; null if it is missing or deleted.
  @Query
  static func get(_ ctx: QueryContext, id: ID<Sale>) async throws -> SaleDetails? {
    guard let sale = try await ctx.db.get(id), sale.isLive else { return nil }
    var products = RowCache<Product>()
    var variants = RowCache<ProductVariant>()
    var items: [SaleLineDetails] = []
    for line in try await ctx.db.lines(of: id) {
      let product = try await products.row(line.productId, in: ctx.db)
      var variant = Nullable<Encoded<ProductVariant>>.null
      if let id = line.variantId { variant = try await variants.row(id, in: ctx.db) }
      items.append(SaleLineDetails(line: line, product: product, variant: variant))
    }
    return SaleDetails(
      sale: sale,
      customer: Nullable(try await ctx.db.getEncoded(sale.customerId)),
      branch: Nullable(try await ctx.db.getEncoded(sale.branchId)),
      items: items,
      payments: try await ctx.db.payments(for: id)
    )
  }

  /// A customer's completed sales that are not paid in full, oldest first, each with its branch.
  @Query
  static func getOutstandingByCustomer(
    _ ctx: QueryContext,
    customerId: ID<Customer>
  ) async throws -> [UnpaidSale] {
    var branches = RowCache<Branch>()
    var sales: [UnpaidSale] = []
    for sale in try await ctx.db.unpaidSales(of: customerId) {
      sales.append(
        UnpaidSale(sale: sale, branch: try await branches.row(sale.branchId, in: ctx.db))
      )
    }
    return sales
  }
}
