import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct SampleDataTests {
  @Test func `the sample loads once and says what each table got`() async throws {
    let shop = try await Shop()
    let first = try await shop.backend.action(SeedFunctions.$seedAll)
    #expect(
      first.mapValues(\.inserted)
        == [
          "branches": 2, "animalCategories": 10, "animalSubcategories": 5,
          "productCategories": 5, "brands": 4, "units": 4, "products": 18,
          "productVariants": 2, "productStock": 26, "customers": 13, "customerMetrics": 12,
          "loyaltyTransactions": 7, "customerPets": 18, "petVaccinations": 10,
          "loyaltyRewards": 3, "sales": 6, "saleItems": 17, "salePayments": 5,
          "customerHistory": 5,
        ]
    )
    #expect(first.values.allSatisfy { $0.existing == 0 })
    let rows = try await counts(shop)
    try await shop.tick()
    let second = try await shop.backend.action(SeedFunctions.$seedAll)
    #expect(second.values.allSatisfy { $0.inserted == 0 })
    #expect(try await counts(shop) == rows)
  }

  private func counts(_ shop: Shop) async throws -> [String: Int] {
    try await shop.backend.query { ctx in
      var counts: [String: Int] = [:]
      for table in try PetShopApplication.schema.tables {
        counts[table.name.description] = try await ctx.db.query(table.name.description).count()
      }
      return counts
    }
  }

  @Test func `the sample has the cases a screen must show`() async throws {
    let shop = try await Shop()
    try await shop.backend.action(SeedFunctions.$seedAll)
    let customers = try await shop.all(Customer.self)
    #expect(customers.count { !$0.isLive } == 1)
    #expect(customers.count { $0.isLive && !$0.isActive } == 1)
    #expect(customers.count { $0.phone.hasPrefix("+62 8") } == 1)
    #expect(customers.count { $0.email == nil && !$0.isWalkIn } == 1)
    #expect(customers.count { $0.preferredContact != nil } == 3)
    let shared = Dictionary(grouping: customers, by: \.phone).values.filter { $0.count > 1 }
    #expect(shared.map(\.count) == [2])
    let statuses = Set(try await shop.all(CustomerPet.self).map(\.vaccinationStatus))
    #expect(statuses == [nil, .upToDate, .dueSoon, .overdue])
  }

  @Test func `the sample obeys the rules of the front end's forms`() async throws {
    let shop = try await Shop()
    try await shop.backend.action(SeedFunctions.$seedAll)
    for customer in try await shop.all(Customer.self) {
      #expect(customer.code.wholeMatch(of: /[A-Z0-9]{3,}/) != nil)
      guard !customer.isWalkIn else { continue }
      #expect((customer.phoneNormalized ?? "").count >= 10)
      #expect((customer.postalCode ?? "").wholeMatch(of: /[0-9]{5}/) != nil)
      #expect(["L", "P"].contains(customer.gender))
    }
    for pet in try await shop.all(CustomerPet.self) { #expect(pet.name.count >= 2) }
  }

  @Test func `the sample has a sale for each state a screen must show`() async throws {
    let shop = try await Shop()
    try await shop.backend.action(SeedFunctions.$seedAll)
    let sales = try await shop.all(Sale.self)
    let states = Dictionary(grouping: sales, by: \.status).mapValues(\.count)
    #expect(states == ["Completed": 3, "Refunded": 1, "Draft": 1, "Cancelled": 1])
    let codes = Dictionary(
      uniqueKeysWithValues: try await shop.all(Customer.self).map { ($0.id, $0.code) }
    )
    let example = sales.filter { codes[$0.customerId] == "CUST0001" }
    #expect(example.map(\.totalAmount) == [7_500_000, 1_255_000])
    #expect(example.map(\.loyaltyPointsApplied) == [nil, 500])
    #expect(example[1].saleDate - example[0].saleDate == 14 * 86_400_000)
    let walkIn = try #require(sales.first { codes[$0.customerId] == "UMUM" })
    #expect(walkIn.totalAmount == walkIn.paidAmount)
    let credit = try #require(sales.first { $0.outstandingAmount > 0 && $0.status == "Completed" })
    let owed = try await shop.backend.query(
      AccountsReceivable.$getCustomerOutstanding,
      ["customerId": .id(credit.customerId), "includeHistory": true]
    )
    #expect(codes[credit.customerId] == "CUST0004")
    #expect(owed.summary.totalOutstanding == 268_000)
    #expect(owed.outstandingInvoices.map(\.daysOutstanding) == [12])
    #expect(owed.paymentHistory?.map(\.amount) == [100_000])
    #expect(try await shop.all(PetProductPreference.self).count == 6)
  }

  @Test func `every customer of the sample passes the audit`() async throws {
    let shop = try await Shop()
    try await shop.backend.action(SeedFunctions.$seedAll)
    for customer in try await shop.all(Customer.self) {
      let figures = try await shop.auditedFigures(of: customer.id)
      #expect((figures == nil) == customer.isWalkIn)
    }
  }

  @Test func `a reward of the sample can be redeemed at once`() async throws {
    let shop = try await Shop()
    try await shop.backend.action(SeedFunctions.$seedAll)
    let customer = try #require(
      try await shop.backend.query(CustomerSearch.$lookup, ["code": "CUST0003"])
    )
    let reward = try #require(
      try await shop.backend.query(LoyaltyRewards.$listRewards).max {
        $0.pointsCost < $1.pointsCost
      }
    )
    let branch = try #require(try await shop.all(Branch.self).first)
    #expect(try await shop.redeem(reward.id, for: customer.id, at: branch.id).balance == 200)
  }

  @Test func `generated customers depend on the seed and not on the batches`() async throws {
    func customers(_ arguments: ConvexObject) async throws -> [String: String] {
      let shop = try await Shop()
      var all = arguments
      try all.set("count", to: 60)
      let made = try await shop.backend.action(SeedFunctions.$generateCustomers, all)
      #expect(made.created == 60)
      #expect(try await shop.all(CustomerMetrics.self).count == 60)
      let pets = try await shop.all(CustomerPet.self)
      #expect(pets.count == 40)
      let owners = Dictionary(uniqueKeysWithValues: pets.map { ($0.customerId, $0.name) })
      return Dictionary(
        uniqueKeysWithValues: try await shop.all(Customer.self).map {
          ($0.code, "\($0.name) \($0.phone) \($0.email ?? "") \(owners[$0.id] ?? "")")
        }
      )
    }
    let one = try await customers([:])
    #expect(one["G0000042"]?.contains("081200000042 g42@example.com") == true)
    #expect(try await customers(["batchSize": 7]) == one)
    #expect(try await customers(["seed": 1, "batchSize": 60]) == one)
    #expect(try await customers(["seed": 2]) != one)
  }

  @Test func `generating again skips what exists`() async throws {
    let shop = try await Shop()
    try await shop.backend.action(SeedFunctions.$generateCustomers, ["count": 30])
    let again = try await shop.backend.action(
      SeedFunctions.$generateCustomers,
      ["count": 50, "batchSize": 20]
    )
    #expect(again.created == 20)
    #expect(again.skipped == 30)
    #expect(try await shop.all(Customer.self).count == 50)
    let id = try #require(try await shop.all(Customer.self).first).id
    #expect(try await shop.auditedFigures(of: id) == CustomerFigures())
  }

  @Test(
    arguments: [
      (["count": 0], "count"), (["count": 10_000_000], "count"),
      (["count": 1, "batchSize": 0], "batchSize"), (["count": 1, "batchSize": 5_001], "batchSize"),
    ] as [(ConvexObject, String)]
  )
  func `counts out of range are refused`(arguments: ConvexObject, field: String) async throws {
    let shop = try await Shop()
    let refused = try await refusal {
      try await shop.backend.action(SeedFunctions.$generateCustomers, arguments)
    }
    #expect(refused == Refused(code: "VALIDATION", details: ["field": .string(field)]))
  }
}
