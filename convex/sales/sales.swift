import Hull

/// Sales at the till: opening, heading, giving up.
///
/// Its neighbours add lines, complete sales, and list them.
@Functions("sales/sales")
enum Sales {
  /// Opens a draft for an active customer at a branch.
  ///
  /// It has no lines, no discount and a number of the day: `INV-20260131-001`.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    branchId: ID<Branch>,
    customerId: ID<Customer>,
    saleDate: Double,
    dueDate: Double?,
    notes: String?
  ) async throws -> CreatedSale {
    _ = try await ctx.db.live(branchId)
    _ = try await ctx.db.buyer(customerId)
    let saleDate = try Form.finite(saleDate, "saleDate")
    let dueDate = try dueDate.map { try Form.finite($0, "dueDate") }
    let number = try await ctx.db.documentNumber("INV", at: ctx.now)
    let id = try await ctx.db.insert(
      Sale(
        saleNumber: number,
        branchId: branchId,
        customerId: customerId,
        saleDate: saleDate,
        status: SaleStatus.draft,
        subtotal: 0,
        discountAmount: 0,
        discountType: "nominal",
        taxAmount: 0,
        taxRate: 0,
        totalAmount: 0,
        paidAmount: 0,
        outstandingAmount: 0,
        dueDate: dueDate,
        notes: notes
      )
    )
    return CreatedSale(saleId: id, saleNumber: number)
  }

  /// Changes what a draft's header says; what is not given stays.
  ///
  /// Another customer has other points and other pets: points applied are taken off, and lines are
  /// for no pet any more.
  @Mutation
  static func updateHeader(
    _ ctx: MutationContext,
    saleId: ID<Sale>,
    branchId: ID<Branch>?,
    customerId: ID<Customer>?,
    saleDate: Double?,
    dueDate: Double?,
    notes: String?
  ) async throws -> ID<Sale> {
    let sale = try await ctx.db.draft(saleId)
    if let branchId { _ = try await ctx.db.live(branchId) }
    let saleDate = try saleDate.map { try Form.finite($0, "saleDate") }
    let dueDate = try dueDate.map { try Form.finite($0, "dueDate") }
    if let customerId, customerId != sale.customerId {
      _ = try await ctx.db.buyer(customerId)
      for line in try await ctx.db.lines(of: saleId) where line.petId != nil {
        try await ctx.db.patch(line.id) { $0.unset(\.petId) }
      }
      _ = try await BillTotals.recompute(sale, pointsApplied: 0, in: ctx.db)
    }
    try await ctx.db.patch(saleId) {
      $0.set(\.branchId, ifPresent: branchId)
      $0.set(\.customerId, ifPresent: customerId)
      $0.set(\.saleDate, ifPresent: saleDate)
      $0.set(\.dueDate, ifPresent: dueDate)
      $0.set(\.notes, ifPresent: notes)
    }
    return saleId
  }

  /// Gives up a draft.
  ///
  /// A cancelled sale stays cancelled; a completed one is taken back by `refund`.
  @Mutation
  static func cancel(_ ctx: MutationContext, saleId: ID<Sale>) async throws -> ID<Sale> {
    let sale = try await ctx.db.live(saleId)
    switch sale.status {
    case SaleStatus.cancelled: break
    case SaleStatus.draft:
      try await ctx.db.patch(saleId, \.status, to: SaleStatus.cancelled)
    default:
      throw Refusal.saleIs(
        sale.value,
        "it cannot be cancelled, only refunded",
        "tidak dapat dibatalkan, hanya dapat diretur"
      )
    }
    return saleId
  }

  /// Hides a draft or a cancelled sale; deleting twice changes nothing.
  @Mutation
  static func remove(_ ctx: MutationContext, id: ID<Sale>) async throws -> ID<Sale> {
    let sale = try await ctx.db.existing(id)
    guard sale.isLive else { return id }
    guard [SaleStatus.draft, SaleStatus.cancelled].contains(sale.status) else {
      throw Refusal.saleIs(
        sale.value,
        "only a draft or a cancelled sale can be deleted",
        "hanya draf atau penjualan batal yang dapat dihapus"
      )
    }
    try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    return id
  }
}
