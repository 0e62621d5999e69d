import Foundation
import Hull
import HullTesting
import Testing

@testable import PetShop

/// What a function read: index ranges and documents.
struct Usage: Equatable {
  var ranges: Int
  var documents: Int
}

extension Shop {
  func usage<Value: Sendable>(
    _ body: @escaping @Sendable (QueryContext) async throws -> Value
  ) async throws -> Usage {
    try await backend.query { ctx in
      _ = try await body(ctx)
      return Usage(try await ctx.meta.getTransactionMetrics())
    }
  }

  func mutationUsage<Value: Sendable>(
    _ body: @escaping @Sendable (MutationContext) async throws -> Value
  ) async throws -> Usage {
    try await backend.mutation { ctx in
      _ = try await body(ctx)
      return Usage(try await ctx.meta.getTransactionMetrics())
    }
  }
}

extension Usage {
  init(_ metrics: TransactionMetrics) {
    ranges = metrics.databaseQueries.used
    documents = metrics.documentsRead.used
  }

  func fits(ranges: Int, documents: Int) -> Bool {
    self.ranges <= ranges && self.documents <= documents
  }
}

/// The budgets of reads, and that they do not grow with the number of customers.
///
/// With 100 000 customers, which takes a debug build about a minute and a half;
/// `HULL_GENERATED_CUSTOMERS` sets another number, such as 5000 or 1000000.
@Suite(.serialized) struct ReadBudgetTests {
  private static var manyCustomers: Int {
    if let text = ProcessInfo.processInfo.environment["HULL_GENERATED_CUSTOMERS"],
      let count = Int(text)
    {
      return count
    }
    return 100_000
  }

  private func shop(customers: Int) async throws -> Shop {
    let shop = try await Shop.patient()
    _ = try await shop.walkIn()
    try await shop.backend.action(
      SeedFunctions.$generateCustomers,
      ["count": .float64(Double(customers)), "batchSize": 2_000]
    )
    return shop
  }

