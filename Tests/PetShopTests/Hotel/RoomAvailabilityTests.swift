import Hull
import HullTesting
import Testing

@testable import PetShop

/// Which rooms are free when.
@Suite struct RoomAvailabilityTests {
  private let hotel: Hotel
  private var shop: Shop { hotel.shop }

  init() async throws {
    hotel = try await Hotel()
  }

  private func isFree(
    _ from: Double,
    _ to: Double,
    except booking: ID<HotelBooking>? = nil
  ) async throws -> Bool {
    try await hotel.backend.query(
      HotelRooms.$checkAvailability(
        roomId: hotel.room,
        checkInDate: from,
        checkOutDate: to,
        excludeBookingId: booking
      )
    )
  }

  private func freeRooms(
    _ from: Double,
    _ to: Double,
    for animal: String? = nil,
    type: String? = nil
  ) async throws -> [ID<HotelRoom>] {
    try await hotel.backend.query(
      HotelRooms.$getAvailableRooms(
        branchId: hotel.branch,
        checkInDate: from,
        checkOutDate: to,
        animalCategory: animal,
        roomType: type
      )
    ).map(\.id)
  }

  /// A stay from 10 to 13 against others: before, touching, overlapping, within, around, after.
  @Test(arguments: [
    (7.0, 9.0, true), (8, 10, true), (9, 11, false), (10, 13, false), (11, 12, false),
    (9, 14, false), (12, 15, false), (13, 14, true), (20, 21, true), (12.999, 13, false),
  ])
  func `a stay takes its room from arrival to the moment of departure`(
    from: Double,
    to: Double,
    isFree expected: Bool
  ) async throws {
    let booking = try await hotel.reserve(from: 10, to: 13)
    #expect(try await isFree(from, to) == expected)
    #expect(try await freeRooms(from, to) == (expected ? [hotel.room] : []))
    #expect(try await isFree(from, to, except: booking))
    guard !expected else {
      _ = try await hotel.reserve(from: from, to: to)
      return
    }
    #expect(
      try await refusal { try await hotel.reserve(from: from, to: to) }
        == Refused(code: "CONFLICT_STATE", details: ["currentStatus": "Reserved"])
    )
    let number = try await shop.row(booking).bookingNumber
    #expect(
      try await refusalWords { try await hotel.reserve(from: from, to: to) }
        == [
          "Room is not available for the selected dates (\(number))",
          "Kandang tidak tersedia pada tanggal tersebut (\(number))",
        ]
    )
    #expect(try await shop.all(HotelBooking.self).count == 1)
  }

  @Test(arguments: Hotel.statuses)
  func `a booking takes its room while it is open`(status: String) async throws {
    try await hotel.bring(try await hotel.reserve(from: 10, to: 13), to: status)
    #expect(try await isFree(11, 12) != BookingStatus.isOpen(status))
    #expect(try await freeRooms(11, 12).isEmpty == BookingStatus.isOpen(status))
  }

  @Test func `a deleted booking takes no room`() async throws {
    try await hotel.remove(try await hotel.reserve(from: 10, to: 13))
    #expect(try await isFree(10, 13))
    _ = try await hotel.reserve(from: 10, to: 13)
  }

  @Test(arguments: [(11.0, 10.0), (10, 10), (.nan, 10), (1, .infinity)])
  func `no room is free for a stay that ends before it begins`(
    from: Double,
    to: Double
  ) async throws {
    #expect(try await !isFree(from, to))
    #expect(try await freeRooms(from, to).isEmpty)
  }

  @Test func `a room that is inactive or deleted is not free`() async throws {
    try await shop.patch(hotel.room) { $0.set(\.isActive, false) }
    #expect(try await !isFree(10, 11))
    #expect(try await freeRooms(10, 11).isEmpty)
    try await shop.patch(hotel.room) {
      $0.set(\.isActive, true)
      $0.set(\.deletedAt, 1)
    }
    #expect(try await !isFree(10, 11))
    #expect(try await freeRooms(10, 11).isEmpty)
    try await hotel.backend.run { [hotel] in try await $0.db.delete(hotel.room) }
    #expect(try await !isFree(10, 11))
  }

  @Test func `the free rooms of a branch are for an animal and of a type`() async throws {
    let suite = try await shop.room("B", at: hotel.branch, type: "Suite")
    let kennel = try await shop.room("C", at: hotel.branch, for: "Anjing")
    _ = try await shop.room("D", at: try await shop.branch())
    #expect(try await freeRooms(10, 11) == [hotel.room, suite, kennel])
    #expect(try await freeRooms(10, 11, for: "Kucing") == [hotel.room, suite])
    #expect(try await freeRooms(10, 11, type: "Cage") == [hotel.room, kennel])
    #expect(try await freeRooms(10, 11, for: "Anjing", type: "Suite").isEmpty)
    _ = try await hotel.reserve(suite, from: 10, to: 11)
    #expect(try await freeRooms(10, 11) == [hotel.room, kennel])
  }

  @Test func `of parallel bookings of one room one is made`() async throws {
    let made = try await withThrowingTaskGroup(of: Int.self) { group in
      for offset in 0..<8 {
        group.addTask { [hotel] in
          do {
            // Each overlaps each other.
            _ = try await hotel.reserve(from: 10 + Double(offset), to: 20 + Double(offset))
            return 1
          } catch let error as ConvexError where error.data["code"] == "CONFLICT_STATE" {
            return 0
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(made == 1)
    #expect(try await shop.all(HotelBooking.self).count == 1)
  }

  @Test func `past stays of a room are not read`() async throws {
    for number in 0..<20 {
      _ = try await hotel.reserve(from: Double(number), to: Double(number + 1))
    }
    let usage = try await shop.usage { [hotel] ctx in
      _ = try await HotelRooms.checkAvailability(
        ctx,
        roomId: hotel.room,
        checkInDate: 19,
        checkOutDate: 30,
        excludeBookingId: nil
      )
    }
    #expect(usage.fits(ranges: 2, documents: 2), "\(usage)")
    let rooms = try await shop.usage { [hotel] ctx in
      _ = try await HotelRooms.getAvailableRooms(
        ctx,
        branchId: hotel.branch,
        checkInDate: 20,
        checkOutDate: 30,
        animalCategory: nil,
        roomType: nil
      )
    }
    #expect(rooms.fits(ranges: 2, documents: 1), "\(rooms)")
  }
}
