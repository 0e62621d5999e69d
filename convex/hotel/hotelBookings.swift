import Hull

/// Bookings of the pet hotel: making, cancelling, listing.
@Functions("hotel/hotelBookings")
enum HotelBookings {
  /// The most bookings a list holds.
  static let maximumListed = 4_000

  /// Reserves a room for a customer's pet, at the room's rate of today.
  ///
  /// A stay may begin at the moment another one ends. Begun days are paid for in full.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    branchId: ID<Branch>,
    customerId: ID<Customer>,
    petId: ID<CustomerPet>,
    roomId: ID<HotelRoom>,
    checkInDate: Double,
    checkOutDate: Double,
    specialRequests: String?,
    emergencyContact: String?,
    ownFood: Bool,
    notes: String?
  ) async throws -> MadeBooking {
    guard let stay = Stay(checkIn: checkInDate, checkOut: checkOutDate) else {
      throw Refusal.invalid(
        "checkOutDate",
        "Check-out date must be after check-in date",
        "Tanggal check-out harus setelah tanggal check-in"
      )
    }
    _ = try await ctx.db.live(branchId)
    _ = try await ctx.db.live(customerId)
    let room = try await ctx.db.live(roomId)
    guard room.isActive else { throw Refusal.notFound(roomId) }
    guard room.branchId == branchId else {
      throw Refusal.invalid(
        "roomId",
        "The room does not belong to the branch",
        "Kandang tidak ada di cabang tersebut"
      )
    }
    _ = try await ctx.db.pet(petId, of: customerId)
    if let other = try await ctx.db.booking(of: roomId, during: stay) {
      throw Refusal.roomIsTaken(by: other.value)
    }
    let roomTotal = try Form.amount(stay.numberOfDays * room.dailyRate, "checkOutDate")
    let number = try await ctx.db.documentNumber("HTL", at: ctx.now)
    let id = try await ctx.db.insert(
      HotelBooking(
        bookingNumber: number,
        branchId: branchId,
        customerId: customerId,
        petId: petId,
        roomId: roomId,
        checkInDate: stay.checkIn,
        checkOutDate: stay.checkOut,
        status: BookingStatus.reserved,
        numberOfDays: stay.numberOfDays,
        dailyRate: room.dailyRate,
        roomTotal: roomTotal,
        servicesTotal: 0,
        consumablesTotal: 0,
        subtotal: roomTotal,
        discountAmount: 0,
        discountType: "nominal",
        taxAmount: 0,
        taxRate: 0,
        totalAmount: roomTotal,
        paidAmount: 0,
        outstandingAmount: roomTotal,
        specialRequests: specialRequests?.nonBlank,
        emergencyContact: emergencyContact?.nonBlank,
        ownFood: ownFood,
        notes: notes?.nonBlank
      )
    )
    try await ctx.db.refreshStatus(of: roomId)
    return MadeBooking(bookingId: id, bookingNumber: number)
  }

  /// Cancels a booking that is not over, freeing its room.
  @Mutation
  static func cancel(
    _ ctx: MutationContext,
    id: ID<HotelBooking>,
    reason: String?
  ) async throws {
    let booking = try await ctx.db.openBooking(id, to: "be cancelled")
    try await ctx.db.patch(id) {
      $0.set(\.status, BookingStatus.cancelled)
      $0.set(
        \.notes,
        booking.notes.appending(notes: reason?.nonBlank.map { "Alasan pembatalan: \($0)" })
      )
    }
    try await ctx.db.refreshStatus(of: booking.roomId)
  }

  /// Hides a booking unless its pet is in the room, and frees the room; deleting twice changes
  /// nothing.
  @Mutation
  static func remove(_ ctx: MutationContext, id: ID<HotelBooking>) async throws {
    let booking = try await ctx.db.existing(id)
    guard booking.isLive else { return }
    guard booking.status != BookingStatus.checkedIn else {
      throw Refusal.booking(booking.status, cannot: "be deleted")
    }
    try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    try await ctx.db.refreshStatus(of: booking.roomId)
  }

  /// Changes discount and tax of a booking that is not over.
  @Mutation
  static func updateDiscountAndTax(
    _ ctx: MutationContext,
    id: ID<HotelBooking>,
    discountAmount: Double,
    discountType: String,
    taxRate: Double
  ) async throws {
    _ = try await ctx.db.openBooking(id, to: "be billed otherwise")
    let discount = try Form.discount(discountAmount, type: discountType)
    let taxRate = try Form.taxRate(taxRate)
    try await ctx.db.patch(id) {
      $0.set(\.discountAmount, discount.amount)
      $0.set(\.discountType, discount.type)
      $0.set(\.taxRate, taxRate)
    }
    try await BookingBill.recompute(id, in: ctx.db)
  }

  /// The newest bookings in the order they were made: of a branch, else of a customer, else of a room,
  /// else all; of one status, if given.
  ///
  /// At most `limit`, 4 000 unless given, out of the newest 4 000.
  @Query
  static func list(
    _ ctx: QueryContext,
    branchId: ID<Branch>?,
    customerId: ID<Customer>?,
    status: String?,
    roomId: ID<HotelRoom>?,
    limit: Double?
  ) async throws -> [Document<HotelBooking>] {
    let limit = try Form.limit(limit, default: maximumListed, maximum: maximumListed)
    let all = ctx.db.query(HotelBooking.self)
    let chosen =
      if let branchId {
        all.withIndex(HotelBooking.byBranch) { $0.eq(branchId) }
      } else if let customerId {
        all.withIndex(HotelBooking.byCustomer) { $0.eq(customerId) }
      } else if let roomId {
        all.withIndex(HotelBooking.byRoom) { $0.eq(roomId) }
      } else if let status {
        all.withIndex(HotelBooking.byStatus) { $0.eq(status) }
      } else {
        all.fullTableScan()
      }
    return
      try await chosen.order(.descending)
      .take(limit, ofFirst: maximumListed) {
        $0.isLive && (status == nil || $0.status == status)
      }
      .reversed()
  }

  /// A booking; null if there is none or it is deleted.
  @Query
  static func get(
    _ ctx: QueryContext,
    id: ID<HotelBooking>
  ) async throws -> Document<HotelBooking>? {
    guard let booking = try await ctx.db.get(id), booking.isLive else { return nil }
    return booking
  }
}

/// A booking that was made.
@ConvexObject
struct MadeBooking {
  var bookingId: ID<HotelBooking>
  var bookingNumber: String
}
