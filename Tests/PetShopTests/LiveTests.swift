// The shop seen live: what changes a subscribed query, and what does not (spec/petshop.md 16, 14).

import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct LiveTests {
  @Test func `updating a sale leaves a subscribed customer list alone, a new customer does not`()
    async throws
  {
    let shop = try await Shop()
    let ada = try await shop.customer("Ada", code: "A1")
    let sale = try await shop.sale(of: 20_000, to: ada, at: try await shop.branch())
    let list = try await shop.backend.subscribe(Customers.$list)
    #expect(try list.value.map { try $0.decoded().code } == ["A1"])

    try await shop.patch(sale) { $0.set(\.totalAmount, 25_000) }
    try await shop.sell(150_000, as: "S1", to: ada)
    #expect(try await list.changes().isEmpty)
    #expect(list.runs == 1)

    let bob = try await shop.customer("Bob", code: "B2")
    #expect(
      try await list.changes().map { try $0.map { try $0.decoded().code } } == [["A1", "B2"]]
    )
    #expect(list.runs == 2)
    #expect(list.lastCause?.function == "master_data/customers:create")
    #expect(list.lastCause?.documentID == bob.string)
  }

  @Test func `a whole sale at the till and its refund leave a subscribed customer list alone`()
    async throws
  {
    let shop = try await Shop()
    let ada = try await shop.customer("Ada", code: "A1")
    let branch = try await shop.branch()
    let service = try await shop.product("Grooming", type: "service")
    let customers = try await shop.backend.subscribe(Customers.$list)
    let sales = try await shop.backend.subscribe(SaleQueries.$list)
    #expect(try sales.value.isEmpty)
    let sale = try await shop.draft(for: ada, at: branch)
    try await shop.add(service, to: sale, at: 150_000)
    try await shop.discount(sale, 10, type: "percent")
    try await shop.submit(sale, payments(("CASH", 150_000)))
    try await shop.refund(sale)
    #expect(try await sales.changes().last?.map(\.sale.status) == ["Refunded"])
    #expect(try await customers.changes().isEmpty)
    #expect(customers.runs == 1)
  }

  @Test func `a visit and a stay reach the screens that show them and leave customer lists alone`()
    async throws
  {
    let clinic = try await Clinic()
    let shop = clinic.shop
    let hotel = Hotel(
      shop: shop,
      branch: clinic.branch,
      customer: clinic.customer,
      pet: clinic.pet,
      room: try await shop.room("KDG001", at: clinic.branch)
    )
    let customers = try await shop.backend.subscribe(Customers.$list)
    let appointments = try await shop.backend.subscribe(ClinicAppointments.$list)
    let rooms = try await shop.backend.subscribe(HotelRooms.$list)
    let pets = try await shop.backend.subscribe(
      CustomerPets.$listByCustomer,
      ["customerId": .id(clinic.customer)]
    )
    let appointment = try await clinic.book()
    #expect(try await appointments.changes().last?.map(\.serviceCount) == [0])
    try await clinic.bill(appointment)
    #expect(try await appointments.changes().last?.map(\.serviceCount) == [1])
    try await clinic.examine(appointment)
    try await clinic.backend.mutation(
      ClinicExaminations.$updateClinicalData(appointmentId: appointment, weight: 4.4)
    )
    try await clinic.submit(appointment)
    #expect(try await appointments.changes().last?.map(\.appointment.status) == ["Completed"])
    // The weight found at the visit is the pet's.
    #expect(try await pets.changes().last?.map(\.pet.weight) == [4.4])

    let booking = try await hotel.reserve()
    #expect(try await rooms.changes().last?.map(\.status) == ["Reserved"])
    try await hotel.checkIn(booking)
    #expect(try await rooms.changes().last?.map(\.status) == ["Occupied"])
    try await hotel.checkOut(booking)
    #expect(try await rooms.changes().last?.map(\.status) == ["Available"])
    #expect(try await customers.changes().isEmpty)
    #expect(customers.runs == 1)
  }

  @Test func `a completed sale changes the profile of its customer and of nobody else`()
    async throws
  {
    let shop = try await Shop()
    let ada = try await shop.customer("Ada")
    let bob = try await shop.customer("Bob")
    let profiles = try await [ada, bob].asyncMap {
      try await shop.backend.subscribe(
        "master_data/customers:getProfile",
        ["customerId": .id($0)]
      )
    }
    try await shop.sell(150_000, as: "S1", to: ada)
    #expect(try await profiles[0].changes().count == 1)
    #expect(profiles[0].lastCause?.function == "loyalty/engine:applyEvent")
    #expect(try await profiles[1].changes().isEmpty)
    #expect(profiles[1].runs == 1)
  }

  @Test func `a search that a new customer matches is run again, another is not`() async throws {
    let shop = try await Shop()
    _ = try await shop.customer("Budi Santoso")
    let budi = try await shop.backend.subscribe(
      "master_data/customers:search",
      ["query": "budi"]
    )
    let citra = try await shop.backend.subscribe(
      "master_data/customers:search",
      ["query": "citra"]
    )
    _ = try await shop.customer("Budi Hartono", phone: "0899")
    #expect(try await budi.changes().count == 1)
    #expect(try await citra.changes().isEmpty)
  }

  @Test func `clients of the shop see each other's customers, and all see the same`() async throws {
    let shop = try await Shop()
    let counters = [await shop.backend.connect(), await shop.backend.connect()]
    let lists = try await counters.asyncMap {
      try await $0.subscribe("master_data/customers.ts:list")
    }
    try await counters[0].mutation(
      "master_data/customers.ts:create",
      ["name": "Ada", "phone": "081234567801"]
    )
    await #expect(throws: ClientError.self) {
      try await counters[1].mutation("master_data/customers.ts:create", ["name": ""])
    }
    for counter in counters { try await counter.settle() }
    for list in lists {
      #expect(list.results.count == 2)
      #expect(try list.value == lists[0].value)
    }
    for counter in counters { #expect(await counter.violations == []) }
  }
}

extension Array {
  func asyncMap<Result>(
    _ transform: (Element) async throws -> Result
  ) async rethrows -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}
