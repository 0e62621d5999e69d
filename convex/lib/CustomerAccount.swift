import Hull

extension DatabaseReading {
  /// The metrics row of a customer.
  func metrics(of customer: ID<Customer>) async throws -> Document<CustomerMetrics>? {
    try await query(CustomerMetrics.self)
      .withIndex(CustomerMetrics.byCustomer) { $0.eq(customer) }
      .unique()
  }

  /// The figures of a customer: zeros without a metrics row, as for imported data.
  func figures(of customer: ID<Customer>) async throws -> CustomerFigures {
    try await metrics(of: customer).map { CustomerFigures($0.value) } ?? CustomerFigures()
  }
}

/// A customer's metrics and points, open for changes within one mutation.
///
/// Each entry writes its line of the ledger at once; ``save()`` writes the metrics row.
struct CustomerAccount {
  let customer: ID<Customer>
  private(set) var figures: CustomerFigures
  private let stored: Document<CustomerMetrics>?
  private let ctx: MutationContext

  /// Reads the metrics row, or starts from zeros.
  init(of customer: ID<Customer>, _ ctx: MutationContext) async throws {
    self.customer = customer
    self.ctx = ctx
    stored = try await ctx.db.metrics(of: customer)
    figures = stored.map { CustomerFigures($0.value) } ?? CustomerFigures()
  }

  /// A line for the ledger.
  struct Entry {
    var type: LedgerType
    /// Signed.
    var points: Double
    var source: LedgerSource
    var referenceId: String?
    var value: Double?
    var description: String
    var productId: ID<Product>?
    var quantity: Double?
    var branchId: ID<Branch>?
  }

  /// Enters a line in the ledger.
  ///
  /// - Throws: `INSUFFICIENT_POINTS` if it takes more points than there are, unless a refund does.
  mutating func enter(_ entry: Entry) async throws -> ID<LoyaltyTransaction> {
    guard entry.points >= 0 || entry.type == .reversed || figures.loyaltyPoints >= -entry.points
    else {
      throw Refusal.insufficientPoints(
        balance: figures.loyaltyPoints,
        requested: -entry.points
      )
    }
    figures.enter(entry.type, points: entry.points)
    return try await ctx.db.insert(
      LoyaltyTransaction(
        customerId: customer,
        type: entry.type,
        points: entry.points,
        balanceAfter: figures.loyaltyPoints,
        source: entry.source,
        referenceId: entry.referenceId,
        value: entry.value,
        description: entry.description,
        productId: entry.productId,
        quantity: entry.quantity,
        branchId: entry.branchId,
        createdAt: ctx.now
      )
    )
  }

  /// Takes in a completed event.
  mutating func add(_ kind: EventKind, amount: Double, at occurredAt: Double) {
    figures.add(kind, amount: amount, at: occurredAt)
  }

  /// Takes an event out again; `lastVisit` is the newest of the visits that remain.
  mutating func remove(_ kind: EventKind, amount: Double, lastVisit: Double?) {
    figures.remove(kind, amount: amount, lastVisit: lastVisit)
  }

  /// Puts other figures in place of these, as a recalculation found them.
  mutating func replaceFigures(_ figures: CustomerFigures) {
    self.figures = figures
  }

  /// Writes the metrics row.
  func save() async throws {
    let metrics = figures.metrics(of: customer, replacing: stored?.value, at: ctx.now)
    if let stored {
      try await ctx.db.replace(stored.id, with: metrics)
    } else {
      _ = try await ctx.db.insert(metrics)
    }
  }
}
