import Hull
import Testing

@testable import PetShop

@Suite struct PaymentsTests {
  private func pay(_ method: String, _ amount: Double) -> PaymentInput {
    PaymentInput(amount: amount, paymentMethod: method)
  }

  @Test func `cash is cut to what remains after all other payments and the rest is change`()
    throws
  {
    let settlement = try Settlement([pay("CASH", 100_000), pay("QRIS", 50_000)], of: 100_000)
    #expect(settlement.payments == [pay("CASH", 50_000), pay("QRIS", 50_000)])
    #expect(settlement.paidAmount == 100_000)
    #expect(settlement.outstandingAmount == 0)
    #expect(settlement.change == 50_000)
  }

  @Test func `cash given in two parts fills the bill in order`() throws {
    let settlement = try Settlement(
      [pay("CASH", 70_000.105), pay("CASH", 50_000), pay("CASH", 5_000)],
      of: 100_000
    )
    #expect(settlement.payments == [pay("CASH", 70_000.11), pay("CASH", 29_999.89)])
    #expect(settlement.change == 25_000.11)
  }

  @Test func `nothing paid leaves all outstanding`() throws {
    let settlement = try Settlement([pay("QRIS", 0)], of: 100_000)
    #expect(settlement.payments.isEmpty)
    #expect(settlement.paidAmount == 0)
    #expect(settlement.outstandingAmount == 100_000)
    #expect(settlement.change == 0)
  }

  @Test func `earlier payments count`() throws {
    let settlement = try Settlement(
      [pay("DEBIT_CARD", 30_000), pay("CASH", 50_000)],
      of: 100_000,
      paidBefore: 40_000
    )
    #expect(settlement.payments == [pay("DEBIT_CARD", 30_000), pay("CASH", 30_000)])
    #expect(settlement.paidAmount == 100_000)
    #expect(settlement.change == 20_000)
    let overpaid = try Settlement([pay("CASH", 10)], of: 100, paidBefore: 120)
    #expect(overpaid.payments.isEmpty)
    #expect(overpaid.outstandingAmount == -20)
    #expect(overpaid.change == 10)
  }

  @Test func `other payments above the total are refused whatever the cash`() async throws {
    let refused = try await refusal {
      try Settlement([pay("CASH", 1), pay("QRIS", 60_000), pay("CREDIT", 40_001)], of: 100_000)
    }
    #expect(
      refused
        == Refused(
          code: "PAYMENT_EXCEEDS_TOTAL",
          details: ["totalPayments": 100_001, "totalAmount": 100_000]
        )
    )
    let late = try await refusal {
      try Settlement([pay("QRIS", 60_000)], of: 100_000, paidBefore: 50_000)
    }
    #expect(late.code == "PAYMENT_EXCEEDS_TOTAL")
  }

  @Test(arguments: [-1, .nan, .infinity, 1e13])
  func `amounts that are none are refused`(amount: Double) async throws {
    let refused = try await refusal { try Settlement([pay("CASH", amount)], of: 10) }
    #expect(refused == Refused(code: "VALIDATION", details: ["field": "payments"]))
    let later = try await refusal {
      try Settlement.laterPayment(of: amount, outstanding: 1e13)
    }
    #expect(later == Refused(code: "VALIDATION", details: ["field": "amount"]))
  }

  @Test func `a method is needed and a total is neither negative nor beyond exact sums`()
    async throws
  {
    #expect(
      try await refusal { try Settlement([pay(" ", 1)], of: 10) }
        == Refused(code: "VALIDATION", details: ["field": "paymentMethod"])
    )
    for total in [-1, 1e13, .infinity] {
      #expect(
        try await refusal { try Settlement([], of: total) }
          == Refused(code: "VALIDATION", details: ["field": "totalAmount"])
      )
    }
  }

  @Test func `a later payment pays at most what is owed`() async throws {
    #expect(try Settlement.laterPayment(of: 10.005, outstanding: 10.01) == 10.01)
    for (amount, outstanding) in [(0, 5), (5.01, 5), (1, 0), (1, -3)] as [(Double, Double)] {
      #expect(
        try await refusal {
          try Settlement.laterPayment(of: amount, outstanding: outstanding)
        } == Refused(code: "VALIDATION", details: ["field": "amount"])
      )
    }
  }
}
