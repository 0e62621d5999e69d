import Hull
import HullTesting
import Testing

@testable import PetShop

/// Listing appointments and showing one.
@Suite struct AppointmentListTests {
  private let clinic: Clinic
  private var shop: Shop { clinic.shop }

  init() async throws {
    clinic = try await Clinic()
  }

  private func list(_ arguments: ConvexObject = [:]) async throws -> [AppointmentInList] {
    try await clinic.backend.query(ClinicAppointments.$list, arguments)
  }

  private func get(_ id: ID<ClinicAppointment>) async throws -> AppointmentDetails? {
    try await clinic.backend.query(ClinicAppointments.$get(id: id))
  }

  @Test func `a list is newest first with what appointments refer to`() async throws {
    let old = try await clinic.book(on: 100)
    let new = try await clinic.book(on: 200)
    let middle = try await clinic.book(on: 150)
    let line = try await clinic.bill(middle)
    try await clinic.bill(middle)
    try await clinic.bill(middle)
    try await clinic.backend.mutation(ClinicAppointmentServices.$remove(id: line))
    let all = try await list()
    #expect(all.map(\.appointment.id) == [new, middle, old])
    #expect(all.map(\.serviceCount) == [0, 2, 0])
    let first = try #require(all.first)
    #expect(try first.customer.value?.decoded().name == "Ada")
    #expect(try first.pet.value?.decoded().name == "Oyen")
    #expect(try first.staff.value?.decoded().name == "drh. Ratna")
    #expect(try first.branch.value?.decoded().code == "PUSAT")
    #expect(try await list(["limit": 2]).map(\.appointment.id) == [new, middle])
    // By anything but the date the order is that of creation.
    #expect(try await list(["status": "Scheduled"]).map(\.appointment.id) == [middle, new, old])
  }

