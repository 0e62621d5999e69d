import Hull

/// The rooms of the pet hotel.
@Functions("hotel/hotelRooms")
enum HotelRooms {
  /// The most rooms a list holds.
  static let maximumListed = 2_000

  /// The rooms, active or not, in the order they were added: of a branch, of a type, of a status, for
  /// a kind of animal, as far as these are given.
  @Query
  static func list(
    _ ctx: QueryContext,
    branchId: ID<Branch>?,
    roomType: String?,
    status: String?,
    animalCategory: String?
  ) async throws -> [Document<HotelRoom>] {
    let all = ctx.db.query(HotelRoom.self)
    let chosen =
      if let branchId {
        all.withIndex(HotelRoom.byBranch) { $0.eq(branchId) }
      } else if let roomType {
        all.withIndex(HotelRoom.byRoomType) { $0.eq(roomType) }
      } else if let animalCategory {
        all.withIndex(HotelRoom.byAnimalCategory) { $0.eq(animalCategory) }
      } else if let status {
        all.withIndex(HotelRoom.byStatus) { $0.eq(status) }
      } else {
        all.fullTableScan()
      }
    return try await chosen.take(maximumListed, ofFirst: maximumListed) {
      $0.isLive && (roomType == nil || $0.roomType == roomType)
        && (status == nil || $0.status == status)
        && (animalCategory == nil || $0.animalCategory == animalCategory)
    }
  }

  /// A room; null if there is none or it is deleted.
  @Query
  static func get(_ ctx: QueryContext, id: ID<HotelRoom>) async throws -> Document<HotelRoom>? {
    guard let room = try await ctx.db.get(id), room.isLive else { return nil }
    return room
  }

  /// The live room with a code; null if there is none.
  @Query
  static func getByCode(_ ctx: QueryContext, code: String) async throws -> Document<HotelRoom>? {
    try await ctx.db.room(code: code)
  }

