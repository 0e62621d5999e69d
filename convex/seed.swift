import Hull

/// Data to try the shop with.
@Functions("seed")
enum SeedFunctions {
  /// Loads the sample data: two branches, species, a small catalogue, twelve customers with their
  /// pets, rewards, and what some of them bought.
  ///
  /// What is there already, by its business key, is left alone. Returns what each table got.
  @InternalAction
  static func seedAll(_ ctx: ActionContext) async throws -> [String: SampleCount] {
    try await ctx.runMutation(SeedFunctions.$insertSample)
  }

  /// The whole sample in one transaction: a crash leaves all of it or nothing.
  @InternalMutation
  static func insertSample(_ ctx: MutationContext) async throws -> [String: SampleCount] {
    let sample = SampleLoader(ctx)
    try await sample.loadSpecies()
    try await sample.loadCatalogue()
    try await sample.loadCustomers()
    try await sample.loadPets()
    try await sample.loadRewards()
    try await sample.loadExample()
    try await sample.loadSales()
    return sample.counts
  }

  /// Makes customers for scale tests: `G0000001` to `count`, with pets for two in three.
  ///
  /// A million, in a running shop: `petshop run seed:generateCustomers '{"count": 1000000}'`.
  ///
  /// The same `seed` makes the same customers, whatever `batchSize`, the customers of one transaction,
  /// from 1 to 5 000. Codes that exist are skipped, so an interrupted run is continued by repeating it.
  @InternalAction
  static func generateCustomers(
    _ ctx: ActionContext,
    count: Int,
    seed: Int = 1,
    batchSize: Int = 500
  ) async throws -> GeneratedCount {
    guard (1...GeneratedCustomer.maximumCount).contains(count) else {
      let most = GeneratedCustomer.maximumCount
      throw Refusal.invalid("count", "count must be from 1 to \(most)", "Jumlah 1 sampai \(most)")
    }
    guard (1...5_000).contains(batchSize) else {
      throw Refusal.invalid(
        "batchSize",
        "batchSize must be from 1 to 5000",
        "Ukuran batch 1 sampai 5000"
      )
    }
    var total = GeneratedCount(created: 0, skipped: 0)
    for first in stride(from: 1, through: count, by: batchSize) {
      let batch = try await ctx.runMutation(
        SeedFunctions.$generateBatch,
        [
          "first": .float64(Double(first)),
          "last": .float64(Double(min(first + batchSize - 1, count))),
          "seed": .float64(Double(seed)),
        ]
      )
      total.created += batch.created
      total.skipped += batch.skipped
    }
    return total
  }

  /// Makes the customers numbered from `first` to `last`, in one transaction.
  @InternalMutation
  static func generateBatch(
    _ ctx: MutationContext,
    first: Int,
    last: Int,
    seed: Int
  ) async throws -> GeneratedCount {
    var species = try await ctx.db.speciesRows().map(\.id)
    if species.isEmpty {
      let sample = SampleLoader(ctx)
      try await sample.loadSpecies()
      species = try await ctx.db.speciesRows().map(\.id)
    }
    let known = Set(
      try await ctx.db.query(Customer.self)
        .withIndex(Customer.byCode) {
          $0.gte(GeneratedCustomer.code(of: first)).lte(GeneratedCustomer.code(of: last))
        }
        .collect()
        .map(\.code)
    )
    var count = GeneratedCount(created: 0, skipped: 0)
    for number in first...max(first, last) {
      let customer = GeneratedCustomer(number: number, seed: seed)
      if known.contains(customer.code) {
        count.skipped += 1
      } else {
        try await customer.insert(into: ctx.db, species: species, at: ctx.now)
        count.created += 1
      }
    }
    return count
  }
}

/// How many customers a run made.
@ConvexObject
struct GeneratedCount {
  var created: Int
  /// Those whose codes existed.
  var skipped: Int
}

extension GeneratedCustomer {
  /// Stores the customer with its metrics row and its pet.
  fileprivate func insert(
    into db: DatabaseWriter,
    species: [ID<AnimalCategory>],
    at now: Double
  ) async throws {
    let id = try await db.insert(
      Customer(
        code: code,
        name: name,
        phone: phone,
        email: email,
        isActive: true,
        phoneNormalized: ContactKeys.phone(phone),
        emailNormalized: ContactKeys.email(email)
      )
    )
    _ = try await db.insert(CustomerFigures().metrics(of: id, replacing: nil, at: now))
    if let pet {
      _ = try await db.insert(
        CustomerPet(
          customerId: id,
          name: pet.name,
          categoryId: species[pet.species % species.count],
          isActive: true
        )
      )
    }
  }
}
