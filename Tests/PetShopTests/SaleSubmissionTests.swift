import Hull
import HullTesting
import Testing

@testable import PetShop

/// Submitting sales: payments, stock, points, metrics, history, all or nothing.
@Suite struct SaleSubmissionTests {
  private let shop: Shop
  private let branch: ID<Branch>
  private let customer: ID<Customer>

  init() async throws {
    shop = try await Shop()
    branch = try await shop.branch()
    customer = try await shop.customer()
  }

  @Test func `a submitted sale changes stock points metrics history and preferences`()
    async throws
  {
    let food = try await shop.product("Food")
    let stock = try await shop.stock(10, of: food, at: branch)
    let grooming = try await shop.product("Grooming", type: "service")
    let pet = try await shop.pet(of: customer, species: try await shop.species())
    let sale = try await shop.draft(for: customer, at: branch, on: 777)
    let line = try await shop.add(
      food,
      to: sale,
      quantity: 3,
      at: 30_000,
      ["petId": .id(pet)]
    )
    let service = try await shop.add(grooming, to: sale, at: 85_000)
    let submitted = try await shop.submit(sale, payments(("QRIS", 100_000), ("CASH", 80_000)))
    let now = shop.backend.clock.now
    #expect(submitted.status == "Completed")
    #expect(submitted.totalAmount == 175_000)
    #expect(submitted.paidAmount == 175_000)
    #expect(submitted.outstandingAmount == 0)
    #expect(submitted.change == 5_000)
    #expect(submitted.pointsEarned == 17)
    #expect(submitted.pointsRedeemed == 0)
    #expect(submitted.loyaltyTier == .value(.bronze))

    let row = try await shop.row(sale)
    #expect(row.status == "Completed")
    #expect(row.paidAmount == 175_000)
    #expect(row.completedAt == now)
    #expect(row.pointsEarned == 17)

    #expect(try await shop.row(stock).quantity == 7)
    #expect(try await shop.row(line).cogs == 15_000)
    #expect(try await shop.row(service).cogs == 0)
    let movements = try await shop.all(StockMovement.self)
    #expect(movements.map(\.movementType) == ["SALE_OUT"])
    #expect(movements.map(\.quantity) == [-3])
    #expect(movements.map(\.referenceId) == [sale.string])
    #expect(movements.map(\.movementDate) == [now])

    let paid = try await shop.all(SalePayment.self)
    #expect(paid.map(\.paymentMethod) == ["QRIS", "CASH"])
    #expect(paid.map(\.amount) == [100_000, 75_000])
    #expect(paid.map(\.paymentDate) == [now, now])

    let figures = try #require(try await shop.auditedFigures(of: customer))
    #expect(figures.totalSpent == 175_000)
    #expect(figures.lastVisit == 777)
    #expect(figures.loyaltyPoints == 17)
    let history = try #require(try await shop.history(of: customer).first)
    #expect(history.referenceId == sale.string)
    #expect(history.referenceNumber == row.saleNumber)
    #expect(history.branchId == branch)
    #expect(history.petId == pet)
    #expect(history.summary == "Food, Grooming")

    let preferences = try await shop.all(PetProductPreference.self)
    #expect(preferences.map(\.productId) == [food])
    #expect(preferences.map(\.purchaseCount) == [1])
    #expect(preferences.map(\.totalQuantity) == [3])
    #expect(preferences.map(\.lastPurchasedAt) == [now])
  }

  @Test func `cash listed before another method pays only what that leaves`() async throws {
    let service = try await shop.product("Grooming", type: "service")
    let sale = try await shop.draft(for: customer, at: branch)
    try await shop.add(service, to: sale, at: 100_000)
    let submitted = try await shop.submit(sale, payments(("CASH", 100_000), ("QRIS", 50_000)))
    #expect(submitted.paidAmount == 100_000)
    #expect(submitted.change == 50_000)
    #expect(submitted.outstandingAmount == 0)
    #expect(try await shop.all(SalePayment.self).map(\.amount) == [50_000, 50_000])
  }

  @Test func `texts of payments are stored as given and a due date is taken`() async throws {
    let service = try await shop.product("Grooming", type: "service")
    let sale = try await shop.draft(for: customer, at: branch)
    try await shop.add(service, to: sale, at: 100_000)
    try await shop.backend.mutation(
      SaleCompletion.$submitSale,
      [
        "saleId": .id(sale), "dueDate": 99,
        "payments": [
          [
            "amount": 40_000, "paymentMethod": "CREDIT", "referenceNumber": "", "notes": "",
          ],
          ["amount": 0, "paymentMethod": "QRIS"],
        ],
      ]
    )
    let paid = try await shop.all(SalePayment.self)
    #expect(paid.map(\.referenceNumber) == [""])
    #expect(paid.map(\.notes) == [""])
    let row = try await shop.row(sale)
    #expect(row.dueDate == 99)
    #expect(row.outstandingAmount == 60_000)
  }

