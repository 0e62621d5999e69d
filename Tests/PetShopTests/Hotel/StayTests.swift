import Hull
import HullTesting
import Testing

@testable import PetShop

/// Arrival, departure and cancellation of a guest.
@Suite struct StayTests {
  private let hotel: Hotel
  private var shop: Shop { hotel.shop }

  init() async throws {
    hotel = try await Hotel()
  }

  @Test func `an arrival is noted, now unless a time is given`() async throws {
    let first = try await hotel.reserve(from: 1, to: 2, notes: "Jinak")
    try await hotel.checkIn(first, notes: " Datang malam ")
    var row = try await shop.row(first)
    #expect(row.status == "CheckedIn")
    #expect(row.actualCheckInDate == shop.backend.clock.now)
    #expect(row.actualCheckOutDate == nil)
    #expect(row.notes == "Jinak\nDatang malam")
    let second = try await hotel.reserve(from: 2, to: 3)
    try await hotel.checkIn(second, at: 2.5, notes: " ")
    row = try await shop.row(second)
    #expect(row.actualCheckInDate == 2.5)
    #expect(row.notes == nil)
  }

  @Test func `a departure settles the bill and changes room points metrics and history`()
    async throws
  {
    let booking = try await hotel.reserve()
    let grooming = try await shop.product("Grooming", type: "service")
    try await hotel.add(grooming, to: booking, at: 85_000)
    try await hotel.pay(135_000, for: booking)
    try await hotel.checkIn(booking, at: 10 * Hotel.day)
    try await hotel.checkOut(
      booking,
      at: 13 * Hotel.day,
      payments(("QRIS", 300_000), ("CASH", 150_000)),
      notes: "Sehat"
    )
    let row = try await shop.row(booking)
    #expect(row.status == "CheckedOut")
    #expect(row.actualCheckOutDate == 13 * Hotel.day)
    #expect([row.totalAmount, row.paidAmount, row.outstandingAmount] == [535_000, 535_000, 0])
    #expect(row.pointsEarned == 53)
    #expect(row.notes == "Sehat")
    let paid = try await shop.all(HotelPayment.self)
    #expect(paid.map(\.paymentType) == ["Deposit", "FullPayment", "FullPayment"])
    #expect(paid.map(\.amount) == [135_000, 300_000, 100_000])
    #expect(paid.map(\.paymentMethod) == ["QRIS", "QRIS", "CASH"])
    #expect(paid[1].paymentDate == shop.backend.clock.now)
    #expect(try await hotel.status() == "Available")

    let figures = try #require(try await shop.auditedFigures(of: hotel.customer))
    #expect([figures.totalSpent, figures.loyaltyPoints] == [535_000, 53])
    #expect([figures.visitCount, figures.hotelStayCount, figures.saleCount] == [1, 1, 0])
    #expect(figures.lastVisit == 13 * Hotel.day)
    #expect(try await shop.ledger(of: hotel.customer).map(\.source) == [.hotel])
    let history = try #require(try await shop.history(of: hotel.customer).first)
    #expect(history.kind == .hotel)
    #expect(history.referenceId == booking.string)
    #expect(history.referenceNumber == row.bookingNumber)
    #expect(history.occurredAt == 13 * Hotel.day)
    #expect(history.branchId == hotel.branch)
    #expect(history.petId == hotel.pet)
    #expect(history.amount == 535_000)
    #expect(history.summary == "Kandang KDG001 - 3 hari")
  }

  @Test func `a departure without payments is on credit and counts in full`() async throws {
    let booking = try await hotel.reserve()
    try await hotel.checkIn(booking)
    try await hotel.checkOut(booking)
    let row = try await shop.row(booking)
    #expect(row.actualCheckOutDate == shop.backend.clock.now)
    #expect([row.paidAmount, row.outstandingAmount] == [0, 450_000])
    #expect(try await shop.all(HotelPayment.self).isEmpty)
    #expect(try await shop.auditedFigures(of: hotel.customer)?.loyaltyPoints == 45)
  }

  @Test func `a deposit above the bill is owed to the customer`() async throws {
    let booking = try await hotel.reserve()
    try await hotel.pay(500_000, for: booking)
    try await hotel.checkIn(booking)
    try await hotel.checkOut(booking)
    #expect(try await shop.row(booking).outstandingAmount == -50_000)
    try await hotel.pay(50_000, for: booking, type: "Refund", method: "CASH")
    let row = try await shop.row(booking)
    #expect([row.paidAmount, row.outstandingAmount] == [450_000, 0])
  }

