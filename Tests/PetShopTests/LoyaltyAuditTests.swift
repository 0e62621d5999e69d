import Hull
import HullTesting
import TestRandomness
import Testing

@testable import PetShop

@Suite struct LoyaltyAuditTests {
  @Test(arguments: [11, 12] as [UInt64])
  func `after a thousand random events every audit is ok and recomputing changes nothing`(
    seed: UInt64
  ) async throws {
    let shop = try await Shop()
    var random = SeededGenerator(seed: seed)
    var customers: [ID<Customer>] = []
    for _ in 0..<20 { customers.append(try await shop.customer()) }
    var open: [(reference: String, kind: EventKind)] = []
    var refunds = 0
    for number in 0..<1_000 {
      let customer = customers[Int.random(in: 0..<customers.count, using: &random)]
      if !open.isEmpty, Int.random(in: 0..<4, using: &random) == 0 {
        let index = Int.random(in: 0..<open.count, using: &random)
        let event = open.remove(at: index)
        try await shop.refund(event.reference, kind: event.kind)
        refunds += 1
        continue
      }
      let balance = try await shop.metrics(of: customer)?.loyaltyPoints ?? 0
      let most = max(0, (balance / 100).rounded(.down) * 100)
      let kind = EventKind.allCases.randomElement(using: &random) ?? .sale
      let event = TestEvent(
        kind: kind,
        reference: "\(number)",
        amount: Double(Int.random(in: 0...400_000_000, using: &random)) / 100,
        pointsToRedeem: Bool.random(using: &random) ? most : 0,
        occurredAt: Double(Int.random(in: 0...1_000_000, using: &random))
      )
      try await shop.complete(event, for: customer)
      open.append((event.reference, kind))
    }
    #expect(refunds > 100, "seed \(seed)")
    var spent = 0.0
    for customer in customers {
      let before = try await shop.metrics(of: customer)
      let figures = try #require(
        try await shop.auditedFigures(of: customer),
        "seed \(seed)"
      )
      spent += figures.totalSpent
      #expect(figures.visitCount >= 0)
      #expect(
        try await !shop.backend.mutation(
          LoyaltyAudit.$recomputeCustomer,
          ["customerId": .id(customer)]
        ),
        "seed \(seed)"
      )
      #expect(try await shop.metrics(of: customer) == before, "seed \(seed)")
    }
    #expect(spent > 0, "seed \(seed)")
  }

  @Test func `an audit names what differs and recomputing mends it`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await shop.sell(12_000_000, as: "s1", to: id)
    let right = try #require(try await shop.metrics(of: id))
    for damage in [
      { (row: inout CustomerMetrics) in row.totalSpent += 0.01 },
      { $0.loyaltyPoints -= 1 },
      { $0.loyaltyTier = .bronze },
      { $0.lastVisit = nil },
      { $0.saleCount = 2 },
      { $0.lifetimePointsEarned = 0 },
    ] as [(inout CustomerMetrics) -> Void] {
      var wrong = right.value
      damage(&wrong)
      let row = wrong
      try await shop.backend.run { try await $0.db.replace(right.id, with: row) }
      let audit = try await shop.backend.query(
        LoyaltyAudit.$auditCustomer,
        ["customerId": .id(id)]
      )
      #expect(!audit.ok)
      #expect(audit.expected.value?.figures == CustomerFigures(right.value))
      #expect(audit.actual.value?.figures == CustomerFigures(wrong))
      #expect(
        try await shop.backend.mutation(
          LoyaltyAudit.$recomputeCustomer,
          ["customerId": .id(id)]
        )
      )
      let mended = try #require(try await shop.metrics(of: id))
      #expect(CustomerFigures(mended.value) == CustomerFigures(right.value))
      #expect(mended.loyaltyTier == .silver)
    }
  }

  @Test func `a ledger line with a wrong balance fails the audit`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await shop.sell(100_000, as: "s1", to: id)
    let line = try #require(try await shop.all(LoyaltyTransaction.self).first)
    try await shop.patch(line.id) { $0.set(\.balanceAfter, 11) }
    let audit = try await shop.backend.query(
      LoyaltyAudit.$auditCustomer,
      ["customerId": .id(id)]
    )
    #expect(!audit.ok)
    #expect(audit.expected == audit.actual)
  }

  @Test func `more rows than are read are reported and left alone`() async throws {
    let shop = try await Shop.patient()
    let id = try await shop.customer()
    let row = CustomerHistory(
      customerId: id,
      kind: .redemption,
      referenceId: "r",
      referenceNumber: "R",
      occurredAt: 1,
      amount: 0,
      pointsEarned: 0,
      pointsRedeemed: 0,
      summary: "",
      countsAsVisit: false
    )
    try await shop.backend.run { ctx in
      for _ in 0...LoyaltyAudit.maximumRows { _ = try await ctx.db.insert(row) }
    }
    let audit = try await shop.backend.query(
      LoyaltyAudit.$auditCustomer,
      ["customerId": .id(id)]
    )
    #expect(audit.truncated)
    #expect(!audit.ok)
    #expect(
      try await !shop.backend.mutation(
        LoyaltyAudit.$recomputeCustomer,
        ["customerId": .id(id)]
      )
    )
  }

  @Test func `recomputeAll mends every customer, a hundred a run`() async throws {
    let shop = try await Shop.patient()
    _ = try await shop.walkIn()
    var customers: [ID<Customer>] = []
    for number in 0..<120 { customers.append(try await shop.customer(code: "C\(number)")) }
    try await shop.backend.run { ctx in
      for row in try await ctx.db.query(CustomerMetrics.self).collect() {
        try await ctx.db.patch(row.id, \.visitCount, to: 7)
      }
    }
    let first = try await shop.backend.mutation(LoyaltyAudit.$recomputeAll)
    #expect(first.processed == 100)
    #expect(first.continueCursor.value != nil)
    let jobs = try await shop.backend.scheduler.pending
    #expect(jobs.map(\.name) == ["loyalty/engine.js:recomputeAll"])
    #expect(try await shop.backend.scheduler.drain(throwingFailures: true) == 1)
    for customer in customers { #expect(try await shop.auditedFigures(of: customer) != nil) }
    let again = try await shop.backend.mutation(LoyaltyAudit.$recomputeAll)
    #expect(again.changed == 0)
  }

  @Test func `backfillDerived completes imported customers`() async throws {
    let shop = try await Shop()
    let complete = try await shop.customer("Complete", code: "C1")
    let walkIn = try await shop.walkIn()
    let imported = try await shop.backend.run {
      try await $0.db.insert(
        Customer(
          code: "IMP",
          name: "Imported",
          phone: "+62 812-3456-7801",
          email: "I@X.com",
          isActive: true
        )
      )
    }
    let run = try await shop.backend.mutation(CustomerBackfill.$backfillDerived)
    #expect(run.processed == 3)
    #expect(run.changed == 1)
    #expect(run.continueCursor.value == nil)
    let row = try await shop.row(imported)
    #expect(row.phoneNormalized == "081234567801")
    #expect(row.emailNormalized == "i@x.com")
    #expect(try await shop.auditedFigures(of: imported) == CustomerFigures())
    #expect(try await shop.metrics(of: walkIn) == nil)
    #expect(try await shop.auditedFigures(of: complete) == CustomerFigures())
    #expect(try await shop.backend.mutation(CustomerBackfill.$backfillDerived).changed == 0)
  }

  @Test func `backfillDerived schedules itself until every imported customer is complete`()
    async throws
  {
    let shop = try await Shop.patient()
    try await shop.backend.run { ctx in
      for number in 0..<501 {
        _ = try await ctx.db.insert(
          Customer(code: "I\(number)", name: "N", phone: "08\(number)", isActive: true)
        )
      }
    }
    let first = try await shop.backend.mutation(CustomerBackfill.$backfillDerived)
    #expect(first.processed == 500)
    #expect(try await shop.backend.scheduler.drain(throwingFailures: true) == 1)
    #expect(try await shop.all(CustomerMetrics.self).count == 501)
    #expect(try await shop.all(Customer.self).allSatisfy { $0.phoneNormalized != nil })
  }
}
