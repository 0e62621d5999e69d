import Hull

/// The states of an appointment.
enum AppointmentStatus {
  static let scheduled = "Scheduled"
  static let inProgress = "InProgress"
  static let completed = "Completed"
  static let cancelled = "Cancelled"

  /// Whether an appointment of the state can still be changed and billed.
  static func isOpen(_ status: String) -> Bool { status == scheduled || status == inProgress }
}

/// A staff member's time.
struct StaffSlot: Equatable {
  var staff: ID<ClinicStaff>
  var date: Double
  /// Compared as text: `09:00` and `09.00` are two times.
  var time: String
}

extension StaffSlot {
  /// A slot as a form names it.
  ///
  /// - Throws: `VALIDATION` for a date that is no number, or a blank time.
  init(of staff: ID<ClinicStaff>, date: Double, time text: String) throws {
    self.staff = staff
    self.date = try Form.finite(date, "appointmentDate")
    time = try Form.required(text, "appointmentTime")
  }
}

extension DatabaseReading {
  /// A live appointment that is neither completed nor cancelled.
  ///
  /// - Parameters:
  ///   - id: The appointment.
  ///   - action: What is wanted, for the message: `be billed`.
  /// - Returns: The appointment.
  /// - Throws: `NOT_FOUND`, `CONFLICT_STATE`.
  func openAppointment(
    _ id: ID<ClinicAppointment>,
    to action: String
  ) async throws -> Document<ClinicAppointment> {
    let appointment = try await live(id)
    guard AppointmentStatus.isOpen(appointment.status) else {
      throw Refusal.appointment(appointment.status, cannot: action)
    }
    return appointment
  }

  /// Refuses a slot in which the staff member has another appointment that is still to come.
  ///
  /// Whoever asked reads the slot, so that of two transactions that take it one runs again and is
  /// refused.
  ///
  /// - Throws: `CONFLICT_STATE`.
  func requireFree(
    _ slot: StaffSlot,
    for appointment: ID<ClinicAppointment>? = nil
  ) async throws {
    let other = try await query(ClinicAppointment.self)
      .withIndex(ClinicAppointment.byStaffSlot) {
        $0.eq(slot.staff).eq(slot.date).eq(slot.time)
      }
      .filter {
        $0.isLive && $0.status == AppointmentStatus.scheduled && $0.id != appointment
      }
      .first()
    if let other { throw Refusal.staffIsBusy(other.value) }
  }

  /// The live lines of an appointment's bill, in the order they were added.
  func serviceLines(
    of appointment: ID<ClinicAppointment>
  ) async throws -> [Document<ClinicAppointmentService>] {
    try await query(ClinicAppointmentService.self)
      .withIndex(ClinicAppointmentService.byAppointment) { $0.eq(appointment) }
      .filter(\.isLive)
      .collect()
  }

  /// The live payments for an appointment, in the order they were made.
  func payments(for appointment: ID<ClinicAppointment>) async throws -> [Document<ClinicPayment>] {
    try await query(ClinicPayment.self)
      .withIndex(ClinicPayment.byAppointment) { $0.eq(appointment) }
      .filter(\.isLive)
      .collect()
  }

  /// A live pet of a customer.
  ///
  /// - Throws: `NOT_FOUND` if the pet is missing, deleted or somebody else's.
  func pet(_ id: ID<CustomerPet>, of customer: ID<Customer>) async throws -> Document<CustomerPet> {
    let pet = try await live(id)
    guard pet.customerId == customer else { throw Refusal.notFound(id) }
    return pet
  }
}
