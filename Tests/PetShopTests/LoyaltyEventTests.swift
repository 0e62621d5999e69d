import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct LoyaltyEventTests {
  /// One row of the worked example: what happens, and what the figures are then.
  private struct Step {
    var event: TestEvent?
    var earned: Double
    var points: Double
    var totalSpent: Double
    var tier: LoyaltyTier
    var visits: Double
  }

  @Test func `the worked example gives every number of its table`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    let steps = [
      Step(
        event: TestEvent(kind: .sale, reference: "1", amount: 7_500_000),
        earned: 750,
        points: 750,
        totalSpent: 7_500_000,
        tier: .bronze,
        visits: 1
      ),
      Step(
        event: TestEvent(kind: .clinic, reference: "2", amount: 2_600_000),
        earned: 260,
        points: 1_010,
        totalSpent: 10_100_000,
        tier: .silver,
        visits: 2
      ),
      Step(
        event: TestEvent(kind: .sale, reference: "3", amount: 1_255_000, pointsToRedeem: 500),
        earned: 156,
        points: 666,
        totalSpent: 11_355_000,
        tier: .silver,
        visits: 3
      ),
      Step(
        event: TestEvent(kind: .hotel, reference: "4", amount: 450_000),
        earned: 56,
        points: 722,
        totalSpent: 11_805_000,
        tier: .silver,
        visits: 4
      ),
      Step(
        event: nil,
        earned: -750,
        points: -28,
        totalSpent: 4_305_000,
        tier: .bronze,
        visits: 3
      ),
    ]
    var lastVisit: Double?
    for step in steps {
      let outcome =
        if let event = step.event {
          try await shop.complete(event, for: id)
        } else {
          try await shop.refund("1")
        }
      if step.event != nil { lastVisit = shop.backend.clock.now }
      #expect(outcome.pointsEarned == step.earned)
      #expect(outcome.balance == .value(step.points))
      #expect(outcome.loyaltyTier == .value(step.tier))
      let figures = try #require(try await shop.auditedFigures(of: id))
      #expect(figures.loyaltyPoints == step.points)
      #expect(figures.totalSpent == step.totalSpent)
      #expect(figures.visitCount == step.visits)
      #expect(figures.lastVisit == lastVisit)
    }
    let figures = try #require(try await shop.auditedFigures(of: id))
    #expect(figures.saleCount == 1)
    #expect(figures.clinicVisitCount == 1)
    #expect(figures.hotelStayCount == 1)
    #expect(figures.lifetimePointsEarned == 1_222)
    #expect(figures.lifetimePointsRedeemed == 500)

    let branch = try await shop.branch()
    let reward = try await shop.reward(cost: 100)
    let refused = try await refusal {
      try await shop.redeem(reward, for: id, at: branch)
    }
    #expect(
      refused
        == Refused(code: "INSUFFICIENT_POINTS", details: ["balance": -28, "requested": 100])
    )
  }

  @Test func `totals at the boundaries`() async throws {
    let shop = try await Shop()
    let small = try await shop.customer()
    let outcome = try await shop.sell(9_999, as: "a", to: small)
    #expect(outcome.pointsEarned == 0)
    #expect(try await shop.ledger(of: small).isEmpty)
    #expect(try await shop.auditedFigures(of: small)?.visitCount == 1)

    let silver = try await shop.customer()
    #expect(try await shop.sell(10_000_000, as: "b", to: silver).loyaltyTier == .value(.silver))

    let gold = try await shop.customer()
    let first = try await shop.sell(50_000_000, as: "c", to: gold)
    #expect(first.pointsEarned == 5_000)
    #expect(first.loyaltyTier == .value(.gold))
    #expect(try await shop.sell(19_999, as: "d", to: gold).pointsEarned == 1)
  }

  @Test func `an event writes its lines of history and ledger`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await shop.sell(2_000_000, as: "s1", to: id)
    try await shop.sell(500_000, as: "s2", redeeming: 200, to: id)
    let ledger = try await shop.ledger(of: id)
    #expect(ledger.map(\.type) == [.earned, .redeemed, .earned])
    #expect(ledger.map(\.source) == [.sale, .saleDiscount, .sale])
    #expect(ledger.map(\.points) == [200, -200, 50])
    #expect(ledger.map(\.balanceAfter) == [200, 0, 50])
    #expect(ledger.map(\.value) == [nil, 20_000, nil])
    #expect(ledger.map(\.referenceId) == ["s1", "s2", "s2"])
    let history = try await shop.history(of: id)
    #expect(history.map(\.kind) == [.sale, .sale])
    #expect(history.map(\.pointsEarned) == [200, 50])
    #expect(history.map(\.pointsRedeemed) == [0, 200])
    #expect(history.map(\.referenceNumber) == ["NO-s1", "NO-s2"])
    #expect(history.map(\.countsAsVisit) == [true, true])
  }

  @Test func `the same event twice counts once`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    let first = try await shop.sell(100_000, as: "s1", to: id)
    let again = try await shop.sell(100_000, as: "s1", to: id)
    #expect(again.historyId == first.historyId)
    #expect(again.pointsEarned == 10)
    #expect(try await shop.auditedFigures(of: id)?.visitCount == 1)
    try await shop.complete(
      TestEvent(kind: .clinic, reference: "s1", amount: 100_000),
      for: id
    )
    #expect(try await shop.auditedFigures(of: id)?.visitCount == 2)
  }

  @Test func `a refund is the exact inverse of its sale`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await shop.sell(3_000_000, as: "s1", to: id)
    let visit = shop.backend.clock.now
    let before = try await shop.auditedFigures(of: id)
    try await shop.sell(1_000_000.5, as: "s2", redeeming: 100, to: id)
    try await shop.refund("s2")
    let after = try #require(try await shop.auditedFigures(of: id))
    #expect(after.loyaltyPoints == before?.loyaltyPoints)
    #expect(after.totalSpent == before?.totalSpent)
    #expect(after.visitCount == 1)
    #expect(after.saleCount == 1)
    #expect(after.lastVisit == visit)
    let history = try await shop.history(of: id)
    #expect(history.map(\.kind) == [.sale, .sale, .refund])
    #expect(history.map(\.reversedAt) == [nil, shop.backend.clock.now, nil])
    #expect(history.map(\.countsAsVisit) == [true, false, false])
    #expect(history.last?.amount == -1_000_000.5)
    let ledger = try await shop.ledger(of: id)
    #expect(ledger.suffix(2).map(\.type) == [.reversed, .reversed])
    #expect(ledger.suffix(2).map(\.points) == [-100, 100])
    #expect(ledger.suffix(2).map(\.source) == [.saleRefund, .saleRefund])
    let first = try #require(try await shop.auditedFigures(of: id))
    try await shop.refund("s1")
    let none = try #require(try await shop.auditedFigures(of: id))
    #expect(none.lastVisit == nil)
    #expect(none.visitCount == 0)
    #expect(first.visitCount == 1)
  }

  @Test func `a second reversal and one of nothing are refused`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await shop.sell(100_000, as: "s1", to: id)
    try await shop.refund("s1")
    let twice = try await refusal { try await shop.refund("s1") }
    #expect(twice == Refused(code: "CONFLICT_STATE", details: ["currentStatus": "Reversed"]))
    let unknown = try await refusal { try await shop.refund("s2") }
    #expect(
      unknown == Refused(code: "NOT_FOUND", details: ["table": "customerHistory", "id": "s2"])
    )
  }

  @Test func `the walk-in customer has history and nothing else`() async throws {
    let shop = try await Shop()
    let id = try await shop.walkIn()
    let outcome = try await shop.sell(50_000_000, as: "s1", redeeming: 500, to: id)
    #expect(outcome.pointsEarned == 0)
    #expect(outcome.balance.value == nil)
    #expect(outcome.loyaltyTier.value == nil)
    try await shop.refund("s1")
    #expect(try await shop.history(of: id).map(\.kind) == [.sale, .refund])
    #expect(try await shop.ledger(of: id).isEmpty)
    #expect(try await shop.all(CustomerMetrics.self).isEmpty)
    #expect(try await shop.auditedFigures(of: id) == nil)
  }

  @Test func `fifty parallel walk-in events all succeed and no metrics row exists`() async throws {
    let shop = try await Shop()
    let id = try await shop.walkIn()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<50 {
        group.addTask {
          try await shop.backend.mutation(
            LoyaltyEngine.$applyEvent,
            TestEvent(kind: .sale, reference: "s\(number)", amount: 20_000)
              .arguments(for: id, now: 1)
          )
        }
      }
      try await group.waitForAll()
    }
    #expect(try await shop.history(of: id).count == 50)
    #expect(try await shop.all(CustomerMetrics.self).isEmpty)
  }

  @Test func `parallel events of one customer all count`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          try await shop.backend.mutation(
            LoyaltyEngine.$applyEvent,
            TestEvent(kind: .sale, reference: "s\(number)", amount: 20_000)
              .arguments(for: id, now: 1)
          )
        }
      }
      try await group.waitForAll()
    }
    let figures = try await shop.auditedFigures(of: id)
    #expect(figures?.visitCount == 20)
    #expect(figures?.loyaltyPoints == 40)
  }

  @Test func `an event works for a deleted customer and not for an unknown one`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await shop.backend.mutation(Customers.$remove, ["id": .id(id)])
    #expect(try await shop.sell(10_000, as: "s1", to: id).pointsEarned == 1)
    let gone = try await shop.customer()
    try await shop.backend.run { try await $0.db.delete(gone) }
    let refused = try await refusal { try await shop.sell(10_000, as: "s2", to: gone) }
    #expect(refused.code == "NOT_FOUND")
  }

  @Test func `an event gives imported customers a metrics row`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    let metrics = try #require(try await shop.metrics(of: id)).id
    try await shop.backend.run { try await $0.db.delete(metrics) }
    try await shop.sell(100_000, as: "s1", to: id)
    #expect(try await shop.auditedFigures(of: id)?.loyaltyPoints == 10)
  }

  @Test func `a redemption above the balance leaves nothing of the event`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await shop.sell(1_000_000, as: "s1", to: id)
    let before = try await shop.auditedFigures(of: id)
    let refused = try await refusal {
      try await shop.sell(1_000_000, as: "s2", redeeming: 101, to: id)
    }
    #expect(
      refused
        == Refused(code: "INSUFFICIENT_POINTS", details: ["balance": 100, "requested": 101])
    )
    #expect(try await shop.auditedFigures(of: id) == before)
    #expect(try await shop.history(of: id).count == 1)
    #expect(try await shop.ledger(of: id).count == 1)
  }

  @Test func `what follows from an event goes when its mutation fails`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    let arguments = try TestEvent(kind: .sale, reference: "s1", amount: 100_000)
      .arguments(for: id, now: 1)
    await #expect(throws: MissingRow.self) {
      try await shop.backend.run { ctx in
        try await ctx.runMutation(LoyaltyEngine.$applyEvent, arguments)
        throw MissingRow()
      }
    }
    #expect(try await shop.auditedFigures(of: id) == CustomerFigures())
    #expect(try await shop.history(of: id).isEmpty)
    #expect(try await shop.ledger(of: id).isEmpty)
  }

  @Test func `the tier is dated when it changes and not before`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    let since = try await shop.metrics(of: id)?.tierSince
    try await shop.sell(9_000_000, as: "s1", to: id)
    #expect(try await shop.metrics(of: id)?.tierSince == since)
    try await shop.sell(1_000_000, as: "s2", to: id)
    #expect(try await shop.metrics(of: id)?.tierSince == shop.backend.clock.now)
    #expect(try await shop.metrics(of: id)?.updatedAt == shop.backend.clock.now)
  }

  @Test func `points are corrected by hand, but not below zero`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    func adjust(_ points: Double, _ reason: String = "Koreksi") async throws -> Double {
      try await shop.tick()
      return try await shop.backend.mutation(
        LoyaltyEngine.$adjustPoints,
        ["customerId": .id(id), "points": .float64(points), "reason": .string(reason)]
      ).balance
    }
    #expect(try await adjust(50) == 50)
    #expect(try await adjust(-20) == 30)
    #expect(
      try await refusal { try await adjust(-31) }
        == Refused(code: "INSUFFICIENT_POINTS", details: ["balance": 30, "requested": 31])
    )
    for points in [0, 0.5, .nan, .infinity] {
      #expect(
        try await refusal { try await adjust(points) }
          == Refused(code: "VALIDATION", details: ["field": "points"])
      )
    }
    #expect(try await refusal { try await adjust(1, " ") }.code == "VALIDATION")
    let figures = try #require(try await shop.auditedFigures(of: id))
    #expect(figures.lifetimePointsEarned == 0)
    let walkIn = try await shop.walkIn()
    let refused = try await refusal {
      try await shop.backend.mutation(
        LoyaltyEngine.$adjustPoints,
        ["customerId": .id(walkIn), "points": 1, "reason": "Koreksi"]
      )
    }
    #expect(refused.code == "CONFLICT_STATE")
  }
}
