import Foundation
import Hull
import HullTesting
import TestRandomness
import Testing

@testable import PetShop

/// Many visits and stays at random: what must hold whatever happened.
@Suite struct VisitRandomTests {
  private static var seed: UInt64 {
    ProcessInfo.processInfo.environment["HULL_SEED"].flatMap(UInt64.init) ?? 2_026
  }

  /// Lets through refusals that random steps run into.
  private func unless(
    _ codes: String...,
    body: () async throws -> Void
  ) async throws {
    do {
      try await body()
    } catch let error as ConvexError {
      guard let code = error.data["code"]?.string, codes.contains(code) else { throw error }
    }
  }

  private func pick<Element>(
    _ elements: [Element],
    using random: inout SeededGenerator
  ) -> Element? {
    elements.randomElement(using: &random)
  }

  @Test func `after random visits stock, money and points add up`() async throws {
    let seed = Self.seed
    var random = SeededGenerator(seed: seed)
    let clinic = try await Clinic()
    let shop = clinic.shop
    let medicine = try await shop.product("Drontal", type: "medicine")
    let stock = try await shop.stock(60, of: medicine, at: clinic.branch)
    for _ in 0..<300 {
      let open = try await shop.all(ClinicAppointment.self).filter { $0.isLive }
      guard let appointment = pick(open, using: &random)?.id, open.count > 8,
        Int.random(in: 0..<5, using: &random) > 0
      else {
        let date = Double(Int.random(in: 0..<1_000, using: &random))
        try await unless("CONFLICT_STATE") { _ = try await clinic.book(on: date) }
        continue
      }
      let action = Int.random(in: 0..<10, using: &random)
      let amount = Double(Int.random(in: 1...30_000_000, using: &random)) / 100
      let quantity = Double(Int.random(in: 1...8, using: &random)) / 2
      try await unless("CONFLICT_STATE", "NO_ITEMS", "INSUFFICIENT_STOCK", "VALIDATION") {
        switch action {
        case 0: try await clinic.examine(appointment)
        case 1, 2: try await clinic.bill(appointment, quantity: quantity, at: amount)
        case 3: try await clinic.bill(appointment, goods: medicine, quantity: quantity, at: amount)
        case 4:
          let line = try await clinic.bill(
            appointment,
            goods: medicine,
            quantity: quantity,
            at: amount,
            isPrescription: true
          )
          try await clinic.backend.mutation(
            ClinicBilling.$pickupPrescription(serviceItemId: line)
          )
        case 5: try await clinic.pay(amount, for: appointment)
        case 6: try await clinic.cancel(appointment)
        default: try await clinic.submit(appointment, payments(("CASH", amount)))
        }
      }
    }
    let appointments = try await shop.all(ClinicAppointment.self)
    let completed = appointments.filter { $0.status == AppointmentStatus.completed }
    #expect(completed.count > 10, "seed \(seed)")
    let figures = try #require(
      try await shop.auditedFigures(of: clinic.customer),
      "seed \(seed)"
    )
    #expect(figures.totalSpent == completed.map(\.totalAmount).rupiahTotal, "seed \(seed)")
    #expect(figures.clinicVisitCount == Double(completed.count), "seed \(seed)")
    #expect(figures.lastVisit == completed.map(\.appointmentDate).max(), "seed \(seed)")
    #expect(
      figures.loyaltyPoints == completed.compactMap(\.pointsEarned).reduce(0, +),
      "seed \(seed)"
    )
    #expect(
      try await shop.all(PetMedicalRecord.self).count == completed.count,
      "seed \(seed)"
    )
    let lines = try await shop.all(ClinicAppointmentService.self)
    let paid = try await shop.all(ClinicPayment.self)
    for appointment in appointments {
      let own = lines.filter { $0.appointmentId == appointment.id && $0.isLive }
      #expect(appointment.subtotal == own.map(\.subtotal).rupiahTotal, "seed \(seed)")
      let payments = paid.filter { $0.appointmentId == appointment.id }
      #expect(appointment.paidAmount == payments.map(\.amount).rupiahTotal, "seed \(seed)")
      #expect(
        appointment.outstandingAmount
          == Rupiah.sum(appointment.totalAmount, -appointment.paidAmount),
        "seed \(seed)"
      )
    }
    let taken = lines.filter { line in
      line.isLive && line.productId != nil
        && (line.prescriptionPickedUp ?? completed.contains { $0.id == line.appointmentId })
    }
    let held = try await shop.row(stock).quantity
    #expect(held == 60 - taken.map(\.quantity).reduce(0, +), "seed \(seed)")
    #expect(held >= 0, "seed \(seed)")
  }

  @Test func `after random stays rooms, stock, money and points add up`() async throws {
    let seed = Self.seed
    var random = SeededGenerator(seed: seed)
    let hotel = try await Hotel()
    let shop = hotel.shop
    let rooms = [hotel.room, try await shop.room("KDG002", at: hotel.branch)]
    let food = try await shop.product("Food")
    let grooming = try await shop.product("Grooming", type: "service")
    let stock = try await shop.stock(60, of: food, at: hotel.branch)
    for _ in 0..<600 {
      let bookings = try await shop.all(HotelBooking.self)
      let open = bookings.filter { BookingStatus.isOpen($0.status) }
      // Now and then one that is over.
      let isAny = Int.random(in: 0..<5, using: &random) == 0
      guard let booking = pick(isAny ? bookings : open, using: &random)?.id,
        Int.random(in: 0..<3, using: &random) > 0
      else {
        let day = Double(Int.random(in: 0..<200, using: &random)) * Hotel.day
        let days = Double(Int.random(in: 1..<5, using: &random)) * Hotel.day
        let room = pick(rooms, using: &random)
        try await unless("CONFLICT_STATE") {
          _ = try await hotel.reserve(room, from: day, to: day + days)
        }
        continue
      }
      let action = Int.random(in: 0..<10, using: &random)
      let amount = Double(Int.random(in: 1...30_000_000, using: &random)) / 100
      let quantity = Double(Int.random(in: 1...8, using: &random)) / 2
      try await unless("CONFLICT_STATE", "INSUFFICIENT_STOCK", "VALIDATION") {
        switch action {
        case 0, 1: try await hotel.checkIn(booking)
        case 2, 3: try await hotel.checkOut(booking, payments(("CASH", amount)))
        case 4: try await hotel.add(grooming, to: booking, quantity: quantity, at: amount)
        case 5, 6: try await hotel.use(food, during: booking, quantity: quantity)
        case 7: try await hotel.pay(amount, for: booking)
        case 8: try await hotel.pay(amount, for: booking, type: "Refund")
        default: try await hotel.cancel(booking)
        }
      }
    }
    let bookings = try await shop.all(HotelBooking.self)
    let over = bookings.filter { $0.status == BookingStatus.checkedOut }
    #expect(over.count > 10, "seed \(seed)")
    let figures = try #require(try await shop.auditedFigures(of: hotel.customer), "seed \(seed)")
    #expect(figures.totalSpent == over.map(\.totalAmount).rupiahTotal, "seed \(seed)")
    #expect(figures.hotelStayCount == Double(over.count), "seed \(seed)")
    #expect(figures.lastVisit == over.compactMap(\.actualCheckOutDate).max(), "seed \(seed)")
    #expect(
      figures.loyaltyPoints == over.compactMap(\.pointsEarned).reduce(0, +),
      "seed \(seed)"
    )
    let services = try await shop.all(HotelBookingService.self)
    let goods = try await shop.all(HotelConsumable.self)
    let paid = try await shop.all(HotelPayment.self)
    for booking in bookings {
      let lines =
        services.filter { $0.bookingId == booking.id }.map(\.subtotal)
        + goods.filter { $0.bookingId == booking.id }.map(\.subtotal)
      #expect(booking.totalAmount == ([booking.roomTotal] + lines).rupiahTotal, "seed \(seed)")
      let payments = paid.filter { $0.bookingId == booking.id }.map(\.value.paid)
      #expect(booking.paidAmount == payments.rupiahTotal, "seed \(seed)")
      #expect(
        booking.outstandingAmount == Rupiah.sum(booking.totalAmount, -booking.paidAmount),
        "seed \(seed)"
      )
    }
    for room in rooms {
      let open = bookings.filter { $0.roomId == room && BookingStatus.isOpen($0.status) }
      let statuses = Set(open.map(\.status))
      let expected =
        statuses.contains("CheckedIn")
        ? "Occupied" : statuses.contains("Reserved") ? "Reserved" : "Available"
      #expect(try await hotel.status(of: room) == expected, "seed \(seed)")
      for (index, booking) in open.enumerated() {
        for other in open[(index + 1)...] {
          #expect(
            booking.checkOutDate <= other.checkInDate || other.checkOutDate <= booking.checkInDate,
            "seed \(seed)"
          )
        }
      }
    }
    let held = try await shop.row(stock).quantity
    #expect(held == 60 - goods.map(\.quantity).reduce(0, +), "seed \(seed)")
    #expect(held >= 0, "seed \(seed)")
  }
}
