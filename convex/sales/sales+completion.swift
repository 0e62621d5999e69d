import Hull

/// Completing sales, paying for them, taking them back.
@Functions("sales/sales")
enum SaleCompletion {
  /// Completes a draft: payments, stock, points, metrics and history change together or not at all.
  ///
  /// Payments other than cash must not come to more than the total; too much cash is `change`. No
  /// payments at all make a sale on credit.
  @Mutation
  static func submitSale(
    _ ctx: MutationContext,
    saleId: ID<Sale>,
    payments: [PaymentInput],
    dueDate: Double?
  ) async throws -> SubmittedSale {
    let sale = try await ctx.db.draft(saleId)
    let dueDate = try dueDate.map { try Form.finite($0, "dueDate") }
    let lines = try await ctx.db.lines(of: saleId)
    guard !lines.isEmpty else { throw Refusal.noItems() }
    _ = try await ctx.db.existing(sale.customerId)
    let settlement = try Settlement(payments, of: sale.totalAmount)
    let names = try await takeStock(for: lines, of: sale, ctx)
    for payment in settlement.payments {
      _ = try await ctx.db.insert(SalePayment(payment, for: saleId, at: ctx.now))
    }
    for line in lines { try await PetPurchases.add(line.value, at: ctx.now, in: ctx.db) }
    let pets = Set(lines.compactMap(\.petId))
    let outcome = try await CompletedEvent(
      kind: .sale,
      referenceId: saleId.string,
      referenceNumber: sale.saleNumber,
      customerId: sale.customerId,
      amount: sale.totalAmount,
      occurredAt: sale.saleDate,
      branchId: sale.branchId,
      petId: pets.count == 1 ? pets.first : nil,
      summary: CompletedEvent.summary(of: names),
      pointsToRedeem: sale.loyaltyPointsApplied ?? 0
    ).record(ctx)
    try await ctx.db.patch(saleId) {
      $0.set(\.status, SaleStatus.completed)
      $0.set(\.paidAmount, settlement.paidAmount)
      $0.set(\.outstandingAmount, settlement.outstandingAmount)
      $0.set(\.dueDate, ifPresent: dueDate)
      $0.set(\.completedAt, ctx.now)
      $0.set(\.pointsEarned, outcome.pointsEarned)
    }
    return SubmittedSale(
      saleId: saleId,
      status: SaleStatus.completed,
      totalAmount: sale.totalAmount,
      paidAmount: settlement.paidAmount,
      outstandingAmount: settlement.outstandingAmount,
      change: settlement.change,
      pointsEarned: outcome.pointsEarned,
      pointsRedeemed: outcome.pointsRedeemed,
      loyaltyTier: outcome.loyaltyTier
    )
  }

  /// Takes a completed sale back: stock at what it had cost, points, metrics and counts of purchases.
  ///
  /// Nothing is owed any more. The line of history stays, marked, beside that of the refund.
  @Mutation
  static func refund(
    _ ctx: MutationContext,
    saleId: ID<Sale>,
    reason: String?
  ) async throws -> RefundedSale {
    let sale = try await ctx.db.live(saleId)
    guard sale.status == SaleStatus.completed else {
      throw Refusal.saleIs(
        sale.value,
        "only a completed sale can be refunded",
        "hanya penjualan selesai yang dapat diretur"
      )
    }
    for line in try await ctx.db.lines(of: saleId) {
      try await returnStock(of: line.value, of: sale, ctx)
      try await PetPurchases.takeBack(line.value, in: ctx.db)
    }
    let outcome = try await CompletedEvent.reverse(
      .sale,
      referenceId: saleId.string,
      reason: reason,
      ctx
    )
    try await ctx.db.patch(saleId) {
      $0.set(\.status, SaleStatus.refunded)
      $0.set(\.outstandingAmount, 0)
      $0.set(\.refundedAt, ctx.now)
      $0.set(\.refundReason, reason?.nonBlank)
    }
    return RefundedSale(
      saleId: saleId,
      status: SaleStatus.refunded,
      pointsReversed: -outcome.pointsEarned
    )
  }

  /// Notes a payment for a completed sale that is not paid in full.
  ///
  /// It is above zero and at most what is owed.
  @Mutation
  static func addPayment(
    _ ctx: MutationContext,
    saleId: ID<Sale>,
    amount: Double,
    paymentMethod: String,
    referenceNumber: String?,
    notes: String?,
    paymentDate: Double
  ) async throws -> ID<SalePayment> {
    let sale = try await ctx.db.live(saleId)
    let payment = PaymentInput(
      amount: try Settlement.laterPayment(of: amount, outstanding: sale.outstandingAmount),
      paymentMethod: try Form.required(paymentMethod, "paymentMethod"),
      referenceNumber: referenceNumber,
      notes: notes
    )
    let paymentDate = try Form.finite(paymentDate, "paymentDate")
    guard sale.status == SaleStatus.completed else {
      throw Refusal.saleIs(
        sale.value,
        "only a completed sale takes payments",
        "hanya penjualan selesai yang dapat dibayar"
      )
    }
    let id = try await ctx.db.insert(SalePayment(payment, for: saleId, at: paymentDate))
    let paid = Rupiah.sum(sale.paidAmount, payment.amount)
    try await ctx.db.patch(saleId) {
      $0.set(\.paidAmount, paid)
      $0.set(\.outstandingAmount, Rupiah.sum(sale.totalAmount, -paid))
    }
    return id
  }

  /// Takes what the lines say out of stock, noting in each line what it had cost.
  ///
  /// - Returns: The names of the products.
  private static func takeStock(
    for lines: [Document<SaleItem>],
    of sale: Document<Sale>,
    _ ctx: MutationContext
  ) async throws -> [String] {
    var names: [String] = []
    for line in lines {
      let product = try await ctx.db.existing(line.productId)
      names.append(product.name)
      let cost = try await Stock.take(
        line.quantity,
        of: product,
        variant: line.variantId,
        from: sale.branchId,
        cause: cause("SALE_OUT", sale),
        ctx
      ).total
      if cost != line.cogs { try await ctx.db.patch(line.id, \.cogs, to: cost) }
    }
    return names
  }

  private static func returnStock(
    of line: SaleItem,
    of sale: Document<Sale>,
    _ ctx: MutationContext
  ) async throws {
    guard let product = try await ctx.db.get(line.productId),
      Product.isTracked(type: product.type)
    else { return }
    _ = try await Stock.put(
      line.quantity,
      of: product,
      variant: line.variantId,
      into: sale.branchId,
      cost: line.cogs,
      cause: cause("RETURN_IN", sale),
      ctx
    )
  }

  private static func cause(_ movementType: String, _ sale: Document<Sale>) -> Stock.Cause {
    Stock.Cause(
      movementType: movementType,
      referenceType: "Sale",
      referenceId: sale.id.string,
      notes: sale.saleNumber
    )
  }
}

extension SalePayment {
  /// The row of a payment.
  fileprivate init(_ payment: PaymentInput, for sale: ID<Sale>, at date: Double) {
    self.init(
      saleId: sale,
      amount: payment.amount,
      paymentMethod: payment.paymentMethod,
      referenceNumber: payment.referenceNumber,
      paymentDate: date,
      notes: payment.notes
    )
  }
}
