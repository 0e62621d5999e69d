import Hull

/// Payments for appointments.
@Functions("clinic/clinicPayments")
enum ClinicPayments {
  /// The payments for an appointment, newest first.
  @Query
  static func list(
    _ ctx: QueryContext,
    appointmentId: ID<ClinicAppointment>
  ) async throws -> [Document<ClinicPayment>] {
    try await ctx.db.payments(for: appointmentId).reversed()
  }

  /// Takes a payment, before the appointment is completed or after.
  ///
  /// Before, it may be a deposit of any amount; after, it is at most what is owed. A cancelled
  /// appointment takes none.
  @Mutation
  static func add(
    _ ctx: MutationContext,
    appointmentId: ID<ClinicAppointment>,
    amount: Double,
    paymentMethod: String,
    referenceNumber: String?,
    notes: String?
  ) async throws -> ID<ClinicPayment> {
    let appointment = try await ctx.db.live(appointmentId)
    guard appointment.status != AppointmentStatus.cancelled else {
      throw Refusal.appointment(appointment.status, cannot: "be paid")
    }
    let amount =
      if appointment.status == AppointmentStatus.completed {
        try Settlement.laterPayment(of: amount, outstanding: appointment.outstandingAmount)
      } else {
        try Form.payment(amount)
      }
    let payment = PaymentInput(
      amount: amount,
      paymentMethod: try Form.required(paymentMethod, "paymentMethod"),
      referenceNumber: referenceNumber,
      notes: notes
    )
    let id = try await ctx.db.insert(ClinicPayment(payment, for: appointmentId, at: ctx.now))
    let paid = Rupiah.sum(appointment.paidAmount, amount)
    try await ctx.db.patch(appointmentId) {
      $0.set(\.paidAmount, paid)
      $0.set(\.outstandingAmount, Rupiah.rounded(appointment.totalAmount - paid))
    }
    return id
  }
}

extension Form {
  /// The amount of a payment before a bill is complete: above zero.
  ///
  /// - Throws: `VALIDATION`.
  static func payment(_ rupiah: Double) throws -> Double {
    let amount = try amount(rupiah, "amount")
    guard amount > 0 else {
      throw Refusal.invalid(
        "amount",
        "amount must be positive",
        "Jumlah pembayaran harus lebih dari nol"
      )
    }
    return amount
  }
}
