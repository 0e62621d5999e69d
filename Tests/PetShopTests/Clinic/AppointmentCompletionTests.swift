import Hull
import HullTesting
import Testing

@testable import PetShop

/// Completing appointments: payments, stock, record, points, history, all or nothing.
@Suite struct AppointmentCompletionTests {
  private let clinic: Clinic
  private let appointment: ID<ClinicAppointment>
  private var shop: Shop { clinic.shop }

  init() async throws {
    clinic = try await Clinic()
    appointment = try await clinic.book(on: 777)
  }

  @Test func `a completed visit changes stock pet points metrics history and profile`()
    async throws
  {
    let bandage = try await shop.product("Perban")
    let stock = try await shop.stock(10, of: bandage, at: clinic.branch)
    try await clinic.examine(appointment)
    try await clinic.backend.mutation(
      ClinicExaminations.$updateClinicalData(appointmentId: appointment, weight: 4.4)
    )
    try await clinic.bill(appointment, at: 150_000)
    try await clinic.bill(appointment, goods: bandage, quantity: 3, at: 10_000)
    let completed = try await clinic.submit(
      appointment,
      payments(("QRIS", 100_000), ("CASH", 85_000))
    )
    let now = shop.backend.clock.now
    #expect(completed.appointmentId == appointment)
    #expect(completed.status == "Completed")
    #expect(completed.totalAmount == 180_000)
    #expect(completed.paidAmount == 180_000)
    #expect(completed.outstandingAmount == 0)
    #expect(completed.change == 5_000)
    #expect(completed.pointsEarned == 18)

    let row = try await shop.row(appointment)
    #expect(row.status == "Completed")
    #expect(row.completedAt == now)
    #expect(row.pointsEarned == 18)
    #expect(row.paidAmount == 180_000)
    #expect(row.outstandingAmount == 0)

    #expect(try await shop.row(stock).quantity == 7)
    let movement = try #require(try await shop.all(StockMovement.self).first)
    #expect(movement.movementType == "SALE_OUT")
    #expect(movement.quantity == -3)
    #expect(movement.referenceId == appointment.string)
    #expect(try await shop.row(clinic.pet).weight == 4.4)

    let figures = try #require(try await shop.auditedFigures(of: clinic.customer))
    #expect(figures.totalSpent == 180_000)
    #expect(figures.clinicVisitCount == 1)
    #expect(figures.visitCount == 1)
    #expect(figures.saleCount == 0)
    #expect(figures.lastVisit == 777)
    #expect(figures.loyaltyPoints == 18)
    let ledger = try await shop.ledger(of: clinic.customer)
    #expect(ledger.map(\.source) == [.clinic])
    #expect(ledger.map(\.referenceId) == [appointment.string])
    let history = try #require(try await shop.history(of: clinic.customer).first)
    #expect(history.kind == .clinic)
    #expect(history.referenceId == appointment.string)
    #expect(history.referenceNumber == row.appointmentNumber)
    #expect(history.occurredAt == 777)
    #expect(history.branchId == clinic.branch)
    #expect(history.petId == clinic.pet)
    #expect(history.amount == 180_000)
    #expect(history.summary == "Pemeriksaan, Pemeriksaan")
  }

  @Test func `payments are stored as far as they pay`() async throws {
    try await clinic.bill(appointment, at: 100_000)
    try await clinic.backend.mutation(
      ClinicBilling.$submitAppointment(
        appointmentId: appointment,
        payments: [
          ["amount": 100_000, "paymentMethod": "CASH", "referenceNumber": "", "notes": ""],
          ["amount": 40_000, "paymentMethod": "QRIS", "referenceNumber": "Q1", "notes": "n"],
          ["amount": 0, "paymentMethod": "DEBIT_CARD"],
        ] as ConvexValue
      )
    )
    let paid = try await shop.all(ClinicPayment.self)
    #expect(paid.map(\.amount) == [60_000, 40_000])
    #expect(paid.map(\.paymentMethod) == ["CASH", "QRIS"])
    #expect(paid.map(\.referenceNumber) == ["", "Q1"])
    #expect(paid.map(\.notes) == ["", "n"])
    let now = shop.backend.clock.now
    #expect(paid.map(\.paymentDate) == [now, now])
    #expect(paid.allSatisfy { $0.appointmentId == appointment })
  }