  /// What the calls of a till read in a shop with that many customers.
  private func usages(customers: Int) async throws -> [String: Usage] {
    let shop = try await shop(customers: customers)
    let first = GeneratedCustomer(number: 500, seed: 1)
    let id = try #require(
      try await shop.backend.query(CustomerSearch.$lookup, ["code": .string(first.code)])
    ).id
    var usages: [String: Usage] = [:]
    usages["list"] = try await shop.usage { ctx in
      try await Customers.list(ctx, limit: 500)
    }
    usages["listPaginated"] = try await shop.usage { ctx in
      try await Customers.listPaginated(
        ctx,
        paginationOpts: PaginationOptions(numItems: 50, cursor: nil)
      )
    }
    usages["get"] = try await shop.usage { try await Customers.get($0, id: id) }
    usages["getOrCreateDefault"] = try await shop.usage {
      try await WalkInCustomers.getOrCreateDefault($0)
    }
    for query in [first.code, first.phone, first.email, "G", "0812", "sant", "budi santoso"] {
      usages["search \(query)"] = try await shop.usage {
        // A limit that a thousand customers fill already, so that more cannot be read later.
        try await CustomerSearch.search($0, query: query, limit: 5)
      }
    }
    usages["lookup"] = try await shop.usage {
      try await CustomerSearch.lookup($0, phone: first.phone, email: nil, code: nil)
    }
    usages["getProfile"] = try await shop.usage {
      try await CustomerProfiles.getProfile($0, customerId: id, id: nil)
    }
    usages["getLoyaltyTop10"] = try await shop.usage {
      try await CustomerProfiles.getLoyaltyTop10($0)
    }
    usages["pets"] = try await shop.usage {
      try await CustomerPets.list($0, customerId: nil, categoryId: nil, limit: 100)
    }
    usages["listByCustomer"] = try await shop.usage {
      try await CustomerPets.listByCustomer($0, customerId: id)
    }
    usages["auditCustomer"] = try await shop.usage {
      try await LoyaltyAudit.auditCustomer($0, customerId: id)
    }
    usages["create"] = try await shop.mutationUsage {
      try await Customers.create(
        $0,
        code: "NEW1",
        name: "New",
        phone: "08",
        email: nil,
        address: nil,
        city: nil,
        province: nil,
        postalCode: nil,
        dateOfBirth: nil,
        gender: nil,
        idNumber: nil,
        notes: nil,
        preferredContact: nil,
        contactChannels: nil,
        marketingOptIn: nil
      )
    }
    usages["quickCreate"] = try await shop.mutationUsage {
      try await Customers.quickCreate(
        $0,
        name: "New",
        phone: "0899",
        email: "n@e.w",
        marketingOptIn: nil
      )
    }
    usages["applyEvent"] = try await shop.mutationUsage {
      try await LoyaltyEngine.applyEvent(
        $0,
        kind: .sale,
        referenceId: "s",
        referenceNumber: "S",
        customerId: id,
        amount: 100_000,
        occurredAt: 1,
        branchId: nil,
        petId: nil,
        summary: "",
        pointsToRedeem: nil
      )
    }
    try await addSaleUsages(to: &usages, in: shop, for: id)
    try await addVisitUsages(to: &usages, in: shop, for: id)
    return usages
  }

  @Test func `tills read the same number of documents however many customers there are`()
    async throws
  {
    let few = try await usages(customers: 1_000)
    let many = try await usages(customers: Self.manyCustomers)
    for (call, usage) in few.sorted(by: { $0.key < $1.key }) {
      #expect(many[call] == usage, "\(call)")
    }
    let budgets: [(call: String, ranges: Int, documents: Int)] = [
      ("list", 2, 501), ("listPaginated", 1, 51), ("get", 1, 1), ("getOrCreateDefault", 1, 1),
      ("lookup", 1, 1), ("getProfile", 12, 350), ("getLoyaltyTop10", 51, 100),
      ("pets", 1, 100), ("listByCustomer", 3, 3), ("auditCustomer", 4, 2), ("create", 2, 0),
      ("quickCreate", 5, 0), ("applyEvent", 5, 4),
      ("sales create", 3, 2), ("addItem", 3, 5), ("submitSale", 11, 14),
      ("sales list", 5, 4), ("sales get", 7, 8), ("outstanding", 7, 5), ("refund", 12, 15),
      ("book", 6, 4), ("submitAppointment", 11, 11), ("appointments", 7, 7),
      ("reserve", 8, 7), ("checkOut", 10, 13), ("rooms", 2, 1), ("bookings", 1, 2),
    ]
    for budget in budgets {
      let usage = try #require(many[budget.call])
      #expect(
        usage.fits(ranges: budget.ranges, documents: budget.documents),
        "\(budget.call): \(usage)"
      )
    }
    for (call, usage) in many where call.hasPrefix("search ") {
      #expect(usage.fits(ranges: 4, documents: 8 * 5), "\(call): \(usage)")
    }
  }

  @Test func `a list of all customers stays within what an array may hold`() async throws {
    let shop = try await Shop.patient()
    let walkIn = try await shop.walkIn()
    // Ten more than fit, with rows as small as they get.
    for batch in 0..<3 {
      try await shop.tick()
      try await shop.backend.run { ctx in
        for number in 0..<2_734 {
          _ = try await ctx.db.insert(
            Customer(code: "B\(batch)-\(number)", name: "N", phone: "-", isActive: true)
          )
        }
      }
    }
    let list = try await shop.backend.query(Customers.$list)
    #expect(list.count == 8_192)
    #expect(list.first?.id == walkIn)
    #expect(try list.last?.decoded().code == "B2-2733")
    let usage = try await shop.usage { try await Customers.list($0, limit: nil) }
    #expect(usage.fits(ranges: 2, documents: 8_193), "\(usage)")
  }

  @Test func `the daily job reads at most two ranges and 200 rows`() async throws {
    let shop = try await Shop.patient()
    let pet = try await shop.pet(
      of: try await shop.customer(),
      species: try await shop.species()
    )
    let row = try await shop.row(pet).value
    try await shop.backend.run { ctx in
      for _ in 0..<300 {
        var other = row
        other.vaccinationStatus = .upToDate
        other.nextVaccineDate = ctx.now
        _ = try await ctx.db.insert(other)
      }
    }
    let usage = try await shop.mutationUsage { ctx in
      _ = try await PetCare.refreshVaccinationStatuses(ctx)
    }
    // A patch reads the row it changes once more.
    #expect(usage.fits(ranges: 202, documents: 400), "\(usage)")
  }
}
