import Hull

/// Appointments at the clinic: making, moving, cancelling, listing.
@Functions("clinic/clinicAppointments")
enum ClinicAppointments {
  /// The most appointments a list holds.
  static let maximumListed = 500

  /// Makes an appointment for a customer's pet with a staff member.
  ///
  /// A staff member has one appointment at a time, the time compared as text.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    branchId: ID<Branch>,
    petId: ID<CustomerPet>,
    customerId: ID<Customer>,
    staffId: ID<ClinicStaff>,
    appointmentDate: Double,
    appointmentTime: String,
    notes: String?
  ) async throws -> MadeAppointment {
    let slot = try StaffSlot(of: staffId, date: appointmentDate, time: appointmentTime)
    _ = try await ctx.db.live(branchId)
    _ = try await ctx.db.live(customerId)
    _ = try await ctx.db.pet(petId, of: customerId)
    _ = try await ctx.db.live(staffId)
    try await ctx.db.requireFree(slot)
    let number = try await ctx.db.documentNumber("APT", at: ctx.now)
    let id = try await ctx.db.insert(
      ClinicAppointment(
        appointmentNumber: number,
        branchId: branchId,
        petId: petId,
        customerId: customerId,
        staffId: staffId,
        appointmentDate: slot.date,
        appointmentTime: slot.time,
        status: AppointmentStatus.scheduled,
        subtotal: 0,
        discountAmount: 0,
        discountType: "nominal",
        taxAmount: 0,
        taxRate: 0,
        totalAmount: 0,
        paidAmount: 0,
        outstandingAmount: 0,
        notes: notes?.nonBlank
      )
    )
    return MadeAppointment(appointmentId: id, appointmentNumber: number)
  }

  /// Moves a scheduled appointment to another time, and to another staff member if one is given.
  @Mutation
  static func reschedule(
    _ ctx: MutationContext,
    appointmentId: ID<ClinicAppointment>,
    appointmentDate: Double,
    appointmentTime: String,
    staffId: ID<ClinicStaff>?
  ) async throws -> ID<ClinicAppointment> {
    let appointment = try await ctx.db.live(appointmentId)
    guard appointment.status == AppointmentStatus.scheduled else {
      throw Refusal.appointment(appointment.status, cannot: "be rescheduled")
    }
    if let staffId { _ = try await ctx.db.live(staffId) }
    let slot = try StaffSlot(
      of: staffId ?? appointment.staffId,
      date: appointmentDate,
      time: appointmentTime
    )
    try await ctx.db.requireFree(slot, for: appointmentId)
    try await ctx.db.patch(appointmentId) {
      $0.set(\.staffId, slot.staff)
      $0.set(\.appointmentDate, slot.date)
      $0.set(\.appointmentTime, slot.time)
    }
    return appointmentId
  }

  /// Cancels an appointment that is not completed; cancelling twice changes nothing.
  ///
  /// Notes, if given, take the place of those there are.
  @Mutation
  static func cancel(
    _ ctx: MutationContext,
    appointmentId: ID<ClinicAppointment>,
    notes: String?
  ) async throws -> ID<ClinicAppointment> {
    let appointment = try await ctx.db.live(appointmentId)
    guard appointment.status != AppointmentStatus.completed else {
      throw Refusal.appointment(appointment.status, cannot: "be cancelled")
    }
    try await ctx.db.patch(appointmentId) {
      $0.set(\.status, AppointmentStatus.cancelled)
      $0.set(\.notes, ifPresent: notes?.nonBlank)
    }
    return appointmentId
  }

  /// Hides an appointment that is not completed; deleting twice changes nothing.
  @Mutation
  static func remove(
    _ ctx: MutationContext,
    id: ID<ClinicAppointment>
  ) async throws -> ID<ClinicAppointment> {
    let appointment = try await ctx.db.existing(id)
    guard appointment.isLive else { return id }
    guard appointment.status != AppointmentStatus.completed else {
      throw Refusal.appointment(appointment.status, cannot: "be deleted")
    }
    try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    return id
  }

  /// Appointments, newest first, with customer, pet, staff, branch and the number of services.
  ///
  /// Of a status, else of a branch, a staff member, a pet, a customer or a date, whichever is given
  /// first in that order; else all by their date. Those of a date come in the order they were made. At
  /// most `limit`, 500 unless given.
  @Query
  static func list(
    _ ctx: QueryContext,
    status: String?,
    branchId: ID<Branch>?,
    staffId: ID<ClinicStaff>?,
    petId: ID<CustomerPet>?,
    customerId: ID<Customer>?,
    appointmentDate: Double?,
    limit: Double?
  ) async throws -> [AppointmentInList] {
    let limit = try Form.limit(limit, default: maximumListed, maximum: maximumListed)
    let all = ctx.db.query(ClinicAppointment.self)
    let chosen =
      if let status {
        all.withIndex(ClinicAppointment.byStatus) { $0.eq(status) }.order(.descending)
      } else if let branchId {
        all.withIndex(ClinicAppointment.byBranch) { $0.eq(branchId) }.order(.descending)
      } else if let staffId {
        all.withIndex(ClinicAppointment.byStaff) { $0.eq(staffId) }.order(.descending)
      } else if let petId {
        all.withIndex(ClinicAppointment.byPet) { $0.eq(petId) }.order(.descending)
      } else if let customerId {
        all.withIndex(ClinicAppointment.byCustomer) { $0.eq(customerId) }.order(.descending)
      } else if let appointmentDate {
        all.withIndex(ClinicAppointment.byAppointmentDate) { $0.eq(appointmentDate) }
      } else {
        all.withIndex(ClinicAppointment.byAppointmentDate).order(.descending)
      }
    // Deleted ones are in between; there are few.
    let appointments = try await chosen.take(limit, ofFirst: 2 * maximumListed, where: \.isLive)
    return try await ctx.db.withReferences(appointments)
  }

  /// An appointment with its bill and payments; null if there is none or it is deleted.
  @Query
  static func get(
    _ ctx: QueryContext,
    id: ID<ClinicAppointment>
  ) async throws -> AppointmentDetails? {
    guard let appointment = try await ctx.db.get(id), appointment.isLive else { return nil }
    return AppointmentDetails(
      appointment: appointment,
      customer: Nullable(try await ctx.db.getEncoded(appointment.customerId)),
      pet: Nullable(try await ctx.db.getEncoded(appointment.petId)),
      staff: Nullable(try await ctx.db.getEncoded(appointment.staffId)),
      branch: Nullable(try await ctx.db.getEncoded(appointment.branchId)),
      services: try await ctx.db.withProducts(try await ctx.db.serviceLines(of: id)),
      payments: try await ctx.db.payments(for: id)
    )
  }
}

/// An appointment that was made.
@ConvexObject
struct MadeAppointment {
  var appointmentId: ID<ClinicAppointment>
  var appointmentNumber: String
}
