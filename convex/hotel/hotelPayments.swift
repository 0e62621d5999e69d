import Hull

/// Payments for stays.
@Functions("hotel/hotelPayments")
enum HotelPayments {
  /// The payments for a stay, in the order they were made.
  @Query
  static func list(
    _ ctx: QueryContext,
    bookingId: ID<HotelBooking>
  ) async throws -> [Document<HotelPayment>] {
    try await ctx.db.payments(for: bookingId)
  }

  /// Takes a payment, or gives money back with the type `Refund`.
  ///
  /// Before check-out it may be a deposit of any amount; after, it is at most what is owed. No more is
  /// given back than was paid. A cancelled booking takes no payments.
  @Mutation
  static func add(
    _ ctx: MutationContext,
    bookingId: ID<HotelBooking>,
    paymentType: String,
    amount: Double,
    paymentMethod: String,
    referenceNumber: String?,
    paymentDate: Double?,
    notes: String?
  ) async throws -> ID<HotelPayment> {
    let booking = try await ctx.db.live(bookingId)
    guard booking.status != BookingStatus.cancelled else {
      throw Refusal.booking(booking.status, cannot: "be paid")
    }
    let type = try HotelPaymentType.checked(paymentType)
    let amount =
      if booking.status == BookingStatus.checkedOut, type != HotelPaymentType.refund {
        try Settlement.laterPayment(of: amount, outstanding: booking.outstandingAmount)
      } else {
        try Form.payment(amount)
      }
    let payment = HotelPayment(
      bookingId: bookingId,
      paymentType: type,
      amount: amount,
      paymentMethod: try Form.required(paymentMethod, "paymentMethod"),
      referenceNumber: referenceNumber,
      paymentDate: try Form.finite(paymentDate ?? ctx.now, "paymentDate"),
      notes: notes
    )
    try await ctx.db.addPaid(payment.paid, to: booking)
    return try await ctx.db.insert(payment)
  }

  /// Changes the fields that are given, until the booking is checked out.
  @Mutation
  static func update(
    _ ctx: MutationContext,
    id: ID<HotelPayment>,
    paymentType: String?,
    amount: Double?,
    paymentMethod: String?,
    referenceNumber: String?,
    paymentDate: Double?,
    notes: String?
  ) async throws {
    var payment = try await ctx.db.live(id).value
    let booking = try await unfinished(payment.bookingId, to: "change payments", ctx.db)
    let paidBefore = payment.paid
    if let paymentType { payment.paymentType = try HotelPaymentType.checked(paymentType) }
    if let amount { payment.amount = try Form.payment(amount) }
    if let method = try Form.change(paymentMethod, "paymentMethod") {
      payment.paymentMethod = method
    }
    payment.referenceNumber = referenceNumber ?? payment.referenceNumber
    if let paymentDate { payment.paymentDate = try Form.finite(paymentDate, "paymentDate") }
    payment.notes = notes ?? payment.notes
    try await ctx.db.addPaid(Rupiah.rounded(payment.paid - paidBefore), to: booking)
    try await ctx.db.replace(id, with: payment)
  }

  /// Takes a payment back out of the books, until the booking is checked out; removing twice changes
  /// nothing.
  @Mutation
  static func remove(_ ctx: MutationContext, id: ID<HotelPayment>) async throws {
    let payment = try await ctx.db.existing(id)
    guard payment.isLive else { return }
    let booking = try await unfinished(payment.bookingId, to: "lose payments", ctx.db)
    try await ctx.db.addPaid(-payment.value.paid, to: booking)
    try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
  }

  /// What was paid for a stay in all, by type and by method.
  @Query
  static func getSummary(
    _ ctx: QueryContext,
    bookingId: ID<HotelBooking>
  ) async throws -> HotelPaymentSummary {
    HotelPaymentSummary(of: try await ctx.db.payments(for: bookingId).map(\.value))
  }

  private static func unfinished(
    _ id: ID<HotelBooking>,
    to action: String,
    _ db: DatabaseWriter
  ) async throws -> Document<HotelBooking> {
    let booking = try await db.live(id)
    guard booking.status != BookingStatus.checkedOut else {
      throw Refusal.booking(booking.status, cannot: action)
    }
    return booking
  }
}
