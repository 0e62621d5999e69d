import Hull

/// The customer for anonymous sales.
@Functions("master_data/customers")
enum WalkInCustomers {
  /// The walk-in customer, or null.
  ///
  /// In spite of its name it creates nothing.
  @Query
  static func getOrCreateDefault(_ ctx: QueryContext) async throws -> Encoded<Customer>? {
    try await ctx.db.walkIn()
  }

  /// Creates the walk-in customer unless there is one.
  ///
  /// Two tills calling at once end with one.
  @Mutation
  static func createDefaultCustomer(_ ctx: MutationContext) async throws -> DefaultCustomer {
    if let known = try await ctx.db.walkIn() {
      return DefaultCustomer(id: known.id, message: "The default customer already exists")
    }
    let id = try await ctx.db.insert(
      Customer(code: WalkIn.code, name: WalkIn.name, phone: "-", isActive: true)
    )
    return DefaultCustomer(id: id, message: "The default customer was created")
  }
}

/// What `createDefaultCustomer` found or did.
@ConvexObject
struct DefaultCustomer {
  var id: ID<Customer>
  var message: String
}
