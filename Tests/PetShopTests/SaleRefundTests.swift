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

  /// One row of the worked example: what happens, and what the figures are then.
  private struct Step {
    var earned: Double
    var redeemed: Double
    var points: Double
    var totalSpent: Double
    var tier: LoyaltyTier
    var visits: Double
  }

  @Test func `the worked example with real sales gives every number of its table`()
    async throws
  {
    let service = try await shop.product("Sterilisation", type: "procedure")
    var lastVisit: Double?
    func check(_ step: Step, _ earned: Double, _ redeemed: Double) async throws {
      #expect(earned == step.earned)
      #expect(redeemed == step.redeemed)
      let figures = try #require(try await shop.auditedFigures(of: customer))
      #expect(figures.loyaltyPoints == step.points)
      #expect(figures.totalSpent == step.totalSpent)
      #expect(figures.loyaltyTier == step.tier)
      #expect(figures.visitCount == step.visits)
      #expect(figures.lastVisit == lastVisit)
    }
    func sell(_ amount: Double, redeeming points: Double = 0) async throws -> (
      id: ID<Sale>, outcome: SubmittedSale
    ) {
      let sale = try await shop.sellService(
        service,
        for: amount,
        to: customer,
        at: branch,
        redeeming: points
      )
      lastVisit = try await shop.row(sale.id).saleDate
      return sale
    }
    let first = try await sell(7_500_000)
    try await check(
      Step(
        earned: 750,
        redeemed: 0,
        points: 750,
        totalSpent: 7_500_000,
        tier: .bronze,
        visits: 1
      ),
      first.outcome.pointsEarned,
      first.outcome.pointsRedeemed
    )
    let visit = try await shop.complete(
      TestEvent(kind: .clinic, reference: "2", amount: 2_600_000),
      for: customer
    )
    lastVisit = shop.backend.clock.now
    try await check(
      Step(
        earned: 260,
        redeemed: 0,
        points: 1_010,
        totalSpent: 10_100_000,
        tier: .silver,
        visits: 2
      ),
      visit.pointsEarned,
      visit.pointsRedeemed
    )
    let third = try await sell(1_305_000, redeeming: 500)
    #expect(third.outcome.totalAmount == 1_255_000)
    #expect(third.outcome.loyaltyTier == .value(.silver))
    try await check(
      Step(
        earned: 156,
        redeemed: 500,
        points: 666,
        totalSpent: 11_355_000,
        tier: .silver,
        visits: 3
      ),
      third.outcome.pointsEarned,
      third.outcome.pointsRedeemed
    )
    let stay = try await shop.complete(
      TestEvent(kind: .hotel, reference: "4", amount: 450_000),
      for: customer
    )
    lastVisit = shop.backend.clock.now
    try await check(
      Step(
        earned: 56,
        redeemed: 0,
        points: 722,
        totalSpent: 11_805_000,
        tier: .silver,
        visits: 4
      ),
      stay.pointsEarned,
      stay.pointsRedeemed
    )
    let refunded = try await shop.refund(first.id)
    try await check(
      Step(
        earned: -750,
        redeemed: 0,
        points: -28,
        totalSpent: 4_305_000,
        tier: .bronze,
        visits: 3
      ),
      -refunded.pointsReversed,
      0
    )
    let reward = try await shop.reward(cost: 100)
    #expect(
      try await refusal { try await shop.redeem(reward, for: customer, at: branch) }
        == Refused(code: "INSUFFICIENT_POINTS", details: ["balance": -28, "requested": 100])
    )
  }
}
