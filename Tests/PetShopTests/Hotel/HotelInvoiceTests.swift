import Hull
import HullTesting
import Testing

@testable import PetShop

/// The bill of a stay, as it is printed.
@Suite struct HotelInvoiceTests {
  private let hotel: Hotel
  private let booking: ID<HotelBooking>
  private var shop: Shop { hotel.shop }

  init() async throws {
    hotel = try await Hotel()
    booking = try await hotel.reserve()
  }

  private func invoice(_ kind: String) async throws -> HotelInvoice {
    try await hotel.backend.query(
      HotelStays.$generateInvoice(id: booking, invoiceType: kind)
    )
  }

  @Test func `a final invoice has everything and a proforma no goods`() async throws {
    let grooming = try await shop.product("Grooming", type: "service")
    let food = try await shop.product("Food")
    _ = try await shop.stock(10, of: food, at: hotel.branch)
    try await shop.patch(hotel.customer) { $0.set(\.address, "Jl. Melati") }
    try await shop.patch(hotel.pet) { $0.set(\.breed, "Persia") }
    try await hotel.add(grooming, to: booking, quantity: 2, discount: 5_000)
    let gone = try await hotel.add(grooming, to: booking)
    try await hotel.backend.mutation(HotelBookingServices.$remove(id: gone))
    try await hotel.pay(100_000, for: booking, on: 42)
    try await hotel.checkIn(booking, at: 10 * Hotel.day)
    try await hotel.use(food, during: booking, quantity: 3)
    try await hotel.backend.mutation(
      HotelBookings.$updateDiscountAndTax(
        id: booking,
        discountAmount: 30_000.0,
        discountType: "nominal",
        taxRate: 10.0
      )
    )
    let final = try await invoice("final")
    #expect(final.booking.bookingNumber == "HTL-20240101-001")
    #expect(final.booking.status == "CheckedIn")
    #expect([final.booking.checkInDate, final.booking.checkOutDate] == [864e6, 1_123.2e6])
    #expect(final.booking.actualCheckInDate == 864e6)
    #expect(final.booking.actualCheckOutDate == nil)
    #expect(final.booking.numberOfDays == 3)
    #expect([final.customer.name, final.customer.phone] == ["Ada", "0812"])
    #expect(final.customer.address == "Jl. Melati")
    #expect([final.pet.name, final.pet.categoryName] == ["Oyen", "Kucing"])
    #expect(final.pet.breed == "Persia")
    #expect(
      [final.room.code, final.room.name, final.room.roomType] == [
        "KDG001", "Kandang KDG001", "Cage",
      ]
    )
    #expect(final.room.dailyRate == 150_000)
    let room = final.lineItems.room
    #expect(room.description == "Kandang KDG001 - 3 hari")
    #expect([room.quantity, room.unitPrice, room.subtotal] == [3, 150_000, 450_000])
    let services = final.lineItems.services
    #expect(services.map(\.serviceName) == ["Grooming"])
    #expect(services.map(\.serviceDate) == [11 * Hotel.day])
    #expect(services.map(\.quantity) == [2])
    #expect(services.map(\.unitPrice) == [85_000])
    #expect(services.map(\.discount) == [5_000])
    #expect(services.map(\.subtotal) == [165_000])
    let goods = final.lineItems.consumables
    #expect(goods.map(\.productName) == ["Food"])
    #expect(goods.map(\.consumptionDate) == [12 * Hotel.day])
    #expect(goods.map(\.quantity) == [3])
    #expect(goods.map(\.unitPrice) == [5_000])
    #expect(goods.map(\.subtotal) == [15_000])
    let totals = final.totals
    #expect([totals.subtotal, totals.discountAmount, totals.taxRate] == [630_000, 30_000, 10])
    #expect(totals.discountType == "nominal")
    #expect([totals.taxAmount, totals.totalAmount] == [60_000, 660_000])
    #expect([totals.paidAmount, totals.outstandingAmount] == [100_000, 560_000])
    #expect(final.payments.map(\.paymentType) == ["Deposit"])
    #expect(final.payments.map(\.amount) == [100_000])
    #expect(final.payments.map(\.paymentMethod) == ["QRIS"])
    #expect(final.payments.map(\.paymentDate) == [42])
    #expect(final.payments.map(\.referenceNumber) == ["Q1"])

    let proforma = try await invoice("proforma")
    #expect(proforma.lineItems.consumables.isEmpty)
    #expect(proforma.lineItems.services.count == 1)
    #expect(proforma.totals.totalAmount == 660_000)
  }

  @Test func `an invoice keeps the rate of the booking and the names of deleted rows`()
    async throws
  {
    try await hotel.backend.mutation(HotelRooms.$update(id: hotel.room, dailyRate: 1.0))
    try await hotel.backend.mutation(Customers.$remove(id: hotel.customer))
    try await hotel.backend.mutation(CustomerPets.$remove(id: hotel.pet))
    let final = try await invoice("final")
    #expect(final.room.dailyRate == 150_000)
    #expect([final.customer.name, final.pet.name] == ["Ada", "Oyen"])
  }

  @Test(arguments: ["", "Final", "pro forma"])
  func `an invoice is proforma or final`(kind: String) async throws {
    #expect(
      try await refusal { try await invoice(kind) }
        == Refused(code: "VALIDATION", details: ["field": "invoiceType"])
    )
    #expect(
      try await refusalWords { try await invoice(kind) }
        == [
          "invoiceType must be proforma or final", "Jenis faktur harus proforma atau final",
        ]
    )
  }

  @Test func `there is no invoice of a deleted booking`() async throws {
    try await hotel.remove(booking)
    #expect(
      try await refusal { try await invoice("final") }
        == Refused(
          code: "NOT_FOUND",
          details: ["table": "hotelBookings", "id": .id(booking)]
        )
    )
  }
}
