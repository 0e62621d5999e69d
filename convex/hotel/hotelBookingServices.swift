import Hull

/// Services during stays, such as grooming.
@Functions("hotel/hotelBookingServices")
enum HotelBookingServices {
  /// The services of a stay, in the order they were added.
  @Query
  static func list(
    _ ctx: QueryContext,
    bookingId: ID<HotelBooking>
  ) async throws -> [Document<HotelBookingService>] {
    try await ctx.db.stayServices(of: bookingId)
  }

  /// Adds a service to a booking that is not over, and works out its bill.
  @Mutation
  static func add(
    _ ctx: MutationContext,
    bookingId: ID<HotelBooking>,
    serviceId: ID<Product>,
    serviceDate: Double,
    quantity: Double,
    unitPrice: Double,
    discountAmount: Double?,
    discountType: String?,
    notes: String?
  ) async throws -> ID<HotelBookingService> {
    _ = try await ctx.db.openBooking(bookingId, to: "get more services")
    try await requireService(serviceId, ctx.db)
    var line = HotelBookingService(
      bookingId: bookingId,
      serviceId: serviceId,
      serviceDate: serviceDate,
      quantity: quantity,
      unitPrice: unitPrice,
      discountAmount: discountAmount ?? 0,
      discountType: discountType ?? "nominal",
      subtotal: 0,
      notes: notes?.nonBlank
    )
    try line.price()
    let id = try await ctx.db.insert(line)
    try await HotelStays.recalculateTotal(ctx, bookingId: bookingId)
    return id
  }

  /// Changes the fields that are given, and works out the bill; a blank note changes nothing.
  @Mutation
  static func update(
    _ ctx: MutationContext,
    id: ID<HotelBookingService>,
    serviceId: ID<Product>?,
    serviceDate: Double?,
    quantity: Double?,
    unitPrice: Double?,
    discountAmount: Double?,
    discountType: String?,
    notes: String?
  ) async throws {
    var line = try await ctx.db.live(id).value
    _ = try await ctx.db.openBooking(line.bookingId, to: "change services")
    if let serviceId {
      try await requireService(serviceId, ctx.db)
      line.serviceId = serviceId
    }
    line.serviceDate = serviceDate ?? line.serviceDate
    line.quantity = quantity ?? line.quantity
    line.unitPrice = unitPrice ?? line.unitPrice
    line.discountAmount = discountAmount ?? line.discountAmount
    line.discountType = discountType ?? line.discountType
    line.notes = notes?.nonBlank ?? line.notes
    try line.price()
    try await ctx.db.replace(id, with: line)
    try await HotelStays.recalculateTotal(ctx, bookingId: line.bookingId)
  }

  /// Takes a service off a booking that is not over, and works out its bill; removing twice changes
  /// nothing.
  @Mutation
  static func remove(_ ctx: MutationContext, id: ID<HotelBookingService>) async throws {
    let line = try await ctx.db.existing(id)
    guard line.isLive else { return }
    _ = try await ctx.db.openBooking(line.bookingId, to: "lose services")
    try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    try await HotelStays.recalculateTotal(ctx, bookingId: line.bookingId)
  }

  private static func requireService(_ id: ID<Product>, _ db: DatabaseWriter) async throws {
    guard try await db.live(id).type == "service" else {
      throw Refusal.invalid("serviceId", "The product is not a service", "Produk bukan layanan")
    }
  }
}

extension HotelBookingService {
  /// Checks what a form may have put into the line, and works out what it costs.
  ///
  /// - Throws: `INVALID_QUANTITY`, `VALIDATION`.
  fileprivate mutating func price() throws {
    serviceDate = try Form.finite(serviceDate, "serviceDate")
    quantity = try Form.quantity(quantity)
    unitPrice = try Form.amount(unitPrice, "unitPrice")
    let discount = try Form.discount(discountAmount, type: discountType)
    discountAmount = discount.amount
    discountType = discount.type
    subtotal = ServiceLine.subtotal(
      quantity: quantity,
      unitPrice: unitPrice,
      discount: discount
    )
  }
}
