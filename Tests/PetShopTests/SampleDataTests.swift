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
          "loyaltyTransactions": 9, "customerPets": 18, "petVaccinations": 10,
          "loyaltyRewards": 3, "sales": 6, "saleItems": 17, "salePayments": 5,
          "customerHistory": 7, "clinicStaff": 3, "clinicAppointments": 2,
          "clinicAppointmentServices": 3, "clinicPayments": 1, "petMedicalRecords": 1,
          "hotelRooms": 5, "hotelBookings": 2, "hotelPayments": 3,
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
    #expect(statuses == [.unknown, .upToDate, .dueSoon, .overdue])
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

extension SampleDataTests {
  @Test func `the sample lives the worked example and has a visit and a stay to come`()
    async throws
  {
    let shop = try await Shop()
    try await shop.backend.action(SeedFunctions.$seedAll)
    func profile(_ code: String) async throws -> CustomerProfile? {
      let customer = try await shop.backend.query(
        CustomerSearch.$lookup,
        ["code": .string(code)]
      )
      let id = try #require(customer).id
      return try await shop.backend.query(
        CustomerProfiles.$getProfile,
        ["customerId": .id(id)]
      )
    }
    let first = try #require(try await profile("CUST0001"))
    #expect(first.metrics.totalSpent == 4_305_000)
    #expect(first.metrics.visitCount == 3)
    #expect(first.loyalty.points == -28)
    let kinds = try first.recentHistory.map { try $0.decoded().kind }
    #expect(kinds == [.refund, .hotel, .sale, .clinic, .sale])
    #expect(try #require(try await profile("CUST0006")).upcoming.appointments.count == 1)
    #expect(try #require(try await profile("CUST0009")).upcoming.bookings.count == 1)
    #expect(
      try await shop.all(HotelRoom.self).map(\.status)
        == ["Available", "Available", "Available", "Reserved", "Available"]
    )
    let appointments = try await shop.all(ClinicAppointment.self)
    #expect(appointments.map(\.status) == ["Completed", "Scheduled"])
    let bookings = try await shop.all(HotelBooking.self)
    #expect(bookings.map(\.status) == ["CheckedOut", "Reserved"])
    #expect(bookings.map(\.paidAmount) == [450_000, 200_000])
  }

  @Test func `the worked example of the sample goes step by step, a week apart`() async throws {
    let shop = try await Shop()
    try await shop.backend.action(SeedFunctions.$seedAll)
    let customer = try #require(
      try await shop.backend.query(CustomerSearch.$lookup(code: "CUST0001"))
    )
    let ledger = try await shop.ledger(of: customer.id)
    #expect(ledger.map(\.points) == [750, 260, -500, 156, 56, -750])
    #expect(ledger.map(\.balanceAfter) == [750, 1_010, 510, 666, 722, -28])
    let events = try await shop.history(of: customer.id)
    #expect(events.map(\.kind) == [.sale, .clinic, .sale, .hotel, .refund])
    #expect(events.map(\.amount) == [7_500_000, 2_600_000, 1_255_000, 450_000, -7_500_000])
    let week = 7 * SampleLoader.day
    let first = try #require(events.first).occurredAt
    #expect(events.prefix(4).map { ($0.occurredAt - first) / week } == [0, 1, 2, 3])

    let record = try #require(try await shop.all(PetMedicalRecord.self).first)
    #expect(record.diagnosis == "Cacingan")
    #expect(record.prescription == "Drontal Cat - 5x - 1 tablet sehari")
    #expect(record.notes?.hasPrefix("Keluhan: Nafsu makan turun") == true)
    let paid = try await shop.all(HotelPayment.self)
    #expect(paid.map(\.paymentType) == ["Deposit", "FullPayment", "Deposit"])
    #expect(paid.map(\.amount) == [150_000, 300_000, 200_000])
  }
}