  @Test func `the first filter given decides`() async throws {
    let plain = try await clinic.book(on: 1)
    let cancelled = try await clinic.book(on: 2)
    try await clinic.cancel(cancelled)
    let groomed = try await clinic.book(on: 1, with: try await clinic.staff("Wulan"))
    let other = try await shop.branch()
    let stranger = try await shop.customer("Bob")
    let kitten = try await shop.pet(
      of: stranger,
      "Kitty",
      species: try await shop.row(clinic.pet).categoryId
    )
    let strange = try await clinic.backend.mutation(
      ClinicAppointments.$create(
        branchId: other,
        petId: kitten,
        customerId: stranger,
        staffId: clinic.vet,
        appointmentDate: 3.0,
        appointmentTime: "09:00"
      )
    ).appointmentId
    let filters: [(String, ConvexValue, [ID<ClinicAppointment>])] = [
      ("status", "Cancelled", [cancelled]), ("branchId", .id(other), [strange]),
      ("staffId", .id(clinic.vet), [strange, cancelled, plain]),
      ("petId", .id(clinic.pet), [groomed, cancelled, plain]),
      ("customerId", .id(stranger), [strange]),
      // Of one date, in the order they were made.
      ("appointmentDate", 1, [plain, groomed]),
    ]
    // Each filter is followed by the ones that come after it, which change nothing.
    for position in filters.indices {
      var arguments: ConvexObject = [:]
      for filter in filters[position...] { try arguments.set(filter.0, to: filter.1) }
      #expect(
        try await list(arguments).map(\.appointment.id) == filters[position].2,
        "\(filters[position].0)"
      )
    }
    #expect(try await list(["status": "Nothing"]).isEmpty)
  }

  @Test func `deleted appointments are on no list and deleted rows still have their names`()
    async throws
  {
    let gone = try await clinic.book(on: 1)
    let kept = try await clinic.book(on: 2)
    try await clinic.backend.mutation(ClinicAppointments.$remove(id: gone))
    try await clinic.backend.mutation(Customers.$remove(id: clinic.customer))
    try await clinic.backend.mutation(ClinicStaffMembers.$remove(id: clinic.vet))
    for filter: ConvexObject in [
      [:], ["status": "Scheduled"], ["branchId": .id(clinic.branch)], ["petId": .id(clinic.pet)],
    ] {
      let rows = try await list(filter)
      #expect(rows.map(\.appointment.id) == [kept])
      #expect(try rows.first?.customer.value?.decoded().name == "Ada")
      #expect(try rows.first?.staff.value?.decoded().name == "drh. Ratna")
    }
  }

  @Test func `rows that are gone are null`() async throws {
    let appointment = try await clinic.book()
    try await clinic.bill(appointment)
    try await clinic.backend.run { [clinic] ctx in
      try await ctx.db.delete(clinic.customer)
      try await ctx.db.delete(clinic.pet)
      try await ctx.db.delete(clinic.vet)
      try await ctx.db.delete(clinic.branch)
      try await ctx.db.delete(clinic.checkUp)
    }
    let row = try #require(try await list().first)
    #expect(row.customer.value == nil)
    #expect(row.pet.value == nil)
    #expect(row.staff.value == nil)
    #expect(row.branch.value == nil)
    let details = try #require(try await get(appointment))
    #expect(details.customer.value == nil)
    #expect(details.services.first?.service.value == nil)
  }

  @Test(arguments: [0, -1, 1.5, 501, Double.nan])
  func `a limit is a whole number up to 500`(limit: Double) async throws {
    #expect(
      try await refusal { try await list(["limit": .float64(limit)]) }
        == Refused(code: "VALIDATION", details: ["field": "limit"])
    )
  }

  @Test func `a list reads each row it refers to once and a bounded number of deleted ones`()
    async throws
  {
    for day in 0..<5 { _ = try await clinic.book(on: Double(day)) }
    let row = try await shop.row(try await clinic.book(on: 9)).value
    try await shop.backend.run { ctx in
      for _ in 0..<1_200 {
        var deleted = row
        deleted.deletedAt = 1
        _ = try await ctx.db.insert(deleted)
      }
    }
    let usage = try await shop.usage { [clinic] ctx in
      _ = try await ClinicAppointments.list(
        ctx,
        status: nil,
        branchId: nil,
        staffId: nil,
        petId: nil,
        customerId: clinic.customer,
        appointmentDate: nil,
        limit: nil
      )
    }
    #expect(usage.documents <= 1_000 + 4, "\(usage)")
  }

  @Test func `one appointment is shown with its bill and payments`() async throws {
    let appointment = try await clinic.book()
    let medicine = try await shop.product("Drontal", type: "medicine")
    let variant = try await shop.variant("10 ml", of: medicine)
    let line = try await clinic.bill(appointment)
    let prescription = try await clinic.bill(
      appointment,
      goods: medicine,
      variant: variant,
      isPrescription: true
    )
    let gone = try await clinic.bill(appointment)
    try await clinic.backend.mutation(ClinicAppointmentServices.$remove(id: gone))
    let first = try await clinic.pay(1_000, for: appointment)
    let second = try await clinic.pay(2_000, for: appointment)
    let shown = try #require(try await get(appointment))
    #expect(shown.appointment.id == appointment)
    #expect(shown.appointment.totalAmount == 200_000)
    #expect(try shown.customer.value?.decoded().name == "Ada")
    #expect(try shown.pet.value?.decoded().name == "Oyen")
    #expect(try shown.staff.value?.decoded().code == "DRH001")
    #expect(try shown.branch.value?.decoded().name == "Pusat")
    #expect(shown.services.map(\.line.id) == [line, prescription])
    #expect(try shown.services[1].product.value?.decoded().name == "Drontal")
    #expect(try shown.services[1].variant.value?.decoded().variantValue == "10 ml")
    #expect(shown.payments.map(\.id) == [first, second])
  }

  @Test func `an appointment that is deleted or never was is null`() async throws {
    let appointment = try await clinic.book()
    try await clinic.backend.mutation(ClinicAppointments.$remove(id: appointment))
    #expect(try await get(appointment) == nil)
    try await clinic.backend.run { try await $0.db.delete(appointment) }
    #expect(try await get(appointment) == nil)
  }

  @Test func `what is to come is in the customer's profile until it is over`() async throws {
    let second = try await clinic.book(on: 2)
    let first = try await clinic.book(on: 1)
    let third = try await clinic.book(on: 3)
    try await clinic.examine(first)
    func upcoming() async throws -> [ID<ClinicAppointment>] {
      try await clinic.backend.query(
        CustomerProfiles.$getProfile(customerId: clinic.customer)
      )?.upcoming.appointments.map(\.id) ?? []
    }
    #expect(try await upcoming() == [first, second, third])
    try await clinic.cancel(second)
    try await clinic.backend.mutation(ClinicAppointments.$remove(id: third))
    #expect(try await upcoming() == [first])
    try await clinic.bill(first)
    try await clinic.submit(first)
    #expect(try await upcoming().isEmpty)
  }
}
