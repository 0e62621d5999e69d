import Hull
import HullTesting
import Testing

@testable import PetShop

/// Making bookings, and listing them.
@Suite struct BookingTests {
  private let hotel: Hotel
  private var shop: Shop { hotel.shop }

  init() async throws {
    hotel = try await Hotel()
  }

  private func list(_ arguments: ConvexObject = [:]) async throws -> [ID<HotelBooking>] {
    try await hotel.backend.query(HotelBookings.$list, arguments).map(\.id)
  }

  @Test func `a booking reserves its room at the rate of the day with a number of the day`()
    async throws
  {
    let made = try await hotel.backend.mutation(
      HotelBookings.$create(
        branchId: hotel.branch,
        customerId: hotel.customer,
        petId: hotel.pet,
        roomId: hotel.room,
        checkInDate: 10 * Hotel.day,
        checkOutDate: 13 * Hotel.day,
        specialRequests: " Dekat jendela ",
        emergencyContact: " ",
        ownFood: true,
        notes: "Jinak"
      )
    )
    #expect(made.bookingNumber == "HTL-20240101-001")
    let row = try await shop.row(made.bookingId)
    #expect(row.bookingNumber == made.bookingNumber)
    #expect(row.branchId == hotel.branch)
    #expect(row.customerId == hotel.customer)
    #expect(row.petId == hotel.pet)
    #expect(row.roomId == hotel.room)
    #expect([row.checkInDate, row.checkOutDate] == [10 * Hotel.day, 13 * Hotel.day])
    #expect(row.status == "Reserved")
    #expect([row.numberOfDays, row.dailyRate, row.roomTotal] == [3, 150_000, 450_000])
    #expect([row.subtotal, row.totalAmount, row.outstandingAmount] == [450_000, 450_000, 450_000])
    #expect([row.paidAmount, row.servicesTotal, row.consumablesTotal] == [0, 0, 0])
    #expect(
      [row.discountType, row.specialRequests, row.notes] == ["nominal", "Dekat jendela", "Jinak"]
    )
    #expect(row.emergencyContact == nil)
    #expect(row.ownFood)
    #expect(try await hotel.status() == "Reserved")
    // A new rate changes no booking.
    try await hotel.backend.mutation(HotelRooms.$update(id: hotel.room, dailyRate: 200_000.0))
    #expect(try await shop.row(made.bookingId).dailyRate == 150_000)
    let next = try await shop.row(try await hotel.reserve(from: 20, to: 21))
    #expect(next.bookingNumber == "HTL-20240101-002")
    #expect(next.roomTotal == 200_000)
  }

  @Test(arguments: [
    (0, 1, 1), (0, Hotel.day, 1), (0, Hotel.day + 1, 2), (0.5, 2 * Hotel.day, 2),
    (0, 30 * Hotel.day, 30),
  ])
  func `begun days are paid for and at least one`(
    from: Double,
    to: Double,
    days: Double
  ) async throws {
    let row = try await shop.row(try await hotel.reserve(from: from, to: to))
    #expect(row.numberOfDays == days)
    #expect(row.roomTotal == days * 150_000)
  }

  @Test(arguments: [(11.0, 10.0), (10, 10), (.nan, 10), (10, .nan), (1, .infinity)])
  func `a stay ends after it begins`(from: Double, to: Double) async throws {
    #expect(
      try await refusal { try await hotel.reserve(from: from, to: to) }
        == Refused(code: "VALIDATION", details: ["field": "checkOutDate"])
    )
    #expect(
      try await refusalWords { try await hotel.reserve(from: from, to: to) }
        == [
          "Check-out date must be after check-in date",
          "Tanggal check-out harus setelah tanggal check-in",
        ]
    )
    #expect(try await hotel.status() == "Available")
  }

  @Test func `a stay too long for exact sums is refused`() async throws {
    #expect(
      try await refusal { try await hotel.reserve(from: 0, to: 1e17) }
        == Refused(code: "VALIDATION", details: ["field": "checkOutDate"])
    )
  }

  @Test func `branch customer pet and room of a booking are live and the room is active`()
    async throws
  {
    func refuses<T: SoftDeletable>(
      _ id: ID<T>,
      _ change: @escaping @Sendable (inout PatchBuilder<T>) -> Void,
      _ restore: @escaping @Sendable (inout PatchBuilder<T>) -> Void
    ) async throws {
      try await shop.patch(id, change)
      #expect(
        try await refusal { try await hotel.reserve() }
          == Refused(
            code: "NOT_FOUND",
            details: ["table": .string(T.tableName), "id": .id(id)]
          )
      )
      try await shop.patch(id, restore)
    }
    try await refuses(hotel.branch, { $0.set(\.deletedAt, 1) }, { $0.set(\.deletedAt, nil) })
    try await refuses(hotel.customer, { $0.set(\.deletedAt, 1) }, { $0.set(\.deletedAt, nil) })
    try await refuses(hotel.pet, { $0.set(\.deletedAt, 1) }, { $0.set(\.deletedAt, nil) })
    try await refuses(hotel.room, { $0.set(\.deletedAt, 1) }, { $0.set(\.deletedAt, nil) })
    try await refuses(hotel.room, { $0.set(\.isActive, false) }, { $0.set(\.isActive, true) })
    let bob = try await shop.customer("Bob")
    try await refuses(
      hotel.pet,
      { $0.set(\.customerId, bob) },
      { [customer = hotel.customer] in $0.set(\.customerId, customer) }
    )
    _ = try await hotel.reserve()
  }

  @Test func `the room of a booking is at its branch`() async throws {
    let elsewhere = try await shop.room("KDG002", at: try await shop.branch())
    #expect(
      try await refusal { try await hotel.reserve(elsewhere) }
        == Refused(code: "VALIDATION", details: ["field": "roomId"])
    )
    #expect(
      try await refusalWords { try await hotel.reserve(elsewhere) }
        == ["The room does not belong to the branch", "Kandang tidak ada di cabang tersebut"]
    )
  }

  @Test func `a list is in the order of creation, of the first of branch customer and room`()
    async throws
  {
    let second = try await shop.room("KDG002", at: hotel.branch)
    let other = try await shop.branch()
    let far = try await shop.room("KDG003", at: other)
    let bob = try await shop.customer("Bob")
    let kitten = try await shop.pet(
      of: bob,
      "Kitty",
      species: try await shop.row(hotel.pet).categoryId
    )
    let late = try await hotel.reserve(from: 50, to: 51)
    let cancelled = try await hotel.reserve(second, from: 10, to: 11)
    try await hotel.cancel(cancelled)
    let early = try await hotel.reserve(second, from: 1, to: 2)
    let strange = try await hotel.backend.mutation(
      HotelBookings.$create(
        branchId: other,
        customerId: bob,
        petId: kitten,
        roomId: far,
        checkInDate: 1.0,
        checkOutDate: 2.0,
        ownFood: false
      )
    ).bookingId
    let gone = try await hotel.reserve(from: 70, to: 71)
    try await hotel.remove(gone)
    #expect(try await list() == [late, cancelled, early, strange])
    #expect(try await list(["status": "Reserved"]) == [late, early, strange])
    #expect(try await list(["limit": 2]) == [early, strange])
    #expect(
      try await list([
        "branchId": .id(other), "customerId": .id(hotel.customer), "roomId": .id(second),
      ]) == [strange]
    )
    #expect(
      try await list(["customerId": .id(hotel.customer), "roomId": .id(far)])
        == [late, cancelled, early]
    )
    #expect(try await list(["roomId": .id(second), "status": "Cancelled"]) == [cancelled])
  }

  @Test(arguments: [0, -1, 1.5, 4_001, Double.nan])
  func `a limit is a whole number up to 4000`(limit: Double) async throws {
    #expect(
      try await refusal { try await list(["limit": .float64(limit)]) }
        == Refused(code: "VALIDATION", details: ["field": "limit"])
    )
  }

  @Test func `a booking is shown until it is deleted`() async throws {
    let booking = try await hotel.reserve()
    func get() async throws -> ID<HotelBooking>? {
      try await hotel.backend.query(HotelBookings.$get(id: booking))?.id
    }
    #expect(try await get() == booking)
    try await hotel.remove(booking)
    #expect(try await get() == nil)
    try await hotel.backend.run { try await $0.db.delete(booking) }
    #expect(try await get() == nil)
  }

  @Test func `a booking is in the customer's profile and on the pet's care sheet`() async throws {
    let later = try await hotel.reserve(from: 50, to: 51)
    let sooner = try await hotel.reserve(from: 10, to: 11, ownFood: true, notes: "Jinak")
    func upcoming() async throws -> [ID<HotelBooking>] {
      try await hotel.backend.query(
        CustomerProfiles.$getProfile(customerId: hotel.customer)
      )?.upcoming.bookings.map(\.id) ?? []
    }
    #expect(try await upcoming() == [sooner, later])
    let sheet = try #require(
      try await hotel.backend.query(
        PetCare.$getCareSheet(petId: hotel.pet, bookingId: sooner)
      )
    )
    let noted = try #require(sheet.booking.value)
    #expect(noted.bookingNumber == "HTL-20240101-002")
    #expect([noted.checkInDate, noted.checkOutDate] == [10, 11])
    #expect(noted.ownFood)
    #expect(noted.notes == .value("Jinak"))
    try await hotel.checkIn(sooner)
    try await hotel.cancel(later)
    #expect(try await upcoming() == [sooner])
    try await hotel.checkOut(sooner)
    #expect(try await upcoming().isEmpty)
  }
}
