import Hull
import HullTesting
import Testing

@testable import PetShop

/// Payments for stays, and money given back.
@Suite struct HotelPaymentTests {
  private let hotel: Hotel
  private let booking: ID<HotelBooking>
  private var shop: Shop { hotel.shop }

  /// A booking of 450 000.
  init() async throws {
    hotel = try await Hotel()
    booking = try await hotel.reserve()
  }

  private func update(_ id: ID<HotelPayment>, _ changes: ConvexObject) async throws {
    var arguments = changes
    try arguments.set("id", to: .id(id))
    try await hotel.backend.mutation(HotelPayments.$update, arguments)
  }

  private func remove(_ id: ID<HotelPayment>) async throws {
    try await shop.tick()
    try await hotel.backend.mutation(HotelPayments.$remove(id: id))
  }

  private func money() async throws -> [Double] {
    let row = try await shop.row(booking)
    return [row.paidAmount, row.outstandingAmount]
  }

  @Test func `a payment is stored as given, now unless a date is given`() async throws {
    let first = try await shop.row(try await hotel.pay(100_000.004, for: booking))
    #expect(first.bookingId == booking)
    #expect(first.amount == 100_000)
    #expect([first.paymentType, first.paymentMethod] == ["Deposit", "QRIS"])
    #expect([first.referenceNumber, first.notes] == ["Q1", ""])
    #expect(first.paymentDate == shop.backend.clock.now)
    let second = try await shop.row(
      try await hotel.pay(50_000, for: booking, type: "Partial", on: 42)
    )
    #expect(second.paymentDate == 42)
    #expect(try await money() == [150_000, 300_000])
  }

