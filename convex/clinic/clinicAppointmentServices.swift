import Hull

/// The lines of appointments' bills.
@Functions("clinic/clinicAppointmentServices")
enum ClinicAppointmentServices {
  /// Adds a line to the bill of an appointment that is not over, and works out its total.
  ///
  /// `productId` names the goods it takes out of stock; it may be the service itself. Quantities may
  /// have fractions.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    appointmentId: ID<ClinicAppointment>,
    serviceId: ID<Product>,
    productId: ID<Product>?,
    variantId: ID<ProductVariant>?,
    quantity: Double,
    unitPrice: Double,
    discountAmount: Double,
    discountType: String,
    isPrescription: Bool,
    prescriptionDosage: String?,
    notes: String?
  ) async throws -> ID<ClinicAppointmentService> {
    _ = try await ctx.db.openAppointment(appointmentId, to: "get more services")
    _ = try await ctx.db.live(serviceId)
    if let productId { _ = try await ctx.db.live(productId) }
    if let variantId { try await ctx.db.requireVariant(variantId, of: productId ?? serviceId) }
    let quantity = try Form.quantity(quantity)
    let unitPrice = try Form.amount(unitPrice, "unitPrice")
    let discount = try Form.discount(discountAmount, type: discountType)
    let id = try await ctx.db.insert(
      ClinicAppointmentService(
        appointmentId: appointmentId,
        serviceId: serviceId,
        productId: productId,
        variantId: variantId,
        quantity: quantity,
        unitPrice: unitPrice,
        discountAmount: discount.amount,
        discountType: discount.type,
        subtotal: ServiceLine.subtotal(
          quantity: quantity,
          unitPrice: unitPrice,
          discount: discount
        ),
        isPrescription: isPrescription,
        prescriptionDosage: prescriptionDosage?.nonBlank,
        prescriptionPickedUp: isPrescription ? false : nil,
        notes: notes?.nonBlank
      )
    )
    try await AppointmentBill.recompute(appointmentId, in: ctx.db)
    return id
  }

  /// The lines of an appointment's bill with their products, in the order they were added.
  @Query
  static func list(
    _ ctx: QueryContext,
    appointmentId: ID<ClinicAppointment>
  ) async throws -> [ServiceLineDetails] {
    try await ctx.db.withProducts(try await ctx.db.serviceLines(of: appointmentId))
  }

  /// Takes a line off the bill of an appointment that is not over, and works out its total.
  ///
  /// A prescription that was picked up stays. Removing twice changes nothing.
  @Mutation
  static func remove(
    _ ctx: MutationContext,
    id: ID<ClinicAppointmentService>
  ) async throws -> ID<ClinicAppointmentService> {
    let line = try await ctx.db.existing(id)
    guard line.isLive else { return id }
    _ = try await ctx.db.openAppointment(line.appointmentId, to: "lose services")
    guard line.prescriptionPickedUp != true else {
      throw Refusal.prescriptionIsPickedUp()
    }
    try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    try await AppointmentBill.recompute(line.appointmentId, in: ctx.db)
    return id
  }

  /// Hands out a prescribed medicine: the same as `clinicAppointments:pickupPrescription`.
  @Mutation
  static func pickupPrescription(
    _ ctx: MutationContext,
    serviceItemId: ID<ClinicAppointmentService>
  ) async throws -> ID<ClinicAppointmentService> {
    try await AppointmentBill.pickUp(serviceItemId, ctx)
  }
}