  @Test func `what was paid before counts`() async throws {
    try await clinic.bill(appointment, at: 100_000)
    try await clinic.pay(30_000, for: appointment)
    let completed = try await clinic.submit(appointment, payments(("QRIS", 20_000)))
    #expect(completed.paidAmount == 50_000)
    #expect(completed.outstandingAmount == 50_000)
    #expect(completed.change == 0)
    #expect(try await shop.row(appointment).paidAmount == 50_000)
  }

  @Test func `a visit on credit is a receivable until it is paid`() async throws {
    try await clinic.bill(appointment, at: 100_000)
    try await clinic.submit(appointment)
    func owed() async throws -> [OutstandingInvoice] {
      try await clinic.backend.query(
        AccountsReceivable.$getCustomerOutstanding(customerId: clinic.customer)
      ).outstandingInvoices
    }
    let invoice = try #require(try await owed().first)
    #expect(invoice.type == "CLINIC")
    #expect(invoice.id == appointment.string)
    #expect(invoice.invoiceDate == 777)
    #expect(invoice.outstandingAmount == 100_000)
    try await clinic.pay(100_000, for: appointment)
    #expect(try await owed().isEmpty)
    // Paying later earns nothing more.
    #expect(try await shop.auditedFigures(of: clinic.customer)?.loyaltyPoints == 10)
  }

