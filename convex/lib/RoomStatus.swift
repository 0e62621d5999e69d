import Hull

/// What a room is doing at the moment.
enum RoomStatus {
  static let available = "Available"
  static let occupied = "Occupied"
  static let reserved = "Reserved"
  static let maintenance = "Maintenance"

  /// A status from a form.
  ///
  /// - Throws: `VALIDATION` for any other word.
  static func checked(_ status: String) throws -> String {
    guard [available, occupied, reserved, maintenance].contains(status) else {
      throw Refusal.invalid(
        "status",
        "status must be Available, Occupied, Reserved or Maintenance",
        "Status kandang tidak dikenal"
      )
    }
    return status
  }
}

extension DatabaseWriter {
  /// Brings a room's status in line with its bookings.
  ///
  /// Occupied while somebody is checked in, else reserved while somebody will come, else available.
  /// A room under maintenance stays so.
  func refreshStatus(of id: ID<HotelRoom>) async throws {
    let room = try await existing(id)
    guard room.status != RoomStatus.maintenance else { return }
    let status =
      if try await hasBooking(of: id, status: BookingStatus.checkedIn) {
        RoomStatus.occupied
      } else if try await hasBooking(of: id, status: BookingStatus.reserved) {
        RoomStatus.reserved
      } else {
        RoomStatus.available
      }
    if status != room.status { try await patch(id, \.status, to: status) }
  }
}