  /// Adds a room, available at once.
  ///
  /// The code of a live room is refused.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    code: String,
    name: String,
    branchId: ID<Branch>,
    roomType: String,
    animalCategory: String,
    size: String,
    dailyRate: Double,
    capacity: Double,
    amenities: [String],
    description: String?,
    isActive: Bool = true
  ) async throws -> ID<HotelRoom> {
    let code = try Form.required(code, "code")
    _ = try await ctx.db.live(branchId)
    try await ctx.db.requireFreeRoomCode(code)
    return try await ctx.db.insert(
      HotelRoom(
        code: code,
        name: try Form.required(name, "name"),
        branchId: branchId,
        roomType: try Form.required(roomType, "roomType"),
        animalCategory: try Form.required(animalCategory, "animalCategory"),
        size: size.trimmed,
        dailyRate: try Form.amount(dailyRate, "dailyRate"),
        capacity: try Form.measurement(capacity, "capacity"),
        amenities: Form.entries(amenities) ?? [],
        description: description?.nonBlank,
        status: RoomStatus.available,
        isActive: isActive
      )
    )
  }

  /// Changes the fields that are given; bookings made before keep their rate.
  @Mutation
  static func update(
    _ ctx: MutationContext,
    id: ID<HotelRoom>,
    code: String?,
    name: String?,
    branchId: ID<Branch>?,
    roomType: String?,
    animalCategory: String?,
    size: String?,
    dailyRate: Double?,
    capacity: Double?,
    amenities: [String]?,
    description: String?,
    status: String?,
    isActive: Bool?
  ) async throws {
    _ = try await ctx.db.live(id)
    if let branchId { _ = try await ctx.db.live(branchId) }
    let code = try Form.change(code, "code")
    if let code { try await ctx.db.requireFreeRoomCode(code, for: id) }
    try await ctx.db.patch(id) {
      $0.set(\.code, ifPresent: code)
      $0.set(\.name, ifPresent: try Form.change(name, "name"))
      $0.set(\.branchId, ifPresent: branchId)
      $0.set(\.roomType, ifPresent: try Form.change(roomType, "roomType"))
      $0.set(\.animalCategory, ifPresent: try Form.change(animalCategory, "animalCategory"))
      $0.set(\.size, ifPresent: size?.trimmed)
      $0.set(\.dailyRate, ifPresent: try dailyRate.map { try Form.amount($0, "dailyRate") })
      $0.set(\.capacity, ifPresent: try capacity.map { try Form.measurement($0, "capacity") })
      $0.set(\.amenities, ifPresent: amenities.map { Form.entries($0) ?? [] })
      $0.set(\.description, ifPresent: description?.nonBlank)
      $0.set(\.status, ifPresent: try status.map(RoomStatus.checked))
      $0.set(\.isActive, ifPresent: isActive)
    }
  }

  /// Sets a room's status by hand, such as `Maintenance`, which bookings then leave alone.
  @Mutation
  static func updateStatus(
    _ ctx: MutationContext,
    id: ID<HotelRoom>,
    status: String
  ) async throws {
    _ = try await ctx.db.live(id)
    try await ctx.db.patch(id, \.status, to: try RoomStatus.checked(status))
  }

  /// Hides a room that nobody is in or has reserved; deleting twice changes nothing.
  @Mutation
  static func remove(_ ctx: MutationContext, id: ID<HotelRoom>) async throws {
    guard try await ctx.db.existing(id).isLive else { return }
    for status in [BookingStatus.checkedIn, BookingStatus.reserved]
    where try await ctx.db.hasBooking(of: id, status: status) {
      throw Refusal.conflict(
        status,
        "The room has active bookings and cannot be deleted",
        "Kandang masih memiliki booking aktif"
      )
    }
    try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
  }

  /// Whether a room is free for a whole stay, leaving a booking that is being changed out of account.
  ///
  /// False for a room that is missing, deleted or inactive, and for a stay that ends before it begins.
  @Query
  static func checkAvailability(
    _ ctx: QueryContext,
    roomId: ID<HotelRoom>,
    checkInDate: Double,
    checkOutDate: Double,
    excludeBookingId: ID<HotelBooking>?
  ) async throws -> Bool {
    guard let stay = Stay(checkIn: checkInDate, checkOut: checkOutDate),
      let room = try await ctx.db.get(roomId), room.isLive, room.isActive
    else { return false }
    return try await ctx.db.booking(of: roomId, during: stay, except: excludeBookingId) == nil
  }

  /// The active rooms of a branch that are free for a whole stay, in the order they were added: for a
  /// kind of animal and of a type, if given.
  ///
  /// None for a stay that ends before it begins: a form asks while it is being filled in.
  @Query
  static func getAvailableRooms(
    _ ctx: QueryContext,
    branchId: ID<Branch>,
    checkInDate: Double,
    checkOutDate: Double,
    animalCategory: String?,
    roomType: String?
  ) async throws -> [Document<HotelRoom>] {
    guard let stay = Stay(checkIn: checkInDate, checkOut: checkOutDate) else { return [] }
    let rooms = try await ctx.db.query(HotelRoom.self)
      .withIndex(HotelRoom.byBranch) { $0.eq(branchId) }
      .take(maximumListed, ofFirst: maximumListed) {
        $0.isLive && $0.isActive && (roomType == nil || $0.roomType == roomType)
          && (animalCategory == nil || $0.animalCategory == animalCategory)
      }
    var available: [Document<HotelRoom>] = []
    for room in rooms where try await ctx.db.booking(of: room.id, during: stay) == nil {
      available.append(room)
    }
    return available
  }
}

extension DatabaseReading {
  /// The live room with a code.
  fileprivate func room(code: String) async throws -> Document<HotelRoom>? {
    try await query(HotelRoom.self)
      .withIndex(HotelRoom.byCode) { $0.eq(code) }
      .filter(\.isLive)
      .first()
  }

  /// Refuses a code that another live room has.
  ///
  /// - Throws: `DUPLICATE_ENTRY`.
  fileprivate func requireFreeRoomCode(
    _ code: String,
    for room: ID<HotelRoom>? = nil
  ) async throws {
    if let other = try await self.room(code: code), other.id != room {
      throw Refusal.duplicate(HotelRoom.self, field: "code", value: code)
    }
  }
}
