import Hull
import HullTesting

@testable import PetShop

// What sales, visits and stays read in a shop with many customers.

extension ReadBudgetTests {
  /// What the till reads for a customer's sale of two lines, paid in part.
  func addSaleUsages(
    to usages: inout [String: Usage],
    in shop: Shop,
    for customer: ID<Customer>
  ) async throws {
    let branch = try await shop.branch()
    let food = try await shop.product("Food")
    _ = try await shop.stock(10, of: food, at: branch)
    let service = try await shop.product("Grooming", type: "service")
    usages["sales create"] = try await shop.mutationUsage {
      try await Sales.create(
        $0,
        branchId: branch,
        customerId: customer,
        saleDate: 1,
        dueDate: nil,
        notes: nil
      )
    }
    let sale = try await shop.draft(for: customer, at: branch)
    try await shop.add(food, to: sale, quantity: 2)
    usages["addItem"] = try await shop.mutationUsage {
      try await SaleLines.addItem(
        $0,
        saleId: sale,
        productId: service,
        variantId: nil,
        quantity: 1,
        unitPrice: 85_000,
        discountAmount: nil,
        discountType: nil,
        notes: nil,
        petId: nil
      )
    }
    usages["submitSale"] = try await shop.mutationUsage {
      try await SaleCompletion.submitSale(
        $0,
        saleId: sale,
        payments: [PaymentInput(amount: 50_000, paymentMethod: "CASH")],
        dueDate: nil
      )
    }
    usages["sales list"] = try await shop.usage {
      try await SaleQueries.list(
        $0,
        status: nil,
        branchId: nil,
        customerId: customer,
        limit: nil
      )
    }
    usages["sales get"] = try await shop.usage { try await SaleQueries.get($0, id: sale) }
    usages["outstanding"] = try await shop.usage {
      try await AccountsReceivable.getCustomerOutstanding(
        $0,
        customerId: customer,
        includeHistory: true
      )
    }
    usages["refund"] = try await shop.mutationUsage {
      try await SaleCompletion.refund($0, saleId: sale, reason: nil)
    }
  }

  /// What clinic and hotel read for a customer's visit with one service and a stay of a night.
  func addVisitUsages(
    to usages: inout [String: Usage],
    in shop: Shop,
    for customer: ID<Customer>
  ) async throws {
    let branch = try await shop.branch()
    let pet = try await shop.pet(of: customer, species: try await shop.species("Sapi"))
    let vet = try await shop.backend.mutation(
      ClinicStaffMembers.$create(code: "A", name: "A", role: "V", branchId: branch)
    )
    let clinic = Clinic(
      shop: shop,
      branch: branch,
      customer: customer,
      pet: pet,
      vet: vet,
      checkUp: try await shop.product("Check-up", type: "service")
    )
    usages["book"] = try await shop.mutationUsage {
      try await ClinicAppointments.create(
        $0,
        branchId: branch,
        petId: pet,
        customerId: customer,
        staffId: vet,
        appointmentDate: 1,
        appointmentTime: "09:00",
        notes: nil
      )
    }
    let appointment = try await clinic.book(on: 2)
    try await clinic.bill(appointment)
    usages["submitAppointment"] = try await shop.mutationUsage {
      try await ClinicBilling.submitAppointment($0, appointmentId: appointment, payments: [])
    }
    usages["appointments"] = try await shop.usage {
      try await ClinicAppointments.list(
        $0,
        status: nil,
        branchId: nil,
        staffId: nil,
        petId: nil,
        customerId: customer,
        appointmentDate: nil,
        limit: nil
      )
    }
    let room = try await shop.room("R1", at: branch)
    let hotel = Hotel(shop: shop, branch: branch, customer: customer, pet: pet, room: room)
    usages["reserve"] = try await shop.mutationUsage {
      try await HotelBookings.create(
        $0,
        branchId: branch,
        customerId: customer,
        petId: pet,
        roomId: room,
        checkInDate: 5,
        checkOutDate: 6,
        specialRequests: nil,
        emergencyContact: nil,
        ownFood: false,
        notes: nil
      )
    }
    let booking = try await hotel.reserve(from: 1, to: 2)
    try await hotel.checkIn(booking)
    usages["checkOut"] = try await shop.mutationUsage {
      try await HotelStays.checkOut(
        $0,
        id: booking,
        actualCheckOutDate: nil,
        payments: [],
        notes: nil
      )
    }
    usages["rooms"] = try await shop.usage {
      try await HotelRooms.getAvailableRooms(
        $0,
        branchId: branch,
        checkInDate: 10,
        checkOutDate: 11,
        animalCategory: nil,
        roomType: nil
      )
    }
    usages["bookings"] = try await shop.usage {
      try await HotelBookings.list(
        $0,
        branchId: nil,
        customerId: customer,
        status: nil,
        roomId: nil,
        limit: nil
      )
    }
  }
}
