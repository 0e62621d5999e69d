import Hull
import HullTesting
import Testing

@testable import PetShop

/// Goods that guests use up.
@Suite struct ConsumableTests {
  private let hotel: Hotel
  private let booking: ID<HotelBooking>
  private let food: ID<Product>
  private let stock: ID<ProductStock>
  private var shop: Shop { hotel.shop }

  /// A guest in its room, and ten of a food that cost the shop 5 000 each.
  init() async throws {
    hotel = try await Hotel()
    booking = try await hotel.reserve()
    try await hotel.checkIn(booking)
    food = try await hotel.shop.product("Food")
    stock = try await hotel.shop.stock(10, of: food, at: hotel.branch)
  }

  private func update(_ id: ID<HotelConsumable>, _ changes: ConvexObject) async throws {
    var arguments = changes
    try arguments.set("id", to: .id(id))
    try await hotel.backend.mutation(HotelConsumables.$update, arguments)
  }

  private func remove(_ id: ID<HotelConsumable>) async throws {
    try await shop.tick()
    try await hotel.backend.mutation(HotelConsumables.$remove(id: id))
  }

  @Test func `goods leave the stock at once and are billed at what they cost the shop`()
    async throws
  {
    let line = try await hotel.use(food, during: booking, quantity: 2.5, notes: " Pagi ")
    let row = try await shop.row(line)
    #expect(row.bookingId == booking)
    #expect(row.productId == food)
    #expect(row.consumptionDate == 12 * Hotel.day)
    #expect([row.quantity, row.unitPrice, row.subtotal] == [2.5, 5_000, 12_500])
    #expect(row.notes == "Pagi")
    #expect(try await shop.row(stock).quantity == 7.5)
    let movement = try #require(try await shop.all(StockMovement.self).first)
    #expect(movement.movementType == "HOTEL_CONSUMPTION")
    #expect(movement.quantity == -2.5)
    #expect(movement.referenceType == "HotelBooking")
    #expect(movement.referenceId == booking.string)
    #expect(movement.notes == "Pagi")
    let bill = try await shop.row(booking)
    #expect(
      [bill.consumablesTotal, bill.subtotal, bill.totalAmount] == [12_500, 462_500, 462_500]
    )
  }

  @Test func `the price is the average cost whatever the quantity`() async throws {
    try await shop.patch(stock) { $0.set(\.averageCost, 6_000.33) }
    let row = try await shop.row(try await hotel.use(food, during: booking, quantity: 0.5))
    #expect([row.unitPrice, row.subtotal] == [6_000.33, 3_000.17])
  }

  @Test func `goods of a variant leave the stock of that variant`() async throws {
    let large = try await shop.variant("L", of: food)
    let larges = try await shop.stock(4, of: food, at: hotel.branch, variant: large)
    let line = try await hotel.use(food, during: booking, variant: large)
    #expect(try await shop.row(line).variantId == large)
    #expect(try await shop.row(larges).quantity == 3)
    #expect(try await shop.row(stock).quantity == 10)
    let foreign = try await shop.variant("S", of: try await shop.product("Other"))
    #expect(
      try await refusal { try await hotel.use(food, during: booking, variant: foreign) }
        == Refused(code: "VALIDATION", details: ["field": "variantId"])
    )
  }

  @Test func `nothing is billed to a customer who brought the food`() async throws {
    let picky = try await hotel.reserve(
      try await shop.room("KDG002", at: hotel.branch),
      ownFood: true
    )
    try await hotel.checkIn(picky)
    #expect(
      try await refusal { try await hotel.use(food, during: picky) }
        == Refused(code: "CONFLICT_STATE", details: ["currentStatus": "CheckedIn"])
    )
    #expect(
      try await refusalWords { try await hotel.use(food, during: picky) }
        == [
          "The customer brought own food: no goods are billed",
          "Pelanggan membawa makanan sendiri",
        ]
    )
    #expect(try await shop.row(stock).quantity == 10)
  }

  @Test(arguments: ["service", "procedure"])
  func `services are no goods`(type: String) async throws {
    let service = try await shop.product("Grooming", type: type)
    #expect(
      try await refusal { try await hotel.use(service, during: booking) }
        == Refused(code: "VALIDATION", details: ["field": "productId"])
    )
    #expect(
      try await refusalWords { try await hotel.use(service, during: booking) }
        == [
          "Services are no goods; add them as services of the booking",
          "Layanan tidak dapat dicatat sebagai konsumsi",
        ]
    )
  }

  @Test func `goods the branch does not hold are refused`() async throws {
    #expect(
      try await refusal { try await hotel.use(food, during: booking, quantity: 10.5) }
        == Refused(
          code: "INSUFFICIENT_STOCK",
          details: ["available": 10, "required": 10.5]
        )
    )
    let rare = try await shop.product("Rare", type: "medicine")
    #expect(
      try await refusal { try await hotel.use(rare, during: booking) }
        == Refused(
          code: "NOT_FOUND",
          details: ["table": "productStock", "id": .id(hotel.branch)]
        )
    )
    try await shop.patch(food) { $0.set(\.deletedAt, 1) }
    #expect(
      try await refusal { try await hotel.use(food, during: booking) }
        == Refused(code: "NOT_FOUND", details: ["table": "products", "id": .id(food)])
    )
    #expect(try await shop.row(stock).quantity == 10)
    #expect(try await shop.all(HotelConsumable.self).isEmpty)
  }

  @Test(arguments: [0, -1, Double.nan, .infinity])
  func `goods have a positive quantity`(quantity: Double) async throws {
    #expect(
      try await refusal { try await hotel.use(food, during: booking, quantity: quantity) }.code
        == "INVALID_QUANTITY"
    )
    #expect(try await shop.row(stock).quantity == 10)
  }

  @Test func `date and notes can be changed and nothing else`() async throws {
    let line = try await hotel.use(food, during: booking, notes: "Pagi")
    try await update(line, ["consumptionDate": 7])
    try await update(line, ["notes": " Sore "])
    try await update(line, ["notes": " "])
    let row = try await shop.row(line)
    #expect(row.consumptionDate == 7)
    #expect(row.notes == "Sore")
    #expect(row.subtotal == 5_000)
    #expect(
      try await refusal { try await update(line, ["consumptionDate": .float64(.nan)]) }
        == Refused(code: "VALIDATION", details: ["field": "consumptionDate"])
    )
    #expect(
      try await refusal {
        try await hotel.backend.mutation(
          HotelConsumables.$add(
            bookingId: booking,
            productId: food,
            consumptionDate: Double.infinity,
            quantity: 1.0
          )
        )
      } == Refused(code: "VALIDATION", details: ["field": "consumptionDate"])
    )
  }

  @Test func `removed goods leave the bill and do not return to the stock`() async throws {
    let line = try await hotel.use(food, during: booking, quantity: 2)
    let kept = try await hotel.use(food, during: booking)
    try await remove(line)
    let removed = try await shop.row(line)
    #expect(removed.deletedAt == shop.backend.clock.now)
    try await remove(line)
    #expect(try await shop.row(line) == removed)
    #expect(try await shop.row(booking).totalAmount == 455_000)
    #expect(try await shop.row(stock).quantity == 7)
    #expect(try await refusal { try await update(line, ["notes": "x"]) }.code == "NOT_FOUND")
    let lines = try await hotel.backend.query(HotelConsumables.$list(bookingId: booking))
    #expect(lines.map(\.id) == [kept])
  }

  @Test func `parallel guests never use up more than there is`() async throws {
    let used = try await withThrowingTaskGroup(of: Double.self) { group in
      for _ in 0..<8 {
        group.addTask { [hotel, food, booking] in
          do {
            try await hotel.use(food, during: booking, quantity: 3)
            return 3
          } catch let error as ConvexError where error.data["code"] == "INSUFFICIENT_STOCK" {
            return 0
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(used == 9)
    #expect(try await shop.row(stock).quantity == 1)
    #expect(try await shop.row(booking).consumablesTotal == 45_000)
  }
}
