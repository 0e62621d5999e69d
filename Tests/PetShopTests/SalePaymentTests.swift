import Hull
import HullTesting
import Testing

@testable import PetShop

/// Payments after the sale.
@Suite struct SalePaymentTests {
  private let shop: Shop
  private let sale: ID<Sale>

  /// A shop with a sale of 100 000 on credit.
  init() async throws {
    shop = try await Shop()
    (sale, _) = try await shop.sellService(
      try await shop.product("Grooming", type: "service"),
      for: 100_000,
      to: try await shop.customer(),
      at: try await shop.branch()
    )
  }

  private func pay(
    _ amount: Double,
    method: String = "BANK_TRANSFER"
  ) async throws -> ID<SalePayment> {
    try await shop.tick()
    return try await shop.backend.mutation(
      SaleCompletion.$addPayment,
      [
        "saleId": .id(sale), "amount": .float64(amount), "paymentMethod": .string(method),
        "paymentDate": 42, "referenceNumber": "T1", "notes": "",
      ]
    )
  }

  @Test func `payments add up until nothing is owed`() async throws {
    let before = try await shop.auditedFigures(of: try await shop.row(sale).customerId)
    let first = try await shop.row(try await pay(30_000))
    #expect(first.amount == 30_000)
    #expect(first.paymentDate == 42)
    #expect(first.referenceNumber == "T1")
    #expect(first.notes == "")
    #expect(try await shop.row(sale).outstandingAmount == 70_000)
    _ = try await pay(70_000, method: "CASH")
    let row = try await shop.row(sale)
    #expect(row.paidAmount == 100_000)
    #expect(row.outstandingAmount == 0)
    #expect(
      try await refusal { try await pay(1) }
        == Refused(code: "VALIDATION", details: ["field": "amount"])
    )
    #expect(try await shop.auditedFigures(of: row.customerId) == before)
  }

  @Test(arguments: [0, -1, 100_000.01, .nan, .infinity])
  func `a payment is above zero and at most what is owed`(amount: Double) async throws {
    #expect(
      try await refusal { try await pay(amount) }
        == Refused(code: "VALIDATION", details: ["field": "amount"])
    )
    #expect(try await shop.row(sale).paidAmount == 0)
  }

  @Test func `a payment has a method and a sale that is completed`() async throws {
    #expect(
      try await refusal { try await pay(1, method: " ") }
        == Refused(code: "VALIDATION", details: ["field": "paymentMethod"])
    )
    try await shop.patch(sale) { $0.set(\.status, "Draft") }
    #expect(
      try await refusal { try await pay(1) }
        == Refused(code: "CONFLICT_STATE", details: ["currentStatus": "Draft"])
    )
    try await shop.patch(sale) { $0.set(\.status, "Completed") }
    try await shop.refund(sale)
    #expect(try await refusal { try await pay(1) }.code == "VALIDATION")
  }

  @Test func `parallel payments never come to more than what is owed`() async throws {
    let paid = try await withThrowingTaskGroup(of: Double.self) { group in
      for _ in 0..<8 {
        group.addTask {
          do {
            _ = try await pay(30_000)
            return 30_000
          } catch let error as ConvexError where error.data["code"] == "VALIDATION" {
            return 0
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(paid == 90_000)
    #expect(try await shop.row(sale).paidAmount == 90_000)
    #expect(try await shop.row(sale).outstandingAmount == 10_000)
  }
}