  @Test func `nothing paid is a sale on credit that counts in full`() async throws {
    let service = try await shop.product("Grooming", type: "service")
    let (_, outcome) = try await shop.sellService(
      service,
      for: 200_000,
      to: customer,
      at: branch
    )
    #expect(outcome.outstandingAmount == 200_000)
    #expect(outcome.pointsEarned == 20)
    #expect(try await shop.auditedFigures(of: customer)?.totalSpent == 200_000)
    #expect(try await shop.all(SalePayment.self).isEmpty)
  }

  @Test func `a sale without lines, below zero or overpaid is refused`() async throws {
    let service = try await shop.product("Grooming", type: "service")
    let sale = try await shop.draft(for: customer, at: branch)
    #expect(try await refusal { try await shop.submit(sale) } == Refused(code: "NO_ITEMS"))
    try await shop.add(service, to: sale, at: 1_000)
    try await shop.discount(sale, 1_500)
    #expect(
      try await refusal { try await shop.submit(sale) }
        == Refused(code: "VALIDATION", details: ["field": "totalAmount"])
    )
    try await shop.discount(sale, 0)
    #expect(
      try await refusal {
        try await shop.submit(sale, payments(("CASH", 5_000), ("CREDIT", 1_001)))
      }
        == Refused(
          code: "PAYMENT_EXCEEDS_TOTAL",
          details: ["totalPayments": 1_001, "totalAmount": 1_000]
        )
    )
    #expect(try await shop.row(sale).status == "Draft")
    #expect(try await shop.history(of: customer).isEmpty)
  }

  @Test func `a free sale counts as a visit`() async throws {
    let service = try await shop.product("Grooming", type: "service")
    let (_, outcome) = try await shop.sellService(service, for: 0, to: customer, at: branch)
    #expect(outcome.pointsEarned == 0)
    #expect(try await shop.auditedFigures(of: customer)?.visitCount == 1)
    #expect(try await shop.ledger(of: customer).isEmpty)
  }

  @Test func `stock is that of the branch and the variant`() async throws {
    let collar = try await shop.product("Collar", type: nil)
    let other = try await shop.branch()
    let sizes = try await ["S", "L"].asyncMap { size in
      try await shop.backend.mutation(
        ProductVariants.$create,
        [
          "productId": .id(collar), "variantName": "Ukuran", "variantValue": .string(size),
          "sku": .string("C-\(size)"), "purchasePrice": 1, "sellingPrice": 2,
        ]
      )
    }
    let plain = try await shop.stock(5, of: collar, at: branch)
    let small = try await shop.stock(6, of: collar, at: branch, variant: sizes[0])
    let elsewhere = try await shop.stock(7, of: collar, at: other, variant: sizes[1])
    func sell(_ quantity: Double, _ more: ConvexObject = [:]) async throws {
      let sale = try await shop.draft(for: customer, at: branch)
      try await shop.add(collar, to: sale, quantity: quantity, more)
      try await shop.submit(sale)
    }
    try await sell(2)
    try await sell(6, ["variantId": .id(sizes[0])])
    #expect(try await shop.row(plain).quantity == 3)
    #expect(try await shop.row(small).quantity == 0)
    #expect(
      try await refusal { try await sell(4) }
        == Refused(code: "INSUFFICIENT_STOCK", details: ["available": 3, "required": 4])
    )
    let missing = try await convexError { try await sell(1, ["variantId": .id(sizes[1])]) }
    #expect(missing.data["code"] == "NOT_FOUND")
    #expect(missing.data["message"]?.string?.hasPrefix("Collar: ") == true)
    #expect(try await shop.row(elsewhere).quantity == 7)
  }

  @Test func `a submit that fails on the last line leaves everything as it was`() async throws {
    try await shop.sell(10_000_000, as: "s0", to: customer)
    let food = try await shop.product("Food")
    let toy = try await shop.product("Toy")
    let stock = try await shop.stock(10, of: food, at: branch)
    _ = try await shop.stock(1, of: toy, at: branch)
    let pet = try await shop.pet(of: customer, species: try await shop.species())
    let sale = try await shop.draft(for: customer, at: branch)
    let line = try await shop.add(food, to: sale, quantity: 2, ["petId": .id(pet)])
    try await shop.add(toy, to: sale, quantity: 2)
    try await shop.apply(100, to: sale)
    let before = try await shop.row(sale)
    let metrics = try await shop.metrics(of: customer)
    let refused = try await convexError {
      try await shop.submit(sale, payments(("CASH", 50_000)))
    }
    #expect(refused.data["code"] == "INSUFFICIENT_STOCK")
    #expect(refused.data["message"]?.string?.hasPrefix("Toy: ") == true)
    #expect(try await shop.row(sale) == before)
    #expect(try await shop.row(stock).quantity == 10)
    #expect(try await shop.row(line).cogs == 0)
    #expect(try await shop.all(SalePayment.self).isEmpty)
    #expect(try await shop.all(StockMovement.self).isEmpty)
    #expect(try await shop.all(PetProductPreference.self).isEmpty)
    #expect(try await shop.metrics(of: customer) == metrics)
    #expect(try await shop.history(of: customer).count == 1)
    #expect(try await shop.ledger(of: customer).count == 1)
  }

  @Test func `the last points pay for one of two drafts`() async throws {
    let service = try await shop.product("Grooming", type: "service")
    try await shop.sell(1_000_000, as: "s0", to: customer)
    let drafts = try await [1, 2].asyncMap { _ in
      let sale = try await shop.draft(for: customer, at: branch)
      // Too little to earn points that would pay for the other.
      try await shop.add(service, to: sale, at: 10_500)
      try await shop.apply(100, to: sale)
      return sale
    }
    let first = try await shop.submit(drafts[0])
    #expect(first.pointsRedeemed == 100)
    #expect(first.totalAmount == 500)
    #expect(
      try await refusal { try await shop.submit(drafts[1]) }
        == Refused(code: "INSUFFICIENT_POINTS", details: ["balance": 0, "requested": 100])
    )
    #expect(try await shop.row(drafts[1]).status == "Draft")
    #expect(try await shop.auditedFigures(of: customer)?.lifetimePointsRedeemed == 100)
  }

  @Test func `of parallel submits of one draft one succeeds`() async throws {
    let food = try await shop.product("Food")
    let stock = try await shop.stock(10, of: food, at: branch)
    let sale = try await shop.draft(for: customer, at: branch)
    try await shop.add(food, to: sale, quantity: 2, at: 50_000)
    let codes = try await withThrowingTaskGroup(of: String?.self) { group in
      for _ in 0..<8 {
        group.addTask { [shop] in
          do {
            try await shop.submit(sale, payments(("CASH", 100_000)))
            return nil
          } catch let error as ConvexError {
            return error.data["code"]?.string
          }
        }
      }
      return try await group.reduce(into: [String?]()) { $0.append($1) }
    }
    #expect(codes.count { $0 == nil } == 1)
    #expect(codes.count { $0 == "STATUS_CONFLICT" } == 7)
    #expect(try await shop.history(of: customer).count == 1)
    #expect(try await shop.all(SalePayment.self).count == 1)
    #expect(try await shop.row(stock).quantity == 8)
    #expect(try await shop.auditedFigures(of: customer)?.visitCount == 1)
  }

  @Test func `parallel sales take the last goods once each`() async throws {
    let food = try await shop.product("Food")
    let stock = try await shop.stock(12, of: food, at: branch)
    let drafts = try await (0..<20).map { $0 }.asyncMap { _ in
      let sale = try await shop.draft(for: customer, at: branch)
      try await shop.add(food, to: sale, at: 10_000)
      return sale
    }
    let sold = try await withThrowingTaskGroup(of: Bool.self) { group in
      for sale in drafts {
        group.addTask { [shop] in
          do {
            try await shop.submit(sale)
            return true
          } catch let error as ConvexError where error.data["code"] == "INSUFFICIENT_STOCK" {
            return false
          }
        }
      }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(sold == 12)
    #expect(try await shop.row(stock).quantity == 0)
    let figures = try await shop.auditedFigures(of: customer)
    #expect(figures?.visitCount == 12)
    #expect(figures?.loyaltyPoints == 12)
    #expect(try await shop.all(Sale.self).count { $0.status == "Draft" } == 8)
  }

  @Test func `fifty parallel walk-in sales of a service all succeed without metrics`()
    async throws
  {
    let walkIn = try await shop.walkIn()
    let service = try await shop.product("Nail trim", type: "service")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask { [shop, branch] in
          let (_, outcome) = try await shop.sellService(
            service,
            for: 25_000,
            to: walkIn,
            at: branch
          )
          #expect(outcome.loyaltyTier == .null)
          #expect(outcome.pointsEarned == 0)
        }
      }
      try await group.waitForAll()
    }
    #expect(try await shop.history(of: walkIn).count == 50)
    #expect(try await shop.metrics(of: walkIn) == nil)
    #expect(Set(try await shop.all(Sale.self).map(\.saleNumber)).count == 50)
  }

  @Test func `the till finishes a sale of a customer who was deleted meanwhile`() async throws {
    let service = try await shop.product("Grooming", type: "service")
    let sale = try await shop.draft(for: customer, at: branch)
    try await shop.add(service, to: sale, at: 10_000)
    try await shop.backend.mutation(Customers.$remove, ["id": .id(customer)])
    #expect(try await shop.submit(sale).pointsEarned == 1)
  }

  @Test func `a summary names three products and counts the rest`() {
    #expect(CompletedEvent.summary(of: ["A"]) == "A")
    #expect(CompletedEvent.summary(of: ["A", "B", "C"]) == "A, B, C")
    #expect(CompletedEvent.summary(of: ["A", "B", "C", "D", "E"]) == "A, B, C +2")
  }
}
