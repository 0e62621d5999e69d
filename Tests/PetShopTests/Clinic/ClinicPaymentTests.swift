import Hull
import HullTesting
import Testing

@testable import PetShop

/// Payments for appointments, before and after they are completed.
@Suite struct ClinicPaymentTests {
  private let clinic: Clinic
  private let appointment: ID<ClinicAppointment>
  private var shop: Shop { clinic.shop }

  init() async throws {
    clinic = try await Clinic()
    appointment = try await clinic.book()
  }

  @Test func `a deposit is taken before there is a bill`() async throws {
    let payment = try await shop.row(try await clinic.pay(30_000.004, for: appointment))
    #expect(payment.appointmentId == appointment)
    #expect(payment.amount == 30_000)
    #expect(payment.paymentMethod == "QRIS")
    #expect(payment.referenceNumber == "Q1")
    #expect(payment.notes == "")
    #expect(payment.paymentDate == shop.backend.clock.now)
    let row = try await shop.row(appointment)
    #expect(row.paidAmount == 30_000)
    #expect(row.outstandingAmount == -30_000)
  }

  @Test func `payments after completion add up until nothing is owed`() async throws {
    try await clinic.bill(appointment, at: 100_000)
    try await clinic.submit(appointment, payments(("CASH", 20_000)))
    try await clinic.pay(50_000, for: appointment)
    #expect(try await shop.row(appointment).outstandingAmount == 30_000)
    #expect(
      try await refusal { try await clinic.pay(30_000.01, for: appointment) }
        == Refused(code: "VALIDATION", details: ["field": "amount"])
    )
    #expect(
      try await refusalWords { try await clinic.pay(30_001, for: appointment) }
        == [
          "amount must not exceed the outstanding 30000",
          "Jumlah pembayaran melebihi sisa tagihan",
        ]
    )
    try await clinic.pay(30_000, for: appointment, method: "CASH")
    let row = try await shop.row(appointment)
    #expect(row.paidAmount == 100_000)
    #expect(row.outstandingAmount == 0)
    #expect(
      try await refusalWords { try await clinic.pay(1, for: appointment) }
        == ["The bill is fully paid", "Tagihan sudah lunas"]
    )
  }

  @Test(arguments: [0, -1, Double.nan, .infinity], ["Scheduled", "Completed"])
  func `a payment is above zero`(amount: Double, status: String) async throws {
    try await clinic.bill(appointment)
    try await clinic.bring(appointment, to: status)
    #expect(
      try await refusal { try await clinic.pay(amount, for: appointment) }
        == Refused(code: "VALIDATION", details: ["field": "amount"])
    )
    #expect(try await shop.row(appointment).paidAmount == 0)
  }

  @Test func `a payment has a method`() async throws {
    #expect(
      try await refusal { try await clinic.pay(1, for: appointment, method: " ") }
        == Refused(code: "VALIDATION", details: ["field": "paymentMethod"])
    )
  }

  @Test func `a list is newest first and of one appointment`() async throws {
    let first = try await clinic.pay(10_000, for: appointment)
    let second = try await clinic.pay(20_000, for: appointment)
    let gone = try await clinic.pay(5_000, for: appointment)
    try await clinic.pay(1, for: try await clinic.book())
    try await shop.patch(gone) { $0.set(\.deletedAt, 1) }
    let list = try await clinic.backend.query(
      ClinicPayments.$list(appointmentId: appointment)
    )
    #expect(list.map(\.id) == [second, first])
  }

  @Test func `parallel payments never come to more than what is owed`() async throws {
    try await clinic.bill(appointment, at: 100_000)
    try await clinic.submit(appointment)
    let paid = try await withThrowingTaskGroup(of: Double.self) { group in
      for _ in 0..<8 {
        group.addTask { [clinic, appointment] in
          do {
            try await clinic.pay(30_000, for: appointment)
            return 30_000
          } catch let error as ConvexError where error.data["code"] == "VALIDATION" {
            return 0
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(paid == 90_000)
    #expect(try await shop.row(appointment).outstandingAmount == 10_000)
  }
}
