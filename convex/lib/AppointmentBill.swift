import Hull

/// The money of an appointment.
enum AppointmentBill {
  /// Works an appointment's money out of its lines and stores it.
  ///
  /// - Throws: `NOT_FOUND` if there is no such appointment.
  static func recompute(_ id: ID<ClinicAppointment>, in db: DatabaseWriter) async throws {
    let appointment = try await db.existing(id)
    let totals = BillTotals(
      subtotals: try await db.serviceLines(of: id).map(\.subtotal),
      discount: Discount(amount: appointment.discountAmount, type: appointment.discountType),
      taxRate: appointment.taxRate,
      paidAmount: appointment.paidAmount
    )
    try await db.patch(id) {
      $0.set(\.subtotal, totals.subtotal)
      $0.set(\.taxAmount, totals.taxAmount)
      $0.set(\.totalAmount, totals.totalAmount)
      $0.set(\.outstandingAmount, totals.outstandingAmount)
    }
  }

  /// Takes the goods of a line out of the branch's stock.
  ///
  /// A line without goods, and a service given as goods, take nothing.
  ///
  /// - Throws: `NOT_FOUND`, `INSUFFICIENT_STOCK`.
  static func takeGoods(
    of line: ClinicAppointmentService,
    for appointment: Document<ClinicAppointment>,
    _ ctx: MutationContext
  ) async throws {
    guard let productId = line.productId else { return }
    _ = try await Stock.take(
      line.quantity,
      of: try await ctx.db.existing(productId),
      variant: line.variantId,
      from: appointment.branchId,
      cause: Stock.Cause(
        movementType: "SALE_OUT",
        referenceType: "ClinicAppointment",
        referenceId: appointment.id.string,
        notes: appointment.appointmentNumber
      ),
      ctx
    )
  }

  /// Takes the goods of a prescription out of stock, once, and notes when.
  ///
  /// - Throws: `NOT_FOUND`, `INSUFFICIENT_STOCK`; `VALIDATION` for a line that is no prescription
  ///   of goods; `CONFLICT_STATE` for one that was picked up, or whose appointment is cancelled.
  static func pickUp(
    _ id: ID<ClinicAppointmentService>,
    _ ctx: MutationContext
  ) async throws -> ID<ClinicAppointmentService> {
    let line = try await ctx.db.live(id)
    guard line.isPrescription, line.productId != nil else {
      throw Refusal.invalid(
        "serviceItemId",
        "The item is not a prescription of a product",
        "Item ini bukan resep obat"
      )
    }
    guard line.prescriptionPickedUp != true else {
      throw Refusal.prescriptionIsPickedUp()
    }
    let appointment = try await ctx.db.live(line.appointmentId)
    guard appointment.status != AppointmentStatus.cancelled else {
      throw Refusal.appointment(appointment.status, cannot: "hand out prescriptions")
    }
    try await takeGoods(of: line.value, for: appointment, ctx)
    try await ctx.db.patch(id) {
      $0.set(\.prescriptionPickedUp, true)
      $0.set(\.prescriptionPickupDate, ctx.now)
    }
    return id
  }
}
