import Hull
import HullTesting

@testable import PetShop

/// A pet hotel with a room, and a customer with a cat: what its tests begin with.
struct Hotel {
  let shop: Shop
  let branch: ID<Branch>
  let customer: ID<Customer>
  let pet: ID<CustomerPet>
  /// At 150 000 a day.
  let room: ID<HotelRoom>

  var backend: TestBackend { shop.backend }

  static let statuses = ["Reserved", "CheckedIn", "CheckedOut", "Cancelled"]

  /// A day in milliseconds.
  static let day = 86_400_000.0

  /// A booking of the room, or of another one.
  func reserve(
    _ room: ID<HotelRoom>? = nil,
    from checkIn: Double = 10 * day,
    to checkOut: Double = 13 * day,
    ownFood: Bool = false,
    notes: String? = nil
  ) async throws -> ID<HotelBooking> {
    try await shop.tick()
    return try await backend.mutation(
      HotelBookings.$create(
        branchId: branch,
        customerId: customer,
        petId: pet,
        roomId: room ?? self.room,
        checkInDate: checkIn,
        checkOutDate: checkOut,
        ownFood: ownFood,
        notes: notes
      )
    ).bookingId
  }

  func checkIn(
    _ booking: ID<HotelBooking>,
    at arrival: Double? = nil,
    notes: String? = nil
  ) async throws {
    try await shop.tick()
    try await backend.mutation(
      HotelStays.$checkIn(id: booking, actualCheckInDate: arrival, notes: notes)
    )
  }

  func checkOut(
    _ booking: ID<HotelBooking>,
    at departure: Double? = nil,
    _ payments: ConvexValue = [],
    notes: String? = nil
  ) async throws {
    try await shop.tick()
    try await backend.mutation(
      HotelStays.$checkOut(
        id: booking,
        actualCheckOutDate: departure,
        payments: payments,
        notes: notes
      )
    )
  }

  func cancel(_ booking: ID<HotelBooking>, reason: String? = nil) async throws {
    try await shop.tick()
    try await backend.mutation(HotelBookings.$cancel(id: booking, reason: reason))
  }

  func remove(_ booking: ID<HotelBooking>) async throws {
    try await shop.tick()
    try await backend.mutation(HotelBookings.$remove(id: booking))
  }

  @discardableResult
  func add(
    _ service: ID<Product>,
    to booking: ID<HotelBooking>,
    quantity: Double = 1,
    at price: Double = 85_000,
    discount: Double? = nil,
    discountType: String? = nil
  ) async throws -> ID<HotelBookingService> {
    try await shop.tick()
    return try await backend.mutation(
      HotelBookingServices.$add(
        bookingId: booking,
        serviceId: service,
        serviceDate: 11 * Self.day,
        quantity: quantity,
        unitPrice: price,
        discountAmount: discount,
        discountType: discountType
      )
    )
  }

  @discardableResult
  func use(
    _ product: ID<Product>,
    during booking: ID<HotelBooking>,
    variant: ID<ProductVariant>? = nil,
    quantity: Double = 1,
    notes: String? = nil
  ) async throws -> ID<HotelConsumable> {
    try await shop.tick()
    return try await backend.mutation(
      HotelConsumables.$add(
        bookingId: booking,
        productId: product,
        variantId: variant,
        consumptionDate: 12 * Self.day,
        quantity: quantity,
        notes: notes
      )
    )
  }

  @discardableResult
  func pay(
    _ amount: Double,
    for booking: ID<HotelBooking>,
    type: String = "Deposit",
    method: String = "QRIS",
    on date: Double? = nil
  ) async throws -> ID<HotelPayment> {
    try await shop.tick()
    return try await backend.mutation(
      HotelPayments.$add(
        bookingId: booking,
        paymentType: type,
        amount: amount,
        paymentMethod: method,
        referenceNumber: "Q1",
        paymentDate: date,
        notes: ""
      )
    )
  }

  /// Brings a booking into a state by the functions that lead there.
  func bring(_ booking: ID<HotelBooking>, to status: String) async throws {
    switch status {
    case BookingStatus.checkedIn: try await checkIn(booking)
    case BookingStatus.checkedOut:
      try await checkIn(booking)
      try await checkOut(booking)
    case BookingStatus.cancelled: try await cancel(booking)
    default: break
    }
  }

  /// What the room, or another one, is doing.
  func status(of room: ID<HotelRoom>? = nil) async throws -> String {
    try await shop.row(room ?? self.room).status
  }
}

extension Hotel {
  init() async throws {
    shop = try await Shop()
    branch = try await shop.branch()
    customer = try await shop.customer()
    pet = try await shop.pet(of: customer, species: try await shop.species())
    room = try await shop.room("KDG001", at: branch)
  }
}

extension Shop {
  func room(
    _ code: String,
    at branch: ID<Branch>,
    type: String = "Cage",
    for animal: String = "Kucing",
    rate: Double = 150_000,
    isActive: Bool = true
  ) async throws -> ID<HotelRoom> {
    try await tick()
    return try await backend.mutation(
      HotelRooms.$create(
        code: code,
        name: "Kandang \(code)",
        branchId: branch,
        roomType: type,
        animalCategory: animal,
        size: "M",
        dailyRate: rate,
        capacity: 1.0,
        amenities: ["AC"],
        isActive: isActive
      )
    )
  }
}