  @Test func `a departure with a wrong bill or payment changes nothing`() async throws {
    let booking = try await hotel.reserve()
    try await hotel.checkIn(booking)
    let before = try await shop.row(booking)
    #expect(
      try await refusal { try await hotel.checkOut(booking, payments(("QRIS", 450_001))) }
        == Refused(
          code: "PAYMENT_EXCEEDS_TOTAL",
          details: ["totalPayments": 450_001, "totalAmount": 450_000]
        )
    )
    #expect(
      try await refusalWords { try await hotel.checkOut(booking, payments(("QRIS", 450_001))) }
        == ["Payments exceed the total", "Pembayaran melebihi total"]
    )
    for (parts, field) in [
      (payments(("CASH", -1)), "payments"), (payments(("CASH", .nan)), "payments"),
      (payments((" ", 1)), "paymentMethod"),
    ] {
      #expect(
        try await refusal { try await hotel.checkOut(booking, parts) }
          == Refused(code: "VALIDATION", details: ["field": .string(field)])
      )
    }
    #expect(
      try await refusal { try await hotel.checkOut(booking, at: .infinity) }
        == Refused(code: "VALIDATION", details: ["field": "actualCheckOutDate"])
    )
    #expect(try await shop.row(booking) == before)
    #expect(try await hotel.status() == "Occupied")
    try await hotel.backend.mutation(
      HotelBookings.$updateDiscountAndTax(
        id: booking,
        discountAmount: 500_000.0,
        discountType: "nominal",
        taxRate: 0.0
      )
    )
    #expect(
      try await refusal { try await hotel.checkOut(booking) }
        == Refused(code: "VALIDATION", details: ["field": "totalAmount"])
    )
    #expect(
      try await refusalWords { try await hotel.checkOut(booking) }
        == ["The total must not be negative, but is -50000", "Total tidak boleh negatif"]
    )
    #expect(try await shop.history(of: hotel.customer).isEmpty)
    #expect(try await shop.all(HotelPayment.self).isEmpty)
  }

  @Test func `an arrival is a time`() async throws {
    let booking = try await hotel.reserve()
    #expect(
      try await refusal { try await hotel.checkIn(booking, at: .nan) }
        == Refused(code: "VALIDATION", details: ["field": "actualCheckInDate"])
    )
    #expect(try await hotel.status() == "Reserved")
  }

  @Test func `of parallel departures one counts`() async throws {
    let booking = try await hotel.reserve()
    try await hotel.checkIn(booking)
    let settled = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask { [hotel] in
          do {
            try await hotel.checkOut(booking, payments(("CASH", 450_000)))
            return 1
          } catch let error as ConvexError where error.data["code"] == "CONFLICT_STATE" {
            return 0
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(settled == 1)
    #expect(try await shop.history(of: hotel.customer).count == 1)
    #expect(try await shop.all(HotelPayment.self).map(\.amount) == [450_000])
  }

  @Test func `the walk-in customer's stay earns nothing`() async throws {
    let walkIn = try await shop.walkIn()
    let booking = try await hotel.reserve()
    try await shop.patch(booking) { $0.set(\.customerId, walkIn) }
    try await hotel.checkIn(booking)
    try await hotel.checkOut(booking)
    #expect(try await shop.row(booking).pointsEarned == 0)
    #expect(try await shop.history(of: walkIn).map(\.kind) == [.hotel])
    #expect(try await shop.metrics(of: walkIn) == nil)
  }

  @Test func `the stay of a customer and a pet deleted meanwhile ends as usual`() async throws {
    let booking = try await hotel.reserve()
    try await hotel.checkIn(booking)
    try await hotel.backend.mutation(CustomerPets.$remove(id: hotel.pet))
    try await hotel.backend.mutation(Customers.$remove(id: hotel.customer))
    try await hotel.checkOut(booking)
    #expect(try await shop.row(booking).pointsEarned == 45)
    #expect(try await hotel.status() == "Available")
  }

  @Test func `a cancellation keeps its reason with the notes there are`() async throws {
    let booking = try await hotel.reserve(notes: "Jinak")
    try await hotel.cancel(booking, reason: " Hewan sakit ")
    #expect(try await shop.row(booking).notes == "Jinak\nAlasan pembatalan: Hewan sakit")
    let other = try await hotel.reserve()
    try await hotel.cancel(other, reason: " ")
    #expect(try await shop.row(other).notes == nil)
    #expect(try await shop.history(of: hotel.customer).isEmpty)
  }

  @Test func `discount and tax change the bill of a booking`() async throws {
    let booking = try await hotel.reserve()
    func change(_ amount: Double, _ type: String, _ taxRate: Double) async throws {
      try await hotel.backend.mutation(
        HotelBookings.$updateDiscountAndTax(
          id: booking,
          discountAmount: amount,
          discountType: type,
          taxRate: taxRate
        )
      )
    }
    try await change(10, "percent", 11)
    let row = try await shop.row(booking)
    #expect([row.subtotal, row.taxAmount, row.totalAmount] == [450_000, 44_550, 449_550])
    #expect([row.discountAmount, row.taxRate] == [10, 11])
    for (amount, taxRate, field) in [
      (-1, 0, "discountAmount"), (.nan, 0, "discountAmount"), (0, -1, "taxRate"),
      (0, 100.5, "taxRate"), (0, Double.nan, "taxRate"),
    ] {
      #expect(
        try await refusal { try await change(amount, "nominal", taxRate) }
          == Refused(code: "VALIDATION", details: ["field": .string(field)])
      )
    }
    #expect(try await shop.row(booking) == row)
  }
}
