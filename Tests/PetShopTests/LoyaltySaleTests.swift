import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct LoyaltySaleTests {
  /// A customer with 1 000 points and a draft of `amount` for them.
  private func shop(
    saleOf amount: Double = 200_000
  ) async throws -> (Shop, ID<Customer>, ID<Sale>) {
    let shop = try await Shop()
    let customer = try await shop.customer()
    try await shop.sell(10_000_000, as: "s0", to: customer)
    let sale = try await shop.sale(of: amount, to: customer, at: try await shop.branch())
    return (shop, customer, sale)
  }

  private func apply(
    _ shop: Shop,
    _ points: Double,
    to sale: ID<Sale>
  ) async throws -> AppliedPoints {
    try await shop.backend.mutation(
      Loyalty.$applyToSale,
      ["saleId": .id(sale), "points": .float64(points)]
    )
  }

  @Test func `the programme's numbers are public`() async throws {
    let shop = try await Shop()
    let program = try await shop.backend.query("master_data/loyalty:getProgram")
    #expect(
      program
        == [
          "unit": 10_000, "pointValue": 100, "minRedeem": 100, "redeemStep": 100,
          "tiers": [
            ["tier": "BRONZE", "minSpend": 0, "percent": 100],
            ["tier": "SILVER", "minSpend": 10_000_000, "percent": 125],
            ["tier": "GOLD", "minSpend": 50_000_000, "percent": 150],
          ],
        ]
    )
  }

  @Test func `points applied lower a draft's total and stay in the account`() async throws {
    let (shop, customer, sale) = try await shop()
    let applied = try await apply(shop, 500, to: sale)
    #expect(applied.pointsApplied == 500)
    #expect(applied.discountValue == 50_000)
    #expect(applied.totalAmount == 150_000)
    var row = try await shop.row(sale)
    #expect(row.loyaltyPointsApplied == 500)
    #expect(row.loyaltyDiscountAmount == 50_000)
    #expect(row.outstandingAmount == 150_000)
    #expect(try await apply(shop, 100, to: sale).totalAmount == 190_000)
    #expect(try await shop.auditedFigures(of: customer)?.loyaltyPoints == 1_000)
    let removed = try await shop.backend.mutation(Loyalty.$removeFromSale, ["saleId": .id(sale)])
    #expect(removed.totalAmount == 200_000)
    row = try await shop.row(sale)
    #expect(row.loyaltyPointsApplied == nil)
    #expect(row.loyaltyDiscountAmount == nil)
  }

  @Test(arguments: [0, -100, 50, 150, 100.5, Double.nan, .infinity])
  func `points come in positive hundreds`(points: Double) async throws {
    let (shop, _, sale) = try await shop()
    let refused = try await refusal { try await apply(shop, points, to: sale) }
    #expect(refused == Refused(code: "VALIDATION", details: ["field": "points"]))
  }

  @Test func `points are covered by the balance`() async throws {
    let (shop, _, sale) = try await shop()
    let refused = try await refusal { try await apply(shop, 1_100, to: sale) }
    #expect(
      refused
        == Refused(code: "INSUFFICIENT_POINTS", details: ["balance": 1_000, "requested": 1_100])
    )
  }

  @Test func `points are worth no more than the sale after its own discount`() async throws {
    let (shop, _, sale) = try await shop(saleOf: 60_000)
    try await shop.patch(sale) {
      $0.set(\.discountAmount, 25)
      $0.set(\.discountType, "percent")
    }
    let refused = try await refusal { try await apply(shop, 500, to: sale) }
    #expect(
      refused == Refused(code: "VALIDATION", details: ["field": "points", "maxPoints": 400])
    )
    #expect(try await shop.row(sale).loyaltyPointsApplied == nil)
    #expect(try await apply(shop, 400, to: sale).totalAmount == 5_000)
  }

  @Test(arguments: ["Completed", "Cancelled", "Refunded"])
  func `only a draft takes points`(status: String) async throws {
    let (shop, _, sale) = try await shop()
    try await shop.patch(sale) { $0.set(\.status, status) }
    let conflict = Refused(
      code: "STATUS_CONFLICT",
      details: ["currentStatus": .string(status)]
    )
    #expect(try await refusal { try await apply(shop, 100, to: sale) } == conflict)
    #expect(
      try await refusal {
        try await shop.backend.mutation(Loyalty.$removeFromSale, ["saleId": .id(sale)])
      } == conflict
    )
  }

  @Test func `the walk-in customer and deleted sales take none`() async throws {
    let (shop, _, sale) = try await shop()
    let walkIn = try await shop.walkIn()
    try await shop.patch(sale) { $0.set(\.customerId, walkIn) }
    #expect(try await refusal { try await apply(shop, 100, to: sale) }.code == "CONFLICT_STATE")
    try await shop.patch(sale) { $0.set(\.deletedAt, 1) }
    #expect(try await refusal { try await apply(shop, 100, to: sale) }.code == "NOT_FOUND")
  }

  @Test func `the ledger is paged newest first`() async throws {
    let shop = try await Shop()
    let customer = try await shop.customer()
    let other = try await shop.customer()
    for number in 1...3 {
      try await shop.sell(Double(number) * 10_000, as: "s\(number)", to: customer)
    }
    try await shop.sell(90_000, as: "x", to: other)
    let page = try await shop.backend.query(
      Loyalty.$listTransactions,
      ["customerId": .id(customer), "paginationOpts": ["numItems": 2, "cursor": .null]]
    )
    #expect(try page.page.map { try $0.decoded().points } == [3, 2])
    #expect(!page.isDone)
  }
}