  @Test func `a visit without lines, below zero or overpaid is refused`() async throws {
    #expect(
      try await refusal { try await clinic.submit(appointment) } == Refused(code: "NO_ITEMS")
    )
    #expect(
      try await refusalWords { try await clinic.submit(appointment) }
        == ["Cannot submit without items", "Tidak ada item untuk diproses"]
    )
    let line = try await clinic.bill(appointment, at: 1_000, discount: 1_500)
    #expect(
      try await refusal { try await clinic.submit(appointment) }
        == Refused(code: "VALIDATION", details: ["field": "totalAmount"])
    )
    try await clinic.backend.mutation(ClinicAppointmentServices.$remove(id: line))
    #expect(try await refusal { try await clinic.submit(appointment) }.code == "NO_ITEMS")
    try await clinic.bill(appointment, at: 1_000)
    #expect(
      try await refusal {
        try await clinic.submit(appointment, payments(("CASH", 500), ("QRIS", 1_001)))
      }
        == Refused(
          code: "PAYMENT_EXCEEDS_TOTAL",
          details: ["totalPayments": 1_001, "totalAmount": 1_000]
        )
    )
    #expect(
      try await refusal { try await clinic.submit(appointment, payments(("CASH", -1))) }
        == Refused(code: "VALIDATION", details: ["field": "payments"])
    )
    #expect(
      try await refusal { try await clinic.submit(appointment, payments((" ", 1))) }
        == Refused(code: "VALIDATION", details: ["field": "paymentMethod"])
    )
    #expect(try await shop.row(appointment).status == "Scheduled")
  }

  @Test func `a visit that fails on its last goods leaves everything as it was`() async throws {
    let bandage = try await shop.product("Perban")
    let stock = try await shop.stock(10, of: bandage, at: clinic.branch)
    let serum = try await shop.product("Serum", type: "medicine")
    _ = try await shop.stock(1, of: serum, at: clinic.branch)
    try await clinic.bill(appointment, goods: bandage, quantity: 3)
    try await clinic.bill(appointment, goods: serum, quantity: 2)
    let before = try await shop.row(appointment)
    #expect(
      try await refusal { try await clinic.submit(appointment, payments(("CASH", 300_000))) }
        == Refused(code: "INSUFFICIENT_STOCK", details: ["available": 1, "required": 2])
    )
    #expect(try await shop.row(appointment) == before)
    #expect(try await shop.row(stock).quantity == 10)
    #expect(try await shop.all(StockMovement.self).isEmpty)
    #expect(try await shop.all(ClinicPayment.self).isEmpty)
    #expect(try await shop.all(PetMedicalRecord.self).isEmpty)
    #expect(try await shop.history(of: clinic.customer).isEmpty)
    #expect(try await shop.auditedFigures(of: clinic.customer) == CustomerFigures())
  }

  @Test func `goods the branch never held are not found`() async throws {
    let serum = try await shop.product("Serum", type: "medicine")
    try await clinic.bill(appointment, goods: serum)
    #expect(
      try await refusal { try await clinic.submit(appointment) }
        == Refused(
          code: "NOT_FOUND",
          details: ["table": "productStock", "id": .id(clinic.branch)]
        )
    )
    #expect(
      try await refusalWords { try await clinic.submit(appointment) }
        == ["Serum: Stock not found", "Serum: stok tidak ditemukan"]
    )
  }

  @Test func `a service given as goods takes no stock`() async throws {
    try await clinic.bill(appointment, goods: clinic.checkUp)
    try await clinic.submit(appointment)
    #expect(try await shop.all(StockMovement.self).isEmpty)
  }

  @Test func `of parallel submits one completes the visit`() async throws {
    try await clinic.bill(appointment, at: 100_000)
    let completed = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask { [clinic, appointment] in
          do {
            try await clinic.submit(appointment, payments(("CASH", 100_000)))
            return 1
          } catch let error as ConvexError where error.data["code"] == "CONFLICT_STATE" {
            return 0
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(completed == 1)
    #expect(try await shop.history(of: clinic.customer).count == 1)
    #expect(try await shop.all(PetMedicalRecord.self).count == 1)
    #expect(try await shop.all(ClinicPayment.self).map(\.amount) == [100_000])
  }

  @Test func `the walk-in customer's visit earns nothing`() async throws {
    let walkIn = try await shop.walkIn()
    try await shop.patch(appointment) { $0.set(\.customerId, walkIn) }
    try await clinic.bill(appointment, at: 100_000)
    #expect(try await clinic.submit(appointment).pointsEarned == 0)
    #expect(try await shop.history(of: walkIn).map(\.kind) == [.clinic])
    #expect(try await shop.metrics(of: walkIn) == nil)
  }

  @Test func `the visit of a customer and a pet deleted meanwhile is completed`() async throws {
    try await clinic.bill(appointment, at: 100_000)
    try await clinic.backend.mutation(CustomerPets.$remove(id: clinic.pet))
    try await clinic.backend.mutation(Customers.$remove(id: clinic.customer))
    #expect(try await clinic.submit(appointment).pointsEarned == 10)
    #expect(try await shop.history(of: clinic.customer).map(\.petId) == [clinic.pet])
  }

  @Test func `the visit of a customer who is gone leaves everything as it was`() async throws {
    try await clinic.bill(appointment, at: 100_000)
    try await clinic.backend.run { [clinic] in try await $0.db.delete(clinic.customer) }
    #expect(
      try await refusal { try await clinic.submit(appointment, payments(("CASH", 100_000))) }
        == Refused(
          code: "NOT_FOUND",
          details: ["table": "customers", "id": .id(clinic.customer)]
        )
    )
    #expect(try await shop.row(appointment).status == "Scheduled")
    #expect(try await shop.all(ClinicPayment.self).isEmpty)
    #expect(try await shop.all(PetMedicalRecord.self).isEmpty)
  }

  @Test func `without a weight the pet keeps its own`() async throws {
    try await shop.patch(clinic.pet) { $0.set(\.weight, 3) }
    try await clinic.bill(appointment)
    try await clinic.submit(appointment)
    #expect(try await shop.row(clinic.pet).weight == 3)
  }
}
