import Hull
import HullTesting
import Testing

@testable import PetShop

/// What may be done with a booking in which state.
@Suite struct StayStateTests {
  enum Action: String, CaseIterable {
    case checkIn, checkOut, cancel, remove, discount, addService, changeService, removeService
    case useGoods, changeGoods, removeGoods, pay, changePayment, removePayment

    /// The states that allow it.
    var allowed: Set<String> {
      switch self {
      case .checkIn: ["Reserved"]
      case .checkOut, .useGoods: ["CheckedIn"]
      case .remove: ["Reserved", "CheckedOut", "Cancelled"]
      case .pay: ["Reserved", "CheckedIn", "CheckedOut"]
      case .changePayment, .removePayment: ["Reserved", "CheckedIn", "Cancelled"]
      case .cancel, .discount, .addService, .changeService, .removeService, .changeGoods,
        .removeGoods:
        ["Reserved", "CheckedIn"]
      }
    }

    /// What the refusal says a booking of a state cannot do.
    var words: String {
      switch self {
      case .checkIn: "be checked in"
      case .checkOut: "be checked out"
      case .cancel: "be cancelled"
      case .remove: "be deleted"
      case .discount: "be billed otherwise"
      case .addService: "get more services"
      case .changeService: "change services"
      case .removeService: "lose services"
      case .useGoods: "use up goods"
      case .changeGoods: "change goods"
      case .removeGoods: "lose goods"
      case .pay: "be paid"
      case .changePayment: "change payments"
      case .removePayment: "lose payments"
      }
    }

    /// The state it leads to from one that allows it.
    func result(from status: String) -> String {
      switch self {
      case .checkIn: "CheckedIn"
      case .checkOut: "CheckedOut"
      case .cancel: "Cancelled"
      default: status
      }
    }
  }

  /// A booking with a service, goods and a deposit.
  private struct Guest {
    let hotel: Hotel
    let booking: ID<HotelBooking>
    let grooming: ID<Product>
    let food: ID<Product>
    let service: ID<HotelBookingService>
    let goods: ID<HotelConsumable>
    let deposit: ID<HotelPayment>

    init(status: String) async throws {
      hotel = try await Hotel()
      grooming = try await hotel.shop.product("Grooming", type: "service")
      food = try await hotel.shop.product("Food")
      _ = try await hotel.shop.stock(10, of: food, at: hotel.branch)
      let id = try await hotel.reserve()
      service = try await hotel.add(grooming, to: id)
      deposit = try await hotel.pay(50_000, for: id)
      // Goods are noted while the pet is there only.
      try await hotel.shop.patch(id) { $0.set(\.status, BookingStatus.checkedIn) }
      goods = try await hotel.use(food, during: id)
      try await hotel.shop.patch(id) { $0.set(\.status, BookingStatus.reserved) }
      booking = id
      try await hotel.bring(id, to: status)
    }

    func perform(_ action: Action) async throws {
      let backend = hotel.backend
      switch action {
      case .checkIn: try await hotel.checkIn(booking)
      case .checkOut: try await hotel.checkOut(booking)
      case .cancel: try await hotel.cancel(booking)
      case .remove: try await hotel.remove(booking)
      case .discount:
        try await backend.mutation(
          HotelBookings.$updateDiscountAndTax(
            id: booking,
            discountAmount: 1.0,
            discountType: "nominal",
            taxRate: 0.0
          )
        )
      case .addService: try await hotel.add(grooming, to: booking)
      case .changeService:
        try await backend.mutation(HotelBookingServices.$update(id: service, quantity: 2.0))
      case .removeService: try await backend.mutation(HotelBookingServices.$remove(id: service))
      case .useGoods: try await hotel.use(food, during: booking)
      case .changeGoods:
        try await backend.mutation(HotelConsumables.$update(id: goods, notes: "Pagi"))
      case .removeGoods: try await backend.mutation(HotelConsumables.$remove(id: goods))
      case .pay: try await hotel.pay(1_000, for: booking)
      case .changePayment:
        try await backend.mutation(HotelPayments.$update(id: deposit, amount: 1_000.0))
      case .removePayment: try await backend.mutation(HotelPayments.$remove(id: deposit))
      }
    }
  }

  @Test(arguments: Action.allCases, Hotel.statuses)
  func `a state allows what it allows and refuses the rest without effect`(
    action: Action,
    status: String
  ) async throws {
    let guest = try await Guest(status: status)
    let before = try await guest.hotel.shop.row(guest.booking)
    let room = try await guest.hotel.status()
    #expect(before.status == status)
    guard !action.allowed.contains(status) else {
      try await guest.perform(action)
      let after = try await guest.hotel.shop.row(guest.booking)
      #expect(after.status == action.result(from: status))
      #expect((after.deletedAt != nil) == (action == .remove))
      return
    }
    #expect(
      try await refusal { try await guest.perform(action) }
        == Refused(code: "CONFLICT_STATE", details: ["currentStatus": .string(status)])
    )
    #expect(
      try await refusalWords { try await guest.perform(action) }
        == [
          "The booking is \(status) and cannot \(action.words)",
          "Booking berstatus \(status) tidak dapat diproses",
        ]
    )
    #expect(try await guest.hotel.shop.row(guest.booking) == before)
    #expect(try await guest.hotel.status() == room)
  }

  @Test(arguments: Action.allCases)
  func `a deleted booking is not found`(action: Action) async throws {
    let guest = try await Guest(status: "Reserved")
    try await guest.perform(.remove)
    let deleted = try await guest.hotel.shop.row(guest.booking)
    if action == .remove {
      // Deleting twice keeps the first moment.
      try await guest.perform(.remove)
    } else {
      #expect(
        try await refusal { try await guest.perform(action) }
          == Refused(
            code: "NOT_FOUND",
            details: ["table": "hotelBookings", "id": .id(guest.booking)]
          )
      )
    }
    #expect(try await guest.hotel.shop.row(guest.booking) == deleted)
  }

  @Test(arguments: [
    ("hotelBookingServices", "Service not found", "Layanan tidak ditemukan"),
    ("hotelConsumables", "Consumable not found", "Konsumsi tidak ditemukan"),
    ("hotelPayments", "Payment not found", "Pembayaran tidak ditemukan"),
    ("hotelBookings", "Booking not found", "Booking tidak ditemukan"),
  ])
  func `a row that never was is not found by its own name`(
    table: String,
    message: String,
    userMessage: String
  ) async throws {
    let guest = try await Guest(status: "Reserved")
    let rows: [String: (id: String, actions: [Action])] = [
      "hotelBookingServices": (guest.service.string, [.changeService, .removeService]),
      "hotelConsumables": (guest.goods.string, [.changeGoods, .removeGoods]),
      "hotelPayments": (guest.deposit.string, [.changePayment, .removePayment]),
      "hotelBookings": (guest.booking.string, [.checkIn, .checkOut, .cancel, .remove, .pay]),
    ]
    let (id, actions) = try #require(rows[table])
    try await guest.hotel.backend.run { ctx in
      try await ctx.db.delete(guest.service)
      try await ctx.db.delete(guest.goods)
      try await ctx.db.delete(guest.deposit)
      try await ctx.db.delete(guest.booking)
    }
    for action in actions {
      let perform = { try await guest.perform(action) }
      #expect(
        try await refusal(from: perform)
          == Refused(
            code: "NOT_FOUND",
            details: ["table": .string(table), "id": .string(id)]
          )
      )
      #expect(try await refusalWords(from: perform) == [message, userMessage])
    }
  }
}
