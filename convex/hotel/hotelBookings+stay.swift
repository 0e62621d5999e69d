import Hull

/// Arrival, departure and the bill of a stay.
@Functions("hotel/hotelBookings")
enum HotelStays {
  /// Notes the arrival of a reserved booking's pet; the room is occupied from then on.
  @Mutation
  static func checkIn(
    _ ctx: MutationContext,
    id: ID<HotelBooking>,
    actualCheckInDate: Double?,
    notes: String?
  ) async throws {
    let booking = try await ctx.db.live(id)
    guard booking.status == BookingStatus.reserved else {
      throw Refusal.booking(booking.status, cannot: "be checked in")
    }
    let arrival = try Form.finite(actualCheckInDate ?? ctx.now, "actualCheckInDate")
    try await ctx.db.patch(id) {
      $0.set(\.status, BookingStatus.checkedIn)
      $0.set(\.actualCheckInDate, arrival)
      $0.set(\.notes, booking.notes.appending(notes: notes))
    }
    try await ctx.db.patch(booking.roomId, \.status, to: RoomStatus.occupied)
  }

  /// Notes the departure and settles the bill: payments, room and the customer's points change
  /// together.
  ///
  /// What was paid before counts too. Only cash may be more than is due; what is too much is not
  /// stored.
  @Mutation
  static func checkOut(
    _ ctx: MutationContext,
    id: ID<HotelBooking>,
    actualCheckOutDate: Double?,
    payments: [PaymentInput],
    notes: String?
  ) async throws {
    let status = try await ctx.db.live(id).status
    guard status == BookingStatus.checkedIn else {
      throw Refusal.booking(status, cannot: "be checked out")
    }
    let departure = try Form.finite(actualCheckOutDate ?? ctx.now, "actualCheckOutDate")
    try await recalculateTotal(ctx, bookingId: id)
    let booking = try await ctx.db.live(id)
    let settlement = try Settlement(
      payments,
      of: booking.totalAmount,
      paidBefore: booking.paidAmount
    )
    for payment in settlement.payments {
      _ = try await ctx.db.insert(
        HotelPayment(
          bookingId: id,
          paymentType: HotelPaymentType.fullPayment,
          amount: payment.amount,
          paymentMethod: payment.paymentMethod,
          referenceNumber: payment.referenceNumber,
          paymentDate: ctx.now,
          notes: payment.notes
        )
      )
    }
    let room = try await ctx.db.existing(booking.roomId)
    let event = try await CompletedEvent(
      kind: .hotel,
      referenceId: id.string,
      referenceNumber: booking.bookingNumber,
      customerId: booking.customerId,
      amount: booking.totalAmount,
      occurredAt: departure,
      branchId: booking.branchId,
      petId: booking.petId,
      summary: "\(room.name) - \(booking.numberOfDays.quantityText) hari"
    ).record(ctx)
    try await ctx.db.patch(id) {
      $0.set(\.status, BookingStatus.checkedOut)
      $0.set(\.actualCheckOutDate, departure)
      $0.set(\.paidAmount, settlement.paidAmount)
      $0.set(\.outstandingAmount, settlement.outstandingAmount)
      $0.set(\.notes, booking.notes.appending(notes: notes))
      $0.set(\.pointsEarned, event.pointsEarned)
    }
    try await ctx.db.refreshStatus(of: booking.roomId)
  }

  /// Works a booking's bill out of room, services and goods.
  @InternalMutation
  static func recalculateTotal(_ ctx: MutationContext, bookingId: ID<HotelBooking>) async throws {
    try await BookingBill.recompute(bookingId, in: ctx.db)
  }

  /// The bill as it is printed: `proforma` without the goods used up, `final` with them.
  @Query
  static func generateInvoice(
    _ ctx: QueryContext,
    id: ID<HotelBooking>,
    invoiceType: String
  ) async throws -> HotelInvoice {
    let kind = try InvoiceKind(checking: invoiceType)
    return try await HotelInvoice(kind, of: try await ctx.db.live(id), ctx.db)
  }
}
