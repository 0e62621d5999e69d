import Hull

/// The states of a booking.
enum BookingStatus {
  static let reserved = "Reserved"
  static let checkedIn = "CheckedIn"
  static let checkedOut = "CheckedOut"
  static let cancelled = "Cancelled"

  /// Whether a booking of the state takes its room, and can still be changed and billed.
  static func isOpen(_ status: String) -> Bool { status == reserved || status == checkedIn }
}

/// When a pet stays, from arrival to departure.
///
/// The moment of departure is free for the next one.
struct Stay: Equatable {
  let checkIn: Double
  let checkOut: Double

  /// Nil unless the departure is after the arrival.
  init?(checkIn: Double, checkOut: Double) {
    guard checkIn.isFinite, checkOut.isFinite, checkIn < checkOut else { return nil }
    self.checkIn = checkIn
    self.checkOut = checkOut
  }

  /// The days that are paid for: begun ones count, and at least one.
  var numberOfDays: Double {
    max(1, ((checkOut - checkIn) / 86_400_000).rounded(.up))
  }
}

extension DatabaseReading {
  /// A booking that takes a room for some of a stay; nil if the room is free.
  ///
  /// Whoever asked reads the room's bookings from then on, so that of two transactions that take the
  /// room one runs again and sees the other's.
  func booking(
    of room: ID<HotelRoom>,
    during stay: Stay,
    except excluded: ID<HotelBooking>? = nil
  ) async throws -> Document<HotelBooking>? {
    try await query(HotelBooking.self)
      .withIndex(HotelBooking.byRoomCheckout) { $0.eq(room).gt(stay.checkIn) }
      .filter {
        $0.isLive && BookingStatus.isOpen($0.status) && $0.checkInDate < stay.checkOut
          && $0.id != excluded
      }
      .first()
  }

  /// Whether a room has a live booking of a status.
  func hasBooking(of room: ID<HotelRoom>, status: String) async throws -> Bool {
    try await query(HotelBooking.self)
      .withIndex(HotelBooking.byRoomStatus) { $0.eq(room).eq(status) }
      .filter(\.isLive)
      .first() != nil
  }

  /// A live booking that is neither checked out nor cancelled.
  ///
  /// - Parameters:
  ///   - id: The booking.
  ///   - action: What is wanted, for the message: `be billed`.
  /// - Returns: The booking.
  /// - Throws: `NOT_FOUND`, `CONFLICT_STATE`.
  func openBooking(
    _ id: ID<HotelBooking>,
    to action: String
  ) async throws -> Document<HotelBooking> {
    let booking = try await live(id)
    guard BookingStatus.isOpen(booking.status) else {
      throw Refusal.booking(booking.status, cannot: action)
    }
    return booking
  }
}

extension String? {
  /// Notes with more of them below.
  func appending(notes more: String?) -> String? {
    guard let more = more?.nonBlank else { return self }
    return [self?.nonBlank, more].compactMap(\.self).joined(separator: "\n")
  }
}
