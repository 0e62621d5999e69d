import Hull

/// The money of a stay.
enum BookingBill {
  /// Works a booking's money out of room, services and goods and stores it.
  ///
  /// - Throws: `NOT_FOUND` if there is no such booking.
  static func recompute(_ id: ID<HotelBooking>, in db: DatabaseWriter) async throws {
    let booking = try await db.existing(id)
    let services = try await db.stayServices(of: id).map(\.subtotal).rupiahTotal
    let consumables = try await db.consumables(of: id).map(\.subtotal).rupiahTotal
    let totals = BillTotals(
      subtotals: [booking.roomTotal, services, consumables],
      discount: Discount(amount: booking.discountAmount, type: booking.discountType),
      taxRate: booking.taxRate,
      paidAmount: booking.paidAmount
    )
    try await db.patch(id) {
      $0.set(\.servicesTotal, services)
      $0.set(\.consumablesTotal, consumables)
      $0.set(\.subtotal, totals.subtotal)
      $0.set(\.taxAmount, totals.taxAmount)
      $0.set(\.totalAmount, totals.totalAmount)
      $0.set(\.outstandingAmount, totals.outstandingAmount)
    }
  }
}

extension DatabaseReading {
  /// The live services of a stay, in the order they were added.
  func stayServices(
    of booking: ID<HotelBooking>
  ) async throws -> [Document<HotelBookingService>] {
    try await query(HotelBookingService.self)
      .withIndex(HotelBookingService.byBooking) { $0.eq(booking) }
      .filter(\.isLive)
      .collect()
  }

  /// The live goods of a stay, in the order they were used up.
  func consumables(of booking: ID<HotelBooking>) async throws -> [Document<HotelConsumable>] {
    try await query(HotelConsumable.self)
      .withIndex(HotelConsumable.byBooking) { $0.eq(booking) }
      .filter(\.isLive)
      .collect()
  }

  /// The live payments for a stay, in the order they were made.
  func payments(for booking: ID<HotelBooking>) async throws -> [Document<HotelPayment>] {
    try await query(HotelPayment.self)
      .withIndex(HotelPayment.byBooking) { $0.eq(booking) }
      .filter(\.isLive)
      .collect()
  }
}
