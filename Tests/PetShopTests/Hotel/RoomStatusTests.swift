import Hull
import HullTesting
import Testing

@testable import PetShop

/// What a room is doing as guests come and go.
@Suite struct RoomStatusTests {
  private let hotel: Hotel

  init() async throws {
    hotel = try await Hotel()
  }

  @Test func `a room is reserved, then occupied, then available`() async throws {
    #expect(try await hotel.status() == "Available")
    let booking = try await hotel.reserve()
    #expect(try await hotel.status() == "Reserved")
    try await hotel.checkIn(booking)
    #expect(try await hotel.status() == "Occupied")
    try await hotel.checkOut(booking)
    #expect(try await hotel.status() == "Available")
  }

  @Test func `a room that another guest has reserved is not available afterwards`() async throws {
    let first = try await hotel.reserve(from: 1, to: 2)
    let second = try await hotel.reserve(from: 2, to: 3)
    let third = try await hotel.reserve(from: 3, to: 4)
    try await hotel.cancel(second)
    #expect(try await hotel.status() == "Reserved")
    try await hotel.checkIn(first)
    try await hotel.checkOut(first)
    #expect(try await hotel.status() == "Reserved")
    try await hotel.remove(third)
    #expect(try await hotel.status() == "Available")
  }

  @Test func `a room with a guest stays occupied whatever happens to bookings to come`()
    async throws
  {
    let guest = try await hotel.reserve(from: 1, to: 2)
    try await hotel.checkIn(guest)
    let next = try await hotel.reserve(from: 2, to: 3)
    #expect(try await hotel.status() == "Occupied")
    try await hotel.cancel(next)
    #expect(try await hotel.status() == "Occupied")
    try await hotel.remove(next)
    #expect(try await hotel.status() == "Occupied")
    try await hotel.cancel(guest)
    #expect(try await hotel.status() == "Available")
  }

  @Test func `a room under maintenance stays so until somebody is in it`() async throws {
    let first = try await hotel.reserve(from: 1, to: 2)
    let second = try await hotel.reserve(from: 2, to: 3)
    try await hotel.backend.mutation(
      HotelRooms.$updateStatus(id: hotel.room, status: "Maintenance")
    )
    _ = try await hotel.reserve(from: 3, to: 4)
    try await hotel.cancel(first)
    try await hotel.remove(first)
    #expect(try await hotel.status() == "Maintenance")
    try await hotel.checkIn(second)
    #expect(try await hotel.status() == "Occupied")
    try await hotel.backend.mutation(
      HotelRooms.$updateStatus(id: hotel.room, status: "Maintenance")
    )
    try await hotel.checkOut(second)
    #expect(try await hotel.status() == "Maintenance")
  }
}
