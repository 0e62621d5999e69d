import Hull
import HullTesting
import Testing

@testable import PetShop

extension Shop {
  func reward(
    _ product: ID<Product>? = nil,
    code: String = "R1",
    cost: Double = 100
  ) async throws -> ID<LoyaltyReward> {
    let product =
      if let product { product } else { try await self.product("Reward \(code)") }
    try await tick()
    return try await backend.mutation(
      LoyaltyRewards.$createReward,
      [
        "code": .string(code), "name": "Hadiah", "productId": .id(product),
        "pointsCost": .float64(cost),
      ]
    )
  }

  func redeem(
    _ reward: ID<LoyaltyReward>,
    for customer: ID<Customer>,
    at branch: ID<Branch>,
    quantity: Double? = nil
  ) async throws -> Redemption {
    var arguments: ConvexObject = [
      "customerId": .id(customer), "rewardId": .id(reward), "branchId": .id(branch),
    ]
    if let quantity { try arguments.set("quantity", to: .float64(quantity)) }
    try await tick()
    return try await backend.mutation(LoyaltyRewards.$redeemReward, arguments)
  }
}

@Suite struct LoyaltyRewardTests {
  @Test func `rewards are created, listed, changed and hidden`() async throws {
    let shop = try await Shop()
    let product = try await shop.product("Bola")
    let first = try await shop.reward(product, code: " ball ", cost: 250)
    let second = try await shop.reward(product, code: "B2")
    #expect(try await shop.row(first).code == "BALL")
    try await shop.backend.mutation(
      LoyaltyRewards.$updateReward,
      ["id": .id(second), "name": "Baru", "pointsCost": 300, "isActive": false]
    )
    func list(_ arguments: ConvexObject = [:]) async throws -> [String] {
      try await shop.backend.query(LoyaltyRewards.$listRewards, arguments).map(\.code)
    }
    #expect(try await list() == ["BALL"])
    #expect(try await list(["includeInactive": true]) == ["BALL", "B2"])
    #expect(try await shop.row(second).pointsCost == 300)
    try await shop.backend.mutation(LoyaltyRewards.$removeReward, ["id": .id(first)])
    #expect(try await list(["includeInactive": true]) == ["B2"])
    _ = try await shop.reward(product, code: "ball")
    #expect(
      try await refusal {
        try await shop.backend.mutation(LoyaltyRewards.$updateReward, ["id": .id(first)])
      }.code == "NOT_FOUND"
    )
  }

  @Test func `createReward refuses what does not fit together`() async throws {
    let shop = try await Shop()
    let product = try await shop.product("Bola")
    let other = try await shop.product("Lain")
    let variant = try await shop.backend.run {
      try await $0.db.insert(
        ProductVariant(
          productId: other,
          variantName: "Ukuran",
          variantValue: "S",
          sku: "S",
          purchasePrice: 1,
          sellingPrice: 2,
          isActive: true
        )
      )
    }
    _ = try await shop.reward(product, code: "R1")
    #expect(
      try await refusal { try await shop.reward(product, code: "r1") }
        == Refused(code: "DUPLICATE_ENTRY", details: ["field": "code", "value": "R1"])
    )
    for cost in [0, -1, 1.5, Double.nan] {
      #expect(
        try await refusal { try await shop.reward(product, code: "R2", cost: cost) }
          == Refused(code: "VALIDATION", details: ["field": "pointsCost"])
      )
    }
    #expect(
      try await refusal {
        try await shop.backend.mutation(
          LoyaltyRewards.$createReward,
          [
            "code": "R2", "name": "X", "productId": .id(product), "variantId": .id(variant),
            "pointsCost": 100,
          ]
        )
      } == Refused(code: "VALIDATION", details: ["field": "variantId"])
    )
    try await shop.patch(product) { $0.set(\.deletedAt, 1) }
    #expect(
      try await refusal { try await shop.reward(product, code: "R2") }.code == "NOT_FOUND"
    )
  }

  @Test func `a redemption takes points and stock and is no visit`() async throws {
    let shop = try await Shop()
    let customer = try await shop.customer()
    let branch = try await shop.branch()
    let product = try await shop.product("Bola")
    let stock = try await shop.stock(5, of: product, at: branch)
    let reward = try await shop.reward(product, cost: 250)
    try await shop.sell(10_000_000, as: "s1", to: customer)
    let before = try #require(try await shop.auditedFigures(of: customer))
    let redeemed = try await shop.redeem(reward, for: customer, at: branch, quantity: 2)
    #expect(redeemed.pointsUsed == 500)
    #expect(redeemed.balance == 500)
    #expect(try await shop.row(stock).quantity == 3)
    let movement = try #require(try await shop.all(StockMovement.self).first)
    #expect(movement.quantity == -2)
    #expect(movement.referenceId == redeemed.transactionId.string)
    let line = try await shop.row(redeemed.transactionId)
    #expect(line.type == .redeemed)
    #expect(line.source == .productRedemption)
    #expect(line.points == -500)
    #expect(line.productId == product)
    #expect(line.quantity == 2)
    #expect(line.branchId == branch)
    let history = try #require(try await shop.history(of: customer).last)
    #expect(history.kind == .redemption)
    #expect(history.amount == 0)
    #expect(!history.countsAsVisit)
    var expected = before
    expected.loyaltyPoints = 500
    expected.lifetimePointsRedeemed = 500
    #expect(try await shop.auditedFigures(of: customer) == expected)
    #expect(try await shop.redeem(reward, for: customer, at: branch).balance == 250)
  }

  @Test func `a service as a reward needs no stock`() async throws {
    let shop = try await Shop()
    let customer = try await shop.customer()
    let branch = try await shop.branch()
    let reward = try await shop.reward(try await shop.product("Grooming", type: "service"))
    try await shop.sell(1_000_000, as: "s1", to: customer)
    #expect(try await shop.redeem(reward, for: customer, at: branch).balance == 0)
    #expect(try await shop.all(StockMovement.self).isEmpty)
  }

  @Test func `a redemption that fails leaves points and stock alone`() async throws {
    let shop = try await Shop()
    let customer = try await shop.customer()
    let branch = try await shop.branch()
    let product = try await shop.product("Bola")
    let reward = try await shop.reward(product)
    try await shop.sell(3_000_000, as: "s1", to: customer)
    func refused(quantity: Double? = nil) async throws -> Refused {
      try await refusal {
        try await shop.redeem(reward, for: customer, at: branch, quantity: quantity)
      }
    }
    #expect(try await refused().code == "NOT_FOUND")
    let stock = try await shop.stock(1, of: product, at: branch)
    #expect(
      try await refused(quantity: 2)
        == Refused(code: "INSUFFICIENT_STOCK", details: ["available": 1, "required": 2])
    )
    #expect(
      try await refused(quantity: 4)
        == Refused(code: "INSUFFICIENT_POINTS", details: ["balance": 300, "requested": 400])
    )
    for quantity in [0, -1, 0.5] {
      #expect(
        try await refused(quantity: quantity)
          == Refused(code: "INVALID_QUANTITY", details: ["quantity": .float64(quantity)])
      )
    }
    try await shop.patch(reward) { $0.set(\.isActive, false) }
    #expect(
      try await refused()
        == Refused(code: "CONFLICT_STATE", details: ["currentStatus": "Inactive"])
    )
    try await shop.backend.mutation(LoyaltyRewards.$removeReward, ["id": .id(reward)])
    #expect(
      try await refused()
        == Refused(code: "NOT_FOUND", details: ["table": "loyaltyRewards", "id": .id(reward)])
    )
    #expect(try await shop.row(stock).quantity == 1)
    #expect(try await shop.auditedFigures(of: customer)?.loyaltyPoints == 300)
    #expect(try await shop.history(of: customer).count == 1)
  }

  @Test func `the walk-in customer redeems nothing`() async throws {
    let shop = try await Shop()
    let walkIn = try await shop.walkIn()
    let branch = try await shop.branch()
    let reward = try await shop.reward()
    let refused = try await refusal { try await shop.redeem(reward, for: walkIn, at: branch) }
    #expect(refused.code == "CONFLICT_STATE")
  }
}
