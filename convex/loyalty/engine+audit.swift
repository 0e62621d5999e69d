import Hull

/// Proving that metrics say what history and ledger say, and mending them where they do not.
@Functions("loyalty/engine")
enum LoyaltyAudit {
  /// The most rows of a customer's history, and of the ledger, that are read.
  static let maximumRows = 4_000

  /// Compares a customer's metrics with history and ledger.
  ///
  /// `truncated` says that there are more rows than are read, so that nothing can be said.
  @InternalQuery
  static func auditCustomer(
    _ ctx: QueryContext,
    customerId: ID<Customer>
  ) async throws -> CustomerAudit {
    let customer = try await ctx.db.existing(customerId)
    let metrics = try await ctx.db.metrics(of: customerId)
    let records = try await records(ctx.db, of: customerId)
    let actual = metrics.map { AuditedFigures(CustomerFigures($0.value), $0.loyaltyTier) }
    let expected =
      customer.isWalkIn ? nil : AuditedFigures(records.figures, records.figures.loyaltyTier)
    let isMissing = actual == nil && records.figures == CustomerFigures()
    let problem: String? =
      if records.isTruncated {
        "More than \(maximumRows) rows"
      } else if actual != expected && !isMissing {
        "The metrics differ from history and ledger"
      } else if !records.balanceMatches && !customer.isWalkIn {
        "The newest line of the ledger has another balance"
      } else {
        nil
      }
    return CustomerAudit(
      ok: problem == nil,
      expected: Nullable(expected),
      actual: Nullable(actual),
      truncated: records.isTruncated,
      problem: Nullable(problem)
    )
  }

  /// Writes a customer's metrics anew from history and ledger.
  ///
  /// Returns whether anything changed; nothing does when they agree, or when there are more rows
  /// than are read.
  @InternalMutation
  static func recomputeCustomer(
    _ ctx: MutationContext,
    customerId: ID<Customer>
  ) async throws -> Bool {
    let customer = try await ctx.db.existing(customerId)
    return try await recompute(customer, ctx)
  }

  /// Writes the metrics of all customers anew, a hundred a run, in the order of their ids: the
  /// weekly job.
  ///
  /// While customers remain, it schedules itself. A run ends early when it has read half of what a
  /// transaction may.
  @InternalMutation
  static func recomputeAll(
    _ ctx: MutationContext,
    cursor: ID<Customer>?
  ) async throws -> MaintenanceRun {
    try await Maintenance.run(
      ctx,
      from: cursor,
      atMost: 100,
      continuingWith: LoyaltyAudit.$recomputeAll
    ) { customer in
      try await recompute(customer, ctx)
    }
  }

  private static func recompute(
    _ customer: Document<Customer>,
    _ ctx: MutationContext
  ) async throws -> Bool {
    if customer.isWalkIn { return false }
    let records = try await records(ctx.db, of: customer.id)
    let stored = try await ctx.db.metrics(of: customer.id)
    guard !records.isTruncated,
      stored.map({ CustomerFigures($0.value) }) != records.figures
        || stored?.loyaltyTier != records.figures.loyaltyTier
    else { return false }
    var account = try await CustomerAccount(of: customer.id, ctx)
    account.replaceFigures(records.figures)
    try await account.save()
    return true
  }

  /// What history and ledger say about a customer.
  private struct Records {
    var figures: CustomerFigures
    var isTruncated: Bool
    /// Whether the balance noted in the newest line of the ledger is the sum of all lines.
    ///
    /// Lines of one moment are equally new.
    var balanceMatches: Bool
  }

  private static func records(
    _ db: some DatabaseReading,
    of customer: ID<Customer>
  ) async throws -> Records {
    let history = try await db.query(CustomerHistory.self)
      .withIndex(CustomerHistory.byCustomerDate) { $0.eq(customer) }
      .take(maximumRows + 1)
    let ledger = try await db.query(LoyaltyTransaction.self)
      .withIndex(LoyaltyTransaction.byCustomer) { $0.eq(customer) }
      .take(maximumRows + 1)
    let figures = CustomerFigures(
      history: history.lazy.map(\.value),
      ledger: ledger.lazy.map(\.value)
    )
    let newest = ledger.map(\.createdAt).max()
    return Records(
      figures: figures,
      isTruncated: history.count > maximumRows || ledger.count > maximumRows,
      balanceMatches: newest == nil
        || ledger.contains {
          $0.createdAt == newest && $0.balanceAfter == figures.loyaltyPoints
        }
    )
  }
}

/// What an audit found.
@ConvexObject
struct CustomerAudit {
  var ok: Bool
  /// What history and ledger say; null for the walk-in customer, who has no metrics.
  var expected: Nullable<AuditedFigures>
  /// What the metrics row says; null without one.
  var actual: Nullable<AuditedFigures>
  var truncated: Bool
  var problem: Nullable<String>
}

/// Figures with the tier that is stored beside them.
@ConvexObject
struct AuditedFigures: Equatable {
  @Flatten var figures: CustomerFigures
  var loyaltyTier: LoyaltyTier

  init(_ figures: CustomerFigures, _ tier: LoyaltyTier) {
    self.figures = figures
    loyaltyTier = tier
  }
}