  @Test func `a refund gives back no more than was paid`() async throws {
    try await hotel.pay(100_000, for: booking)
    try await hotel.pay(40_000, for: booking, type: "Refund")
    #expect(try await money() == [60_000, 390_000])
    #expect(
      try await refusal { try await hotel.pay(60_000.01, for: booking, type: "Refund") }
        == Refused(code: "VALIDATION", details: ["field": "amount"])
    )
    #expect(
      try await refusalWords { try await hotel.pay(60_001, for: booking, type: "Refund") }
        == [
          "No more than the 60000 paid can be given back",
          "Pengembalian melebihi jumlah yang sudah dibayar",
        ]
    )
    try await hotel.pay(60_000, for: booking, type: "Refund")
    #expect(try await money() == [0, 450_000])
  }

  @Test func `after departure a payment is at most what is owed`() async throws {
    try await hotel.checkIn(booking)
    try await hotel.checkOut(booking, payments(("CASH", 400_000)))
    #expect(
      try await refusal { try await hotel.pay(50_001, for: booking, type: "Partial") }
        == Refused(code: "VALIDATION", details: ["field": "amount"])
    )
    try await hotel.pay(50_000, for: booking, type: "FullPayment")
    #expect(try await money() == [450_000, 0])
    #expect(
      try await refusalWords { try await hotel.pay(1, for: booking) }
        == ["The bill is fully paid", "Tagihan sudah lunas"]
    )
    // Paying later earns nothing more.
    #expect(try await shop.auditedFigures(of: hotel.customer)?.loyaltyPoints == 45)
  }

  @Test(arguments: [0, -1, Double.nan, .infinity], ["Deposit", "Refund"])
  func `an amount is above zero`(amount: Double, type: String) async throws {
    let refused = Refused(code: "VALIDATION", details: ["field": "amount"])
    #expect(
      try await refusal { try await hotel.pay(amount, for: booking, type: type) } == refused
    )
    let payment = try await hotel.pay(1_000, for: booking)
    #expect(
      try await refusal { try await update(payment, ["amount": .float64(amount)]) } == refused
    )
    #expect(try await money() == [1_000, 449_000])
  }

  @Test func `a payment has a type of four, a method and a date`() async throws {
    let payment = try await hotel.pay(1_000, for: booking)
    for (field, value) in [
      ("paymentType", "Tip"), ("paymentMethod", " "), ("paymentDate", .float64(.nan)),
    ] as [(String, ConvexValue)] {
      let refused = Refused(code: "VALIDATION", details: ["field": .string(field)])
      var form: ConvexObject = [
        "bookingId": .id(booking), "paymentType": "Deposit", "amount": 1,
        "paymentMethod": "CASH",
      ]
      try form.set(field, to: value)
      let wrong = form
      #expect(
        try await refusal { try await hotel.backend.mutation(HotelPayments.$add, wrong) }
          == refused
      )
      #expect(
        try await refusal {
          try await update(payment, ConvexObject(validating: [(field, value)]))
        } == refused
      )
    }
    #expect(
      try await refusalWords { try await hotel.pay(1, for: booking, type: "Tip") }
        == [
          "paymentType must be Deposit, Partial, FullPayment or Refund",
          "Jenis pembayaran tidak dikenal",
        ]
    )
    #expect(try await money() == [1_000, 449_000])
  }

  @Test func `an update changes what is given and what was paid`() async throws {
    let payment = try await hotel.pay(100_000, for: booking)
    try await update(payment, ["amount": 150_000])
    #expect(try await money() == [150_000, 300_000])
    try await update(
      payment,
      [
        "paymentType": "Partial", "paymentMethod": "CASH", "referenceNumber": "",
        "paymentDate": 42, "notes": "x",
      ]
    )
    let row = try await shop.row(payment)
    #expect(row.amount == 150_000)
    #expect([row.paymentType, row.paymentMethod] == ["Partial", "CASH"])
    #expect([row.referenceNumber, row.notes] == ["", "x"])
    #expect(row.paymentDate == 42)
    // To a refund and back.
    try await hotel.pay(200_000, for: booking)
    try await update(payment, ["paymentType": "Refund"])
    #expect(try await money() == [50_000, 400_000])
    #expect(
      try await refusal { try await update(payment, ["amount": 200_001]) }
        == Refused(code: "VALIDATION", details: ["field": "amount"])
    )
    try await update(payment, ["paymentType": "Deposit", "amount": 1])
    #expect(try await money() == [200_001, 249_999])
  }

  @Test func `a removed payment was not paid, and removing twice changes nothing`() async throws {
    let payment = try await hotel.pay(100_000, for: booking)
    let refund = try await hotel.pay(30_000, for: booking, type: "Refund")
    #expect(
      try await refusal { try await remove(payment) }
        == Refused(code: "VALIDATION", details: ["field": "amount"])
    )
    try await remove(refund)
    #expect(try await money() == [100_000, 350_000])
    try await remove(payment)
    let removed = try await shop.row(payment)
    #expect(removed.deletedAt == shop.backend.clock.now)
    try await remove(payment)
    #expect(try await shop.row(payment) == removed)
    #expect(try await money() == [0, 450_000])
    #expect(try await refusal { try await update(payment, ["amount": 1]) }.code == "NOT_FOUND")
  }

  @Test func `a list is in the order of creation and a summary by type and method`()
    async throws
  {
    let first = try await hotel.pay(100_000, for: booking)
    let second = try await hotel.pay(50_000.5, for: booking, type: "Partial", method: "CASH")
    let third = try await hotel.pay(20_000, for: booking, type: "Refund", method: "CASH")
    let fourth = try await hotel.pay(1, for: booking)
    let gone = try await hotel.pay(7, for: booking)
    try await remove(gone)
    try await hotel.pay(9, for: try await hotel.reserve(from: 1, to: 2))
    let list = try await hotel.backend.query(HotelPayments.$list(bookingId: booking))
    #expect(list.map(\.id) == [first, second, third, fourth])
    let summary = try await hotel.backend.query(HotelPayments.$getSummary(bookingId: booking))
    #expect(summary.totalPaid == 130_001.5)
    #expect(summary.paymentsByType.map(\.paymentType) == ["Deposit", "Partial", "Refund"])
    #expect(summary.paymentsByType.map(\.count) == [2, 1, 1])
    #expect(summary.paymentsByType.map(\.totalAmount) == [100_001, 50_000.5, 20_000])
    #expect(summary.paymentsByMethod.map(\.paymentMethod) == ["QRIS", "CASH"])
    #expect(summary.paymentsByMethod.map(\.count) == [2, 2])
    #expect(summary.paymentsByMethod.map(\.totalAmount) == [100_001, 30_000.5])
    #expect(summary.totalPaid == (try await shop.row(booking).paidAmount))
  }

  @Test func `without payments the summary is empty`() async throws {
    let summary = try await hotel.backend.query(HotelPayments.$getSummary(bookingId: booking))
    #expect(summary.totalPaid == 0)
    #expect(summary.paymentsByType.isEmpty)
    #expect(summary.paymentsByMethod.isEmpty)
  }

  @Test func `parallel payments all count`() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { [hotel, booking] in try await hotel.pay(10, for: booking) } }
      try await group.waitForAll()
    }
    #expect(try await money() == [80, 449_920])
  }
}
