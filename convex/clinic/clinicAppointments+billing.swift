import Hull

/// What an appointment costs, and its completion.
@Functions("clinic/clinicAppointments")
enum ClinicBilling {
  /// Changes discount and tax of an appointment's bill, as far as they are given.
  @Mutation
  static func updateDiscountAndTax(
    _ ctx: MutationContext,
    appointmentId: ID<ClinicAppointment>,
    discountAmount: Double?,
    discountType: String?,
    taxRate: Double?
  ) async throws -> ID<ClinicAppointment> {
    let appointment = try await ctx.db.openAppointment(appointmentId, to: "be billed otherwise")
    let discount = try Form.discount(
      discountAmount ?? appointment.discountAmount,
      type: discountType ?? appointment.discountType
    )
    let taxRate = try Form.taxRate(taxRate ?? appointment.taxRate)
    try await ctx.db.patch(appointmentId) {
      $0.set(\.discountAmount, discount.amount)
      $0.set(\.discountType, discount.type)
      $0.set(\.taxRate, taxRate)
    }
    try await AppointmentBill.recompute(appointmentId, in: ctx.db)
    return appointmentId
  }

  /// Completes an appointment: payments, stock, medical record, the pet's weight, and the customer's
  /// points change together.
  ///
  /// What was paid before counts too. Prescriptions take no stock until they are picked up.
  @Mutation
  static func submitAppointment(
    _ ctx: MutationContext,
    appointmentId: ID<ClinicAppointment>,
    payments: [PaymentInput]
  ) async throws -> CompletedAppointment {
    let appointment = try await ctx.db.openAppointment(appointmentId, to: "be completed")
    let lines = try await ctx.db.serviceLines(of: appointmentId)
    guard !lines.isEmpty else { throw Refusal.noItems() }
    let settlement = try Settlement(
      payments,
      of: appointment.totalAmount,
      paidBefore: appointment.paidAmount
    )
    let products = try await ctx.db.rows(lines.flatMap(\.value.products))
    let services = try lines.map { line in
      guard let service = products[line.serviceId] else { throw Refusal.notFound(line.serviceId) }
      return service.name
    }
    for line in lines where !line.isPrescription {
      try await AppointmentBill.takeGoods(of: line.value, for: appointment, ctx)
    }
    for payment in settlement.payments {
      _ = try await ctx.db.insert(ClinicPayment(payment, for: appointmentId, at: ctx.now))
    }
    let record = try await PetMedicalRecord(
      of: appointment.value,
      lines: lines,
      products: products,
      ctx.db
    )
    let recordId = try await ctx.db.insert(record)
    if let weight = appointment.weight {
      try await ctx.db.patch(appointment.petId, \.weight, to: weight)
    }
    let event = try await CompletedEvent(
      kind: .clinic,
      referenceId: appointmentId.string,
      referenceNumber: appointment.appointmentNumber,
      customerId: appointment.customerId,
      amount: appointment.totalAmount,
      occurredAt: appointment.appointmentDate,
      branchId: appointment.branchId,
      petId: appointment.petId,
      summary: CompletedEvent.summary(of: services)
    ).record(ctx)
    try await ctx.db.patch(appointmentId) {
      $0.set(\.status, AppointmentStatus.completed)
      $0.set(\.paidAmount, settlement.paidAmount)
      $0.set(\.outstandingAmount, settlement.outstandingAmount)
      $0.set(\.completedAt, ctx.now)
      $0.set(\.pointsEarned, event.pointsEarned)
    }
    return CompletedAppointment(
      appointmentId: appointmentId,
      status: AppointmentStatus.completed,
      totalAmount: appointment.totalAmount,
      paidAmount: settlement.paidAmount,
      outstandingAmount: settlement.outstandingAmount,
      change: settlement.change,
      medicalRecordId: .value(recordId),
      pointsEarned: event.pointsEarned
    )
  }

  /// Hands out a prescribed medicine: its goods leave the stock, once.
  @Mutation
  static func pickupPrescription(
    _ ctx: MutationContext,
    serviceItemId: ID<ClinicAppointmentService>
  ) async throws -> ID<ClinicAppointmentService> {
    try await AppointmentBill.pickUp(serviceItemId, ctx)
  }
}

/// An appointment that was completed.
@ConvexObject
struct CompletedAppointment {
  var appointmentId: ID<ClinicAppointment>
  var status: String
  var totalAmount: Double
  /// Payments of before included.
  var paidAmount: Double
  var outstandingAmount: Double
  /// Cash to give back.
  var change: Double
  var medicalRecordId: Nullable<ID<PetMedicalRecord>>
  var pointsEarned: Double
}

extension ClinicAppointmentService {
  /// The service, and the goods if there are some.
  fileprivate var products: [ID<Product>] { [serviceId] + (productId.map { [$0] } ?? []) }
}

extension ClinicPayment {
  init(_ payment: PaymentInput, for appointment: ID<ClinicAppointment>, at time: Double) {
    self.init(
      appointmentId: appointment,
      amount: payment.amount,
      paymentMethod: payment.paymentMethod,
      referenceNumber: payment.referenceNumber,
      paymentDate: time,
      notes: payment.notes
    )
  }
}
