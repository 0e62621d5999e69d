import Hull

/// The bill of a stay, as it is printed.
@ConvexObject
struct HotelInvoice {
  var booking: Booking
  var customer: Customer
  var pet: Pet
  var room: Room
  var lineItems: LineItems
  var totals: Totals
  var payments: [Payment]

  /// The stay.
  @ConvexObject
  struct Booking {
    var bookingNumber: String
    var checkInDate: Double
    var checkOutDate: Double
    var actualCheckInDate: Double?
    var actualCheckOutDate: Double?
    var numberOfDays: Double
    var status: String
  }

  /// Who pays.
  @ConvexObject
  struct Customer {
    var name: String
    var phone: String
    var address: String?
  }

  /// Who stayed.
  @ConvexObject
  struct Pet {
    var name: String
    var categoryName: String
    var breed: String?
  }

  /// Where, at the rate of the day of booking.
  @ConvexObject
  struct Room {
    var code: String
    var name: String
    var roomType: String
    var dailyRate: Double
  }

  /// What for.
  @ConvexObject
  struct LineItems {
    var room: RoomLine
    var services: [ServiceLine]
    /// Only on a final invoice.
    var consumables: [ConsumableLine]
  }

  /// The days in the room.
  @ConvexObject
  struct RoomLine {
    var description: String
    var quantity: Double
    var unitPrice: Double
    var subtotal: Double
  }

  /// A service.
  @ConvexObject
  struct ServiceLine {
    var serviceName: String
    var serviceDate: Double
    var quantity: Double
    var unitPrice: Double
    var discount: Double
    var subtotal: Double
  }

  /// Goods used up.
  @ConvexObject
  struct ConsumableLine {
    var productName: String
    var consumptionDate: Double
    var quantity: Double
    var unitPrice: Double
    var subtotal: Double
  }

  /// The sums.
  @ConvexObject
  struct Totals {
    var subtotal: Double
    var discountAmount: Double
    var discountType: String
    var taxAmount: Double
    var taxRate: Double
    var totalAmount: Double
    var paidAmount: Double
    var outstandingAmount: Double
  }

  /// A payment.
  @ConvexObject
  struct Payment {
    var paymentType: String
    var amount: Double
    var paymentMethod: String
    var paymentDate: Double
    var referenceNumber: String?
  }
}

/// What an invoice is for.
enum InvoiceKind: String {
  /// Before departure: without goods used up.
  case proforma
  /// At departure: everything.
  case final

  /// The kind a caller names.
  ///
  /// - Throws: `VALIDATION` for any other word.
  init(checking name: String) throws {
    guard let kind = InvoiceKind(rawValue: name) else {
      throw Refusal.invalid(
        "invoiceType",
        "invoiceType must be proforma or final",
        "Jenis faktur harus proforma atau final"
      )
    }
    self = kind
  }
}

extension HotelInvoice {
  /// Puts the bill of a booking together.
  ///
  /// - Throws: `NOT_FOUND` if customer, pet or room are gone from the database.
  init(
    _ kind: InvoiceKind,
    of booking: Document<HotelBooking>,
    _ db: some DatabaseReading
  ) async throws {
    let customer = try await db.existing(booking.customerId)
    let pet = try await db.existing(booking.petId)
    let room = try await db.existing(booking.roomId)
    self.init(
      booking: Booking(booking.value),
      customer: Customer(
        name: customer.name,
        phone: customer.phone,
        address: customer.address
      ),
      pet: Pet(
        name: pet.name,
        categoryName: try await db.get(pet.categoryId)?.name ?? "-",
        breed: pet.breed
      ),
      room: Room(
        code: room.code,
        name: room.name,
        roomType: room.roomType,
        dailyRate: booking.dailyRate
      ),
      lineItems: LineItems(
        room: RoomLine(
          description: "\(room.name) - \(booking.numberOfDays.quantityText) hari",
          quantity: booking.numberOfDays,
          unitPrice: booking.dailyRate,
          subtotal: booking.roomTotal
        ),
        services: try await Self.services(of: booking.id, db),
        consumables: kind == .final ? try await Self.consumables(of: booking.id, db) : []
      ),
      totals: Totals(booking.value),
      payments: try await db.payments(for: booking.id).map { Payment($0.value) }
    )
  }

  private static func services(
    of booking: ID<HotelBooking>,
    _ db: some DatabaseReading
  ) async throws -> [ServiceLine] {
    let lines = try await db.stayServices(of: booking)
    let services = try await db.rows(lines.map(\.serviceId))
    return lines.map { line in
      ServiceLine(
        serviceName: services[line.serviceId]?.name ?? "-",
        serviceDate: line.serviceDate,
        quantity: line.quantity,
        unitPrice: line.unitPrice,
        discount: line.discountAmount,
        subtotal: line.subtotal
      )
    }
  }

  private static func consumables(
    of booking: ID<HotelBooking>,
    _ db: some DatabaseReading
  ) async throws -> [ConsumableLine] {
    let lines = try await db.consumables(of: booking)
    let products = try await db.rows(lines.map(\.productId))
    return lines.map { line in
      ConsumableLine(
        productName: products[line.productId]?.name ?? "-",
        consumptionDate: line.consumptionDate,
        quantity: line.quantity,
        unitPrice: line.unitPrice,
        subtotal: line.subtotal
      )
    }
  }
}

extension HotelInvoice.Booking {
  init(_ booking: HotelBooking) {
    self.init(
      bookingNumber: booking.bookingNumber,
      checkInDate: booking.checkInDate,
      checkOutDate: booking.checkOutDate,
      actualCheckInDate: booking.actualCheckInDate,
      actualCheckOutDate: booking.actualCheckOutDate,
      numberOfDays: booking.numberOfDays,
      status: booking.status
    )
  }
}

extension HotelInvoice.Totals {
  init(_ booking: HotelBooking) {
    self.init(
      subtotal: booking.subtotal,
      discountAmount: booking.discountAmount,
      discountType: booking.discountType,
      taxAmount: booking.taxAmount,
      taxRate: booking.taxRate,
      totalAmount: booking.totalAmount,
      paidAmount: booking.paidAmount,
      outstandingAmount: booking.outstandingAmount
    )
  }
}

extension HotelInvoice.Payment {
  init(_ payment: HotelPayment) {
    self.init(
      paymentType: payment.paymentType,
      amount: payment.amount,
      paymentMethod: payment.paymentMethod,
      paymentDate: payment.paymentDate,
      referenceNumber: payment.referenceNumber
    )
  }
}
