import Foundation
import Hull
import HullTesting
import TestRandomness
import Testing

@testable import PetShop

/// Many sales and refunds at random: what must hold whatever happened.
@Suite struct SaleRandomTests {
  private static var seed: UInt64 {
    ProcessInfo.processInfo.environment["HULL_SEED"].flatMap(UInt64.init) ?? 2_026
  }

  @Test func `after random sales and refunds stock, money and points add up`() async throws {
    let seed = Self.seed
    var random = SeededGenerator(seed: seed)
    let shop = try await Shop()
    let branch = try await shop.branch()
    let service = try await shop.product("Grooming", type: "service")
    let food = try await shop.product("Food")
    let stock = try await shop.stock(400, of: food, at: branch)
    let species = try await shop.species()
    var customers: [(id: ID<Customer>, pet: ID<CustomerPet>)] = []
    for _ in 0..<5 {
      let id = try await shop.customer()
      customers.append((id, try await shop.pet(of: id, species: species)))
    }
    var completed: [ID<Sale>] = []
    var refused = 0
    for _ in 0..<200 {
      if !completed.isEmpty, Int.random(in: 0..<4, using: &random) == 0 {
        let index = Int.random(in: 0..<completed.count, using: &random)
        try await shop.refund(completed.remove(at: index))
        continue
      }
      let customer = customers[Int.random(in: 0..<customers.count, using: &random)]
      let sale = try await shop.draft(
        for: customer.id,
        at: branch,
        on: Double(Int.random(in: 0...1_000_000, using: &random))
      )
      let price = Double(Int.random(in: 0...300_000_000, using: &random)) / 100
      try await shop.add(service, to: sale, at: price)
      if Bool.random(using: &random) {
        try await shop.add(
          food,
          to: sale,
          quantity: Double(Int.random(in: 1...12, using: &random)),
          at: 8_333.33,
          ["petId": .id(customer.pet)]
        )
      }
      let balance = try await shop.metrics(of: customer.id)?.loyaltyPoints ?? 0
      let most = min(balance, LoyaltyProgram.maximumPoints(for: price))
      let points = (most / 100).rounded(.down) * 100
      if points > 0, Bool.random(using: &random) { try await shop.apply(points, to: sale) }
      do {
        try await shop.submit(sale, payments(("CASH", price)))
        completed.append(sale)
      } catch let error as ConvexError where error.data["code"] == "INSUFFICIENT_STOCK" {
        refused += 1
      }
    }
    let sales = try await shop.all(Sale.self)
    #expect(sales.count { $0.status == "Completed" } == completed.count, "seed \(seed)")
    #expect(sales.count { $0.status == "Draft" } == refused, "seed \(seed)")
    let held = try await shop.row(stock)
    let moved = try await shop.all(StockMovement.self).map(\.quantity).reduce(0, +)
    #expect(held.quantity == 400 + moved, "seed \(seed)")
    #expect(held.averageCost == 5_000, "seed \(seed)")
    #expect(held.quantity >= 0, "seed \(seed)")
    for customer in customers {
      let figures = try #require(try await shop.auditedFigures(of: customer.id), "seed \(seed)")
      let own = sales.filter { $0.customerId == customer.id && $0.status == "Completed" }
      #expect(figures.totalSpent == own.map(\.totalAmount).rupiahTotal, "seed \(seed)")
      #expect(figures.visitCount == Double(own.count), "seed \(seed)")
      #expect(figures.lastVisit == own.map(\.saleDate).max(), "seed \(seed)")
      let bought = try await shop.all(SaleItem.self).filter { line in
        line.petId == customer.pet && own.contains { $0.id == line.saleId }
      }
      let preference = try await shop.all(PetProductPreference.self)
        .first { $0.petId == customer.pet }
      #expect((preference?.purchaseCount ?? 0) == Double(bought.count), "seed \(seed)")
      #expect(
        (preference?.totalQuantity ?? 0) == bought.map(\.quantity).reduce(0, +),
        "seed \(seed)"
      )
    }
    for sale in sales where sale.status == "Completed" {
      let paid = try await shop.all(SalePayment.self).filter { $0.saleId == sale.id }
      #expect(paid.map(\.amount).rupiahTotal == sale.paidAmount, "seed \(seed)")
      #expect(
        sale.outstandingAmount == Rupiah.sum(sale.totalAmount, -sale.paidAmount),
        "seed \(seed)"
      )
    }
  }
}
