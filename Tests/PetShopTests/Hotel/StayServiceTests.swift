import Hull
import HullTesting
import Testing

@testable import PetShop

/// Services during stays.
@Suite struct StayServiceTests {
  private let hotel: Hotel
  private let booking: ID<HotelBooking>
  private let grooming: ID<Product>
  private var shop: Shop { hotel.shop }

  init() async throws {
    hotel = try await Hotel()
    booking = try await hotel.reserve()
    grooming = try await hotel.shop.product("Grooming", type: "service")
  }

  private func update(_ id: ID<HotelBookingService>, _ changes: ConvexObject) async throws {
    var arguments = changes
    try arguments.set("id", to: .id(id))
    try await hotel.backend.mutation(HotelBookingServices.$update, arguments)
  }

  private func remove(_ id: ID<HotelBookingService>) async throws {
    try await shop.tick()
    try await hotel.backend.mutation(HotelBookingServices.$remove(id: id))
  }

  @Test func `a service is billed with quantity price and discount`() async throws {
    let line = try await hotel.add(
      grooming,
      to: booking,
      quantity: 1.5,
      at: 85_000,
      discount: 10,
      discountType: "percent"
    )
    let row = try await shop.row(line)
    #expect(row.bookingId == booking)
    #expect(row.serviceId == grooming)
    #expect(row.serviceDate == 11 * Hotel.day)
    #expect([row.quantity, row.unitPrice, row.subtotal] == [1.5, 85_000, 114_750])
    #expect(row.discountType == "percent")
    let plain = try await shop.row(try await hotel.add(grooming, to: booking))
    #expect([plain.discountAmount, plain.subtotal] == [0, 85_000])
    #expect(plain.discountType == "nominal")
    let bill = try await shop.row(booking)
    #expect([bill.servicesTotal, bill.subtotal] == [199_750, 649_750])
    #expect([bill.totalAmount, bill.outstandingAmount] == [649_750, 649_750])
  }

  @Test func `an update changes what is given and the bill`() async throws {
    let line = try await hotel.add(grooming, to: booking, discount: 5_000)
    let bath = try await shop.product("Mandi", type: "service")
    try await update(
      line,
      ["serviceId": .id(bath), "serviceDate": 7, "quantity": 2, "notes": " Pagi "]
    )
    var row = try await shop.row(line)
    #expect(row.serviceId == bath)
    #expect([row.serviceDate, row.quantity, row.subtotal] == [7, 2, 165_000])
    #expect(row.notes == "Pagi")
    try await update(
      line,
      ["unitPrice": 50_000, "discountAmount": 50, "discountType": "percent", "notes": " "]
    )
    row = try await shop.row(line)
    #expect([row.quantity, row.unitPrice, row.subtotal] == [2, 50_000, 50_000])
    #expect(row.notes == "Pagi")
    #expect(try await shop.row(booking).totalAmount == 500_000)
  }

  @Test(arguments: [
    ("quantity", 0, "INVALID_QUANTITY"), ("quantity", Double.nan, "INVALID_QUANTITY"),
    ("unitPrice", -1, "VALIDATION"), ("unitPrice", .infinity, "VALIDATION"),
    ("discountAmount", -1, "VALIDATION"), ("serviceDate", .nan, "VALIDATION"),
  ])
  func `a line makes sense, also after an update`(
    field: String,
    value: Double,
    code: String
  ) async throws {
    let line = try await hotel.add(grooming, to: booking)
    let before = try await shop.row(line)
    var wrong: ConvexObject = [
      "bookingId": .id(booking), "serviceId": .id(grooming), "serviceDate": 1, "quantity": 1,
      "unitPrice": 1,
    ]
    try wrong.set(field, to: .float64(value))
    let form = wrong
    let expected = code == "VALIDATION" ? ["field": .string(field)] as ConvexValue : nil
    for refused in [
      try await refusal {
        try await hotel.backend.mutation(HotelBookingServices.$add, form)
      },
      try await refusal {
        try await update(line, ConvexObject(validating: [(field, .float64(value))]))
      },
    ] {
      #expect(refused.code == code)
      if let expected { #expect(refused.details == expected) }
    }
    #expect(try await shop.row(line) == before)
    #expect(try await shop.all(HotelBookingService.self).count == 1)
    #expect(try await shop.row(booking).servicesTotal == 85_000)
  }

  @Test(arguments: ["product", "medicine", "procedure", nil])
  func `only a live service is one`(type: String?) async throws {
    let line = try await hotel.add(grooming, to: booking)
    let other = try await shop.product("Lain", type: type)
    let refused = Refused(code: "VALIDATION", details: ["field": "serviceId"])
    #expect(try await refusal { try await hotel.add(other, to: booking) } == refused)
    #expect(try await refusal { try await update(line, ["serviceId": .id(other)]) } == refused)
    #expect(
      try await refusalWords { try await hotel.add(other, to: booking) }
        == ["The product is not a service", "Produk bukan layanan"]
    )
    try await shop.patch(grooming) { $0.set(\.deletedAt, 1) }
    #expect(
      try await refusal { try await hotel.add(grooming, to: booking) }
        == Refused(code: "NOT_FOUND", details: ["table": "products", "id": .id(grooming)])
    )
  }

  @Test func `a list is of one booking in the order of creation without removed lines`()
    async throws
  {
    let first = try await hotel.add(grooming, to: booking)
    let gone = try await hotel.add(grooming, to: booking)
    let last = try await hotel.add(grooming, to: booking)
    try await hotel.add(grooming, to: try await hotel.reserve(from: 1, to: 2))
    try await remove(gone)
    let lines = try await hotel.backend.query(
      HotelBookingServices.$list(bookingId: booking)
    )
    #expect(lines.map(\.id) == [first, last])
    #expect(try await shop.row(booking).servicesTotal == 170_000)
  }

  @Test func `removing twice changes nothing and a removed line is updated no more`()
    async throws
  {
    let line = try await hotel.add(grooming, to: booking)
    try await remove(line)
    let removed = try await shop.row(line)
    #expect(removed.deletedAt == shop.backend.clock.now)
    try await remove(line)
    #expect(try await shop.row(line) == removed)
    #expect(
      try await refusal { try await update(line, ["quantity": 2]) }
        == Refused(
          code: "NOT_FOUND",
          details: ["table": "hotelBookingServices", "id": .id(line)]
        )
    )
    #expect(try await shop.row(booking).servicesTotal == 0)
  }

  @Test func `the bill can be worked out anew by the shop and not by a client`() async throws {
    try await hotel.add(grooming, to: booking)
    try await shop.patch(booking) { $0.set(\.totalAmount, 1) }
    try await hotel.backend.mutation(HotelStays.$recalculateTotal(bookingId: booking))
    #expect(try await shop.row(booking).totalAmount == 535_000)
    try await hotel.backend.run { [booking] in try await $0.db.delete(booking) }
    #expect(
      try await refusal {
        try await hotel.backend.mutation(HotelStays.$recalculateTotal(bookingId: booking))
      }.code == "NOT_FOUND"
    )
  }
}
