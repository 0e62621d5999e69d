import Hull

/// Goods that pets use up during stays.
@Functions("hotel/hotelConsumables")
enum HotelConsumables {
  /// The goods of a stay, in the order they were noted.
  @Query
  static func list(
    _ ctx: QueryContext,
    bookingId: ID<HotelBooking>
  ) async throws -> [Document<HotelConsumable>] {
    try await ctx.db.consumables(of: bookingId)
  }

  /// Notes goods used up by a pet that is in its room: they leave the stock at once and are billed at
  /// what they cost the shop.
  ///
  /// Nothing is billed to a customer who brought the food. Services are no goods.
  @Mutation
  static func add(
    _ ctx: MutationContext,
    bookingId: ID<HotelBooking>,
    productId: ID<Product>,
    variantId: ID<ProductVariant>?,
    consumptionDate: Double,
    quantity: Double,
    notes: String?
  ) async throws -> ID<HotelConsumable> {
    let booking = try await ctx.db.live(bookingId)
    guard booking.status == BookingStatus.checkedIn else {
      throw Refusal.booking(booking.status, cannot: "use up goods")
    }
    guard !booking.ownFood else {
      throw Refusal.conflict(
        booking.status,
        "The customer brought own food: no goods are billed",
        "Pelanggan membawa makanan sendiri"
      )
    }
    let product = try await ctx.db.live(productId)
    guard Product.isTracked(type: product.type) else {
      throw Refusal.invalid(
        "productId",
        "Services are no goods; add them as services of the booking",
        "Layanan tidak dapat dicatat sebagai konsumsi"
      )
    }
    if let variantId { try await ctx.db.requireVariant(variantId, of: productId) }
    let date = try Form.finite(consumptionDate, "consumptionDate")
    let quantity = try Form.quantity(quantity)
    let cost = try await Stock.take(
      quantity,
      of: product,
      variant: variantId,
      from: booking.branchId,
      cause: Stock.Cause(
        movementType: "HOTEL_CONSUMPTION",
        referenceType: "HotelBooking",
        referenceId: bookingId.string,
        notes: notes?.nonBlank ?? booking.bookingNumber
      ),
      ctx
    )
    let id = try await ctx.db.insert(
      HotelConsumable(
        bookingId: bookingId,
        productId: productId,
        variantId: variantId,
        consumptionDate: date,
        quantity: quantity,
        unitPrice: cost.unit,
        subtotal: cost.total,
        notes: notes?.nonBlank
      )
    )
    try await HotelStays.recalculateTotal(ctx, bookingId: bookingId)
    return id
  }

  /// Changes date or notes while the booking is not over; quantity and price stay.
  @Mutation
  static func update(
    _ ctx: MutationContext,
    id: ID<HotelConsumable>,
    consumptionDate: Double?,
    notes: String?
  ) async throws {
    let line = try await ctx.db.live(id)
    _ = try await ctx.db.openBooking(line.bookingId, to: "change goods")
    let date = try consumptionDate.map { try Form.finite($0, "consumptionDate") }
    try await ctx.db.patch(id) {
      $0.set(\.consumptionDate, ifPresent: date)
      $0.set(\.notes, ifPresent: notes?.nonBlank)
    }
  }

  /// Takes goods off the bill of a booking that is not over.
  ///
  /// They are used up all the same: the stock stays as it is. Removing twice changes nothing.
  @Mutation
  static func remove(_ ctx: MutationContext, id: ID<HotelConsumable>) async throws {
    let line = try await ctx.db.existing(id)
    guard line.isLive else { return }
    _ = try await ctx.db.openBooking(line.bookingId, to: "lose goods")
    try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    try await HotelStays.recalculateTotal(ctx, bookingId: line.bookingId)
  }
}
