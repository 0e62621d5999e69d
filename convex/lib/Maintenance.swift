import Hull

/// Work on all customers, done in runs that each fit in one transaction and schedule the next.
enum Maintenance {
  /// Works on customers in the order of their ids, from the one after `cursor`.
  ///
  /// - Parameters:
  ///   - ctx: The run's transaction.
  ///   - cursor: The last customer of the run before; nil to begin.
  ///   - count: The most customers of a run. It ends earlier when it has read half of what a
  ///     transaction may.
  ///   - next: The function that continues from a `cursor`; it is scheduled while customers remain.
  ///   - work: Returns whether it changed anything.
  /// - Returns: How far the run came.
  /// - Throws: What `work` throws.
  static func run(
    _ ctx: MutationContext,
    from cursor: ID<Customer>?,
    atMost count: Int,
    continuingWith next: FunctionReference<MutationContext, MaintenanceRun>,
    _ work: (Document<Customer>) async throws -> Bool
  ) async throws -> MaintenanceRun {
    let customers = try await ctx.db.query(Customer.self)
      .withIndex("by_id") { range in
        if let cursor { range.gt("_id", .string(cursor.string)) } else { range }
      }
      .take(count)
    var run = MaintenanceRun(processed: 0, changed: 0, continueCursor: nil)
    for customer in customers {
      if try await work(customer) { run.changed += 1 }
      run.processed += 1
      let reads = try await ctx.meta.getTransactionMetrics().documentsRead
      guard reads.used < reads.remaining else {
        run.continueCursor = .value(customer.id)
        break
      }
    }
    if run.processed == Double(count) { run.continueCursor = Nullable(customers.last?.id) }
    if let cursor = run.continueCursor.value {
      try await ctx.scheduler.runAfter(.zero, next(cursor: cursor))
    }
    return run
  }
}

/// How far a run of work on all customers came.
@ConvexObject
struct MaintenanceRun {
  var processed: Double
  var changed: Double
  /// Where the next run begins, which is scheduled; null when all is done.
  var continueCursor: Nullable<ID<Customer>>
}
