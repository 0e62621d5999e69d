import Hull
import HullTesting
import Testing

@testable import PetShop

/// What customers owe.
@Suite struct ReceivablesTests {
  private static let day = 86_400_000.0
  private let shop: Shop
  private let branch: ID<Branch>
  private let customer: ID<Customer>
  private let service: ID<Product>

  init() async throws {
    shop = try await Shop()
    branch = try await shop.branch()
    customer = try await shop.customer()
    service = try await shop.product("Grooming", type: "service")
  }

  private func outstanding(history: Bool? = nil) async throws -> CustomerOutstanding {
    var arguments: ConvexObject = ["customerId": .id(customer)]
    if let history { try arguments.set("includeHistory", to: .boolean(history)) }
    return try await shop.backend.query(AccountsReceivable.$getCustomerOutstanding, arguments)
  }

  /// A completed sale of some days ago.
  private func sell(
    _ amount: Double,
    daysAgo: Double,
    dueDate: Double? = nil,
    _ parts: ConvexValue = []
  ) async throws -> ID<Sale> {
    let date = shop.backend.clock.now - daysAgo * Self.day
    let sale = try await shop.draft(for: customer, at: branch, on: date)
    try await shop.add(service, to: sale, at: amount)
    var arguments: ConvexObject = ["saleId": .id(sale), "payments": parts]
    if let dueDate { try arguments.set("dueDate", to: .float64(dueDate)) }
    try await shop.backend.mutation(SaleCompletion.$submitSale, arguments)
    return sale
  }

  @Test func `open invoices come oldest first with their days and sum`() async throws {
    let recent = try await sell(50_000.1, daysAgo: 3, dueDate: 77)
    let old = try await sell(100_000, daysAgo: 10, payments(("QRIS", 40_000)))
    _ = try await sell(5_000, daysAgo: 20, payments(("CASH", 5_000)))
    let pet = try await shop.pet(of: customer, species: try await shop.species())
    let visit = try await shop.appointment(
      of: customer,
      pet: pet,
      status: "Completed",
      date: shop.backend.clock.now - 5 * Self.day
    )
    try await shop.patch(visit) {
      $0.set(\.totalAmount, 30_000)
      $0.set(\.paidAmount, 9_999.9)
      $0.set(\.outstandingAmount, 20_000.1)
    }
    let result = try await outstanding()
    #expect(result.customer.name == "Ada")
    #expect(result.outstandingInvoices.map(\.type) == ["SALE", "CLINIC", "SALE"])
    #expect(
      result.outstandingInvoices.map(\.id) == [old.string, visit.string, recent.string]
    )
    #expect(result.outstandingInvoices.map(\.daysOutstanding) == [10, 5, 3])
    #expect(
      result.outstandingInvoices.map(\.outstandingAmount) == [60_000, 20_000.1, 50_000.1]
    )
    #expect(result.outstandingInvoices.map(\.paidAmount) == [40_000, 9_999.9, 0])
    #expect(result.outstandingInvoices.map(\.dueDate) == [nil, nil, 77])
    #expect(result.outstandingInvoices.map(\.status) == ["Completed", "Completed", "Completed"])
    #expect(result.summary.totalOutstanding == 130_000.2)
    #expect(result.summary.invoiceCount == 3)
    #expect(result.summary.averageDaysOutstanding == 6)
    #expect(result.summary.oldestInvoiceDate == result.outstandingInvoices[0].invoiceDate)
    #expect(result.paymentHistory == nil)
  }

  @Test func `a customer who owes nothing has zeros and no oldest invoice`() async throws {
    _ = try await shop.draft(for: customer, at: branch)
    let result = try await outstanding(history: true)
    #expect(result.outstandingInvoices.isEmpty)
    #expect(result.summary.totalOutstanding == 0)
    #expect(result.summary.averageDaysOutstanding == 0)
    #expect(result.summary.oldestInvoiceDate == nil)
    #expect(result.paymentHistory?.isEmpty == true)
  }

  @Test func `the history of payments is newest first and of all sales`() async throws {
    let credit = try await sell(100_000, daysAgo: 9, payments(("QRIS", 40_000)))
    let first = shop.backend.clock.now
    _ = try await sell(5_000, daysAgo: 20, payments(("CASH", 8_000)))
    let second = shop.backend.clock.now
    try await shop.backend.mutation(
      SaleCompletion.$addPayment,
      [
        "saleId": .id(credit), "amount": 60_000, "paymentMethod": "BANK_TRANSFER",
        "referenceNumber": "T9", "paymentDate": .float64(first - 1),
      ]
    )
    let pet = try await shop.pet(of: customer, species: try await shop.species())
    let visit = try await shop.appointment(of: customer, pet: pet, status: "Completed", date: 1)
    try await shop.backend.run { ctx in
      for (amount, deletedAt) in [(7_000, nil), (8_000, 1)] as [(Double, Double?)] {
        _ = try await ctx.db.insert(
          ClinicPayment(
            appointmentId: visit,
            amount: amount,
            paymentMethod: "DEBIT_CARD",
            paymentDate: first + 0.5,
            deletedAt: deletedAt
          )
        )
      }
    }
    let result = try await outstanding(history: true)
    let history = try #require(result.paymentHistory)
    #expect(history.map(\.paymentDate) == [second, first + 0.5, first, first - 1])
    #expect(history.map(\.amount) == [5_000, 7_000, 40_000, 60_000])
    #expect(history.map(\.paymentMethod) == ["CASH", "DEBIT_CARD", "QRIS", "BANK_TRANSFER"])
    #expect(history.map(\.referenceNumber) == [nil, nil, nil, "T9"])
    #expect(result.outstandingInvoices.isEmpty)
    #expect(try await outstanding(history: false).paymentHistory == nil)
  }

  @Test func `an unknown or deleted customer is not found`() async throws {
    let gone = Refused(
      code: "NOT_FOUND",
      details: ["table": "customers", "id": .id(customer)]
    )
    try await shop.backend.mutation(Customers.$remove, ["id": .id(customer)])
    #expect(try await refusal { try await outstanding() } == gone)
    try await shop.backend.run { [customer] in try await $0.db.delete(customer) }
    #expect(try await refusal { try await outstanding() } == gone)
  }

  @Test func `paid sales are not read`() async throws {
    for _ in 0..<5 { _ = try await sell(5_000, daysAgo: 1, payments(("CASH", 5_000))) }
    _ = try await sell(5_000, daysAgo: 1)
    let usage = try await shop.usage { [customer] in
      try await AccountsReceivable.getCustomerOutstanding($0, customerId: customer)
    }
    #expect(usage.fits(ranges: 3, documents: 2), "\(usage)")
  }
}
