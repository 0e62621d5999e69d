import Hull
import HullTesting
import Testing

@testable import PetShop

/// Taking completed sales back.
@Suite struct SaleRefundTests {
  private let shop: Shop
  private let branch: ID<Branch>
  private let customer: ID<Customer>

  init() async throws {
    shop = try await Shop()
    branch = try await shop.branch()
    customer = try await shop.customer()
  }

  @Test func `a refund undoes what its sale did`() async throws {
    try await shop.sell(2_000_000, as: "s0", to: customer)
    let food = try await shop.product("Food")
    let stock = try await shop.stock(10, of: food, at: branch)
    let service = try await shop.product("Grooming", type: "service")
    let pet = try await shop.pet(of: customer, species: try await shop.species())
    let before = try await shop.auditedFigures(of: customer)
    let sale = try await shop.draft(for: customer, at: branch)
    try await shop.add(food, to: sale, quantity: 4, at: 50_000, ["petId": .id(pet)])
    try await shop.add(service, to: sale, at: 100_000)
    try await shop.apply(100, to: sale)
    #expect(try await shop.submit(sale, payments(("QRIS", 200_000))).pointsEarned == 29)
    let refunded = try await shop.refund(sale, reason: "Rusak")
    #expect(refunded.status == "Refunded")
    #expect(refunded.pointsReversed == 29)

    let row = try await shop.row(sale)
    #expect(row.status == "Refunded")
    #expect(row.outstandingAmount == 0)
    #expect(row.paidAmount == 200_000)
    #expect(row.refundedAt == shop.backend.clock.now)
    #expect(row.refundReason == "Rusak")
    #expect(try await shop.row(stock).quantity == 10)
    #expect(try await shop.row(stock).averageCost == 5_000)
    let movements = try await shop.all(StockMovement.self)
    #expect(movements.map(\.movementType) == ["SALE_OUT", "RETURN_IN"])
    #expect(movements.map(\.quantity) == [-4, 4])
    #expect(movements.map(\.referenceId) == [sale.string, sale.string])
    #expect(try await shop.all(PetProductPreference.self).isEmpty)

    let after = try #require(try await shop.auditedFigures(of: customer))
    #expect(after.totalSpent == before?.totalSpent)
    #expect(after.loyaltyPoints == before?.loyaltyPoints)
    #expect(after.visitCount == before?.visitCount)
    #expect(after.lastVisit == before?.lastVisit)
    let history = try await shop.history(of: customer)
    #expect(history.map(\.kind) == [.sale, .sale, .refund])
    #expect(history.map(\.reversedAt) == [nil, row.refundedAt, nil])
    #expect(history.last?.summary == "Rusak")
  }

  @Test func `only a completed sale is refunded and only once`() async throws {
    let service = try await shop.product("Grooming", type: "service")
    let draft = try await shop.draft(for: customer, at: branch)
    #expect(
      try await refusal { try await shop.refund(draft) }
        == Refused(code: "CONFLICT_STATE", details: ["currentStatus": "Draft"])
    )
    let (sale, _) = try await shop.sellService(service, for: 1_000, to: customer, at: branch)
    try await shop.refund(sale)
    #expect(
      try await refusal { try await shop.refund(sale) }
        == Refused(code: "CONFLICT_STATE", details: ["currentStatus": "Refunded"])
    )
    #expect(try await shop.history(of: customer).count == 2)
  }

  @Test func `goods come back at what they had cost`() async throws {
    let food = try await shop.product("Food")
    let stock = try await shop.stock(10, of: food, at: branch)
    let sale = try await shop.draft(for: customer, at: branch)
    try await shop.add(food, to: sale, quantity: 10)
    try await shop.submit(sale)
    try await shop.backend.mutation(
      ProductStocks.$addInitialStock,
      [
        "branchId": .id(branch), "productId": .id(food), "quantity": 30, "unitCost": 7_000,
      ]
    )
    #expect(try await shop.row(stock).averageCost == 7_000)
    try await shop.refund(sale)
    #expect(try await shop.row(stock).quantity == 40)
    #expect(try await shop.row(stock).averageCost == 6_500)
  }

  @Test func `purchases for a pet are counted down, not forgotten, while some remain`()
    async throws
  {
    let food = try await shop.product("Food")
    _ = try await shop.stock(100, of: food, at: branch)
    let pet = try await shop.pet(of: customer, species: try await shop.species())
    let sales = try await [2.0, 3.5].asyncMap { quantity in
      let sale = try await shop.draft(for: customer, at: branch)
      try await shop.add(food, to: sale, quantity: quantity, ["petId": .id(pet)])
      try await shop.add(food, to: sale, quantity: 1, ["petId": .id(pet)])
      try await shop.submit(sale)
      return sale
    }
    func counts() async throws -> [Double] {
      try await shop.all(PetProductPreference.self).flatMap {
        [$0.purchaseCount, $0.totalQuantity]
      }
    }
    #expect(try await counts() == [4, 7])
    try await shop.refund(sales[1])
    #expect(try await counts() == [2, 3])
    try await shop.refund(sales[0])
    #expect(try await counts() == [])
  }

  @Test func `a walk-in sale is refunded without points`() async throws {
    let walkIn = try await shop.walkIn()
    let service = try await shop.product("Grooming", type: "service")
    let (sale, _) = try await shop.sellService(service, for: 500_000, to: walkIn, at: branch)
    #expect(try await shop.refund(sale).pointsReversed == 0)
    #expect(try await shop.history(of: walkIn).map(\.kind) == [.sale, .refund])
    #expect(try await shop.all(CustomerMetrics.self).map(\.customerId) == [customer])
  }

  @Test func `of parallel refunds of one sale one succeeds`() async throws {
    let food = try await shop.product("Food")
    let stock = try await shop.stock(10, of: food, at: branch)
    let sale = try await shop.draft(for: customer, at: branch)
    try await shop.add(food, to: sale, quantity: 5, at: 20_000)
    try await shop.submit(sale)
    let codes = try await withThrowingTaskGroup(of: String?.self) { group in
      for _ in 0..<6 {
        group.addTask { [shop] in
          do {
            try await shop.refund(sale)
            return nil
          } catch let error as ConvexError {
            return error.data["code"]?.string
          }
        }
      }
      return try await group.reduce(into: [String?]()) { $0.append($1) }
    }
    #expect(codes.count { $0 == nil } == 1)
    #expect(codes.count { $0 == "CONFLICT_STATE" } == 5)
    #expect(try await shop.row(stock).quantity == 10)
    #expect(try await shop.auditedFigures(of: customer)?.loyaltyPoints == 0)
  }
}
