import Hull

/// A sale of the sample.
struct SampleSale {
  var customer: String
  var branch: String
  /// How long before its customer was registered, in days; no two sales of a customer are equal.
  var daysAgo: Double
  var lines: [Line]
  var pointsApplied: Double?
  /// Days from the sale until it is to be paid.
  var dueInDays: Double?
  var end: End

  /// What is sold, at the price of the catalogue.
  struct Line {
    var sku: String
    /// The article number of the variant, if the product has some.
    var variant: String?
    var quantity: Double
    /// The name of the customer's pet it is for.
    var pet: String?
  }

  /// How the sale ended.
  enum End {
    case draft, cancelled
    /// Completed with payments.
    case submitted([PaymentInput])
  }

  /// The sales that stand for the cases a screen must show.
  static let all = [
    SampleSale(
      customer: WalkIn.code,
      branch: "PUSAT",
      daysAgo: 3,
      lines: [
        Line(sku: "PRD-0003", quantity: 4),
        Line(sku: "SVC-0004", quantity: 1),
      ],
      end: .submitted([PaymentInput(amount: 100_000, paymentMethod: "CASH")])
    ),
    SampleSale(
      customer: "CUST0004",
      branch: "BANDUNG",
      daysAgo: 12.5,
      lines: [
        Line(sku: "PRD-0002", quantity: 2, pet: "Nala"),
        Line(sku: "PRD-0005", quantity: 3, pet: "Nala"),
        Line(sku: "PRD-0004", quantity: 1, pet: "Snowy"),
      ],
      dueInDays: 30,
      end: .submitted([
        PaymentInput(amount: 100_000, paymentMethod: "QRIS", referenceNumber: "QR-7731")
      ])
    ),
    SampleSale(
      customer: "CUST0006",
      branch: "PUSAT",
      daysAgo: 0,
      lines: [
        Line(sku: "PRD-0008", quantity: 1, pet: "Daisy"),
        Line(sku: "SVC-0003", quantity: 1, pet: "Daisy"),
      ],
      end: .draft
    ),
    SampleSale(
      customer: "CUST0007",
      branch: "PUSAT",
      daysAgo: 1,
      lines: [Line(sku: "PRD-0007", quantity: 2)],
      end: .cancelled
    ),
  ]
}

extension SampleLoader {
  /// A day in milliseconds.
  static let day = 24.0 * 60 * 60 * 1000

  /// Sells what the other customers of the sample bought.
  func loadSales() async throws {
    for sale in SampleSale.all { _ = try await load(sale) }
  }

  /// Makes a sale through the functions of the till, unless it is there.
  ///
  /// A sale of the sample is known by its customer and its date, which follows from when the
  /// customer was registered.
  ///
  /// - Parameter sample: What was sold.
  /// - Returns: The sale, and whether it is new; nil if its customer or branch is missing.
  /// - Throws: What the functions of the till refuse.
  func load(_ sample: SampleSale) async throws -> (id: ID<Sale>, isNew: Bool)? {
    guard let customer = try await customer(sample.customer),
      let branch = try await branch(sample.branch)
    else { return nil }
    let registered = try await ctx.db.existing(customer).creationTime.rounded(.down)
    let date = registered - sample.daysAgo * Self.day
    return try await row(
      try await ctx.db.query(Sale.self)
        .withIndex(Sale.byCustomerDate) { $0.eq(customer).eq(date) }
        .first()?.id
    ) {
      let sale = try await Sales.create(
        ctx,
        branchId: branch,
        customerId: customer,
        saleDate: date,
        dueDate: sample.dueInDays.map { date + $0 * Self.day },
        notes: nil
      ).saleId
      for line in sample.lines { try await add(line, to: sale, of: customer) }
      if let points = sample.pointsApplied {
        _ = try await Loyalty.applyToSale(ctx, saleId: sale, points: points)
      }
      switch sample.end {
      case .draft: break
      case .cancelled: _ = try await Sales.cancel(ctx, saleId: sale)
      case .submitted(let payments): try await submit(sale, payments)
      }
      return sale
    }
  }

  private func add(
    _ line: SampleSale.Line,
    to sale: ID<Sale>,
    of customer: ID<Customer>
  ) async throws {
    guard let id = try await product(line.sku) else { return }
    var price = try await ctx.db.existing(id).sellingPrice
    var variant: ID<ProductVariant>?
    if let sku = line.variant,
      let row = try await ctx.db.query(ProductVariant.self)
        .withIndex(ProductVariant.bySku, { $0.eq(sku) })
        .first()
    {
      variant = row.id
      price = row.sellingPrice
    }
    var pet: ID<CustomerPet>?
    if let name = line.pet { pet = try await self.pet(name, of: customer) }
    _ = try await SaleLines.addItem(
      ctx,
      saleId: sale,
      productId: id,
      variantId: variant,
      quantity: line.quantity,
      unitPrice: price,
      discountAmount: nil,
      discountType: nil,
      notes: nil,
      petId: pet
    )
    countInserted(SaleItem.self)
  }

  private func submit(_ sale: ID<Sale>, _ payments: [PaymentInput]) async throws {
    let submitted = try await SaleCompletion.submitSale(
      ctx,
      saleId: sale,
      payments: payments,
      dueDate: nil
    )
    for _ in try await ctx.db.payments(for: sale) { countInserted(SalePayment.self) }
    countEvent(earned: submitted.pointsEarned, redeemed: submitted.pointsRedeemed)
  }

  /// Counts the rows of an event: its line of history, and one of the ledger for the points earned
  /// and one for those redeemed.
  func countEvent(earned: Double, redeemed: Double) {
    countInserted(CustomerHistory.self)
    for points in [earned, redeemed] where points != 0 {
      countInserted(LoyaltyTransaction.self)
    }
  }
}
