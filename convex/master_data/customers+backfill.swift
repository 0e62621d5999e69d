import Hull

/// Completing customers that came from elsewhere.
@Functions("master_data/customers")
enum CustomerBackfill {
  /// Fills in the derived fields and the metrics rows that imported customers lack, 500 a run.
  ///
  /// While customers remain, it schedules itself.
  @InternalMutation
  static func backfillDerived(
    _ ctx: MutationContext,
    cursor: ID<Customer>?
  ) async throws -> MaintenanceRun {
    try await Maintenance.run(
      ctx,
      from: cursor,
      atMost: 500,
      continuingWith: CustomerBackfill.$backfillDerived
    ) { customer in
      let hadKeys = try await fillKeys(of: customer, ctx.db)
      let hadMetrics = try await fillMetrics(of: customer, ctx)
      return !hadKeys || !hadMetrics
    }
  }

  private static func fillKeys(
    of customer: Document<Customer>,
    _ db: DatabaseWriter
  ) async throws -> Bool {
    let phone = ContactKeys.phone(customer.phone)
    let email = customer.email.flatMap(ContactKeys.email)
    if customer.phoneNormalized == phone, customer.emailNormalized == email { return true }
    try await db.patch(customer.id) {
      $0.set(\.phoneNormalized, phone)
      $0.set(\.emailNormalized, email)
    }
    return false
  }

  private static func fillMetrics(
    of customer: Document<Customer>,
    _ ctx: MutationContext
  ) async throws -> Bool {
    if customer.isWalkIn { return true }
    if try await ctx.db.metrics(of: customer.id) != nil { return true }
    try await CustomerAccount(of: customer.id, ctx).save()
    return false
  }
}
