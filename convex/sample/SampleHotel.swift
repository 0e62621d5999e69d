import Hull

/// A booking of the sample.
struct SampleBooking {
  var customer: String
  var pet: String
  /// The code of the room, whose branch it is at.
  var room: String
  /// Arrival in days after its customer was registered; no two bookings of a customer are equal.
  var daysFromNow: Double
  var days: Double
  var deposit: Double
  var specialRequests: String?
  var emergencyContact: String?
  /// What settles the bill at departure; nil leaves the room reserved.
  var payment: PaymentInput?

  static let all = [
    SampleBooking(
      customer: "CUST0009",
      pet: "Simba",
      room: "KDG004",
      daysFromNow: 5,
      days: 4,
      deposit: 200_000,
      specialRequests: "Near the window, please",
      emergencyContact: "081234567899"
    )
  ]
}

extension SampleLoader {
  func loadRooms() async throws {
    for (code, name, type, animal, size, rate, branch) in [
      ("KDG001", "Kandang Kucing A", "Cage", "Kucing", "Small", 75_000.0, "PUSAT"),
      ("KDG002", "Kandang Kucing B", "Cage", "Kucing", "Medium", 100_000, "BANDUNG"),
      ("KDG003", "Kamar Anjing A", "Room", "Anjing", "Large", 150_000, "PUSAT"),
      ("KDG004", "Kamar Kucing A", "Room", "Kucing", "Medium", 200_000, "PUSAT"),
      ("KDG005", "Suite Anjing", "Suite", "Anjing", "Large", 250_000, "BANDUNG"),
    ] {
      guard let branch = try await self.branch(branch) else { continue }
      _ = try await row(try await room(code)?.id) {
        try await HotelRooms.create(
          ctx,
          code: code,
          name: name,
          branchId: branch,
          roomType: type,
          animalCategory: animal,
          size: size,
          dailyRate: rate,
          capacity: 1,
          amenities: type == "Cage" ? ["AC"] : ["AC", "CCTV"],
          description: nil
        )
      }
    }
  }

  /// Makes the appointments and bookings of the sample that are still to come.
  func loadVisits() async throws {
    for appointment in SampleAppointment.all { try await load(appointment) }
    for booking in SampleBooking.all { try await load(booking) }
  }

  /// The room with a code, deleted or not.
  private func room(_ code: String) async throws -> Document<HotelRoom>? {
    try await ctx.db.query(HotelRoom.self).withIndex(HotelRoom.byCode) { $0.eq(code) }.first()
  }

  /// Makes a booking through the functions of the hotel, unless it is there.
  ///
  /// A booking of the sample is known by its customer and its arrival, which follows from when the
  /// customer was registered.
  func load(_ sample: SampleBooking) async throws {
    guard let customer = try await customer(sample.customer),
      let pet = try await pet(sample.pet, of: customer),
      let room = try await room(sample.room)
    else { return }
    let registered = try await ctx.db.existing(customer).creationTime.rounded(.down)
    let arrival = registered + sample.daysFromNow * Self.day
    let departure = arrival + sample.days * Self.day
    _ = try await row(
      try await ctx.db.query(HotelBooking.self)
        .withIndex(HotelBooking.byCustomer) { $0.eq(customer) }
        .filter { $0.checkInDate == arrival }
        .first()?.id
    ) {
      let booking = try await HotelBookings.create(
        ctx,
        branchId: room.branchId,
        customerId: customer,
        petId: pet,
        roomId: room.id,
        checkInDate: arrival,
        checkOutDate: departure,
        specialRequests: sample.specialRequests,
        emergencyContact: sample.emergencyContact,
        ownFood: false,
        notes: nil
      ).bookingId
      _ = try await HotelPayments.add(
        ctx,
        bookingId: booking,
        paymentType: HotelPaymentType.deposit,
        amount: sample.deposit,
        paymentMethod: "BANK_TRANSFER",
        referenceNumber: nil,
        paymentDate: min(arrival, registered),
        notes: nil
      )
      countInserted(HotelPayment.self)
      if let payment = sample.payment {
        try await finish(booking, from: arrival, to: departure, payment)
      }
      return booking
    }
  }

  private func finish(
    _ booking: ID<HotelBooking>,
    from arrival: Double,
    to departure: Double,
    _ payment: PaymentInput
  ) async throws {
    try await HotelStays.checkIn(ctx, id: booking, actualCheckInDate: arrival, notes: nil)
    try await HotelStays.checkOut(
      ctx,
      id: booking,
      actualCheckOutDate: departure,
      payments: [payment],
      notes: nil
    )
    countInserted(HotelPayment.self)
    let earned = try await ctx.db.existing(booking).pointsEarned ?? 0
    countEvent(earned: earned, redeemed: 0)
  }
}
