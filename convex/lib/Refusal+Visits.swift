import Hull

// Why the clinic or the hotel refuses.

extension Refusal {
  /// An appointment is not in a state that allows something.
  ///
  /// - Parameters:
  ///   - status: Its state.
  ///   - action: What was wanted, in English: `be rescheduled`.
  /// - Returns: A `CONFLICT_STATE` error.
  static func appointment(_ status: String, cannot action: String) -> ConvexError {
    conflict(
      status,
      "The appointment is \(status) and cannot \(action)",
      "Janji temu berstatus \(status) tidak dapat diproses"
    )
  }

  /// A staff member is busy at that time.
  static func staffIsBusy(_ appointment: ClinicAppointment) -> ConvexError {
    let time = appointment.appointmentTime
    let number = appointment.appointmentNumber
    return conflict(
      appointment.status,
      "Staff already has an appointment at \(time) (\(number))",
      "Petugas sudah memiliki janji temu pukul \(time) (\(number))"
    )
  }

  /// A prescription was handed out already.
  static func prescriptionIsPickedUp() -> ConvexError {
    conflict(
      "PickedUp",
      "The prescription has already been picked up",
      "Resep sudah diambil"
    )
  }

  /// A booking is not in a state that allows something.
  ///
  /// - Parameters:
  ///   - status: Its state.
  ///   - action: What was wanted, in English: `be checked in`.
  /// - Returns: A `CONFLICT_STATE` error.
  static func booking(_ status: String, cannot action: String) -> ConvexError {
    conflict(
      status,
      "The booking is \(status) and cannot \(action)",
      "Booking berstatus \(status) tidak dapat diproses"
    )
  }

  /// A room is taken for some of the time.
  static func roomIsTaken(by booking: HotelBooking) -> ConvexError {
    conflict(
      booking.status,
      "Room is not available for the selected dates (\(booking.bookingNumber))",
      "Kandang tidak tersedia pada tanggal tersebut (\(booking.bookingNumber))"
    )
  }
}
