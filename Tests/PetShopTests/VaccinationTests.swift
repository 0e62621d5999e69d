import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct VaccinationTests {
  private static let day = 86_400_000.0

  private func vaccinate(
    _ shop: Shop,
    _ pet: ID<CustomerPet>,
    _ vaccine: String = "Rabies",
    given: Double,
    dueInDays: Double?
  ) async throws {
    var arguments: ConvexObject = [
      "petId": .id(pet), "vaccineName": .string(vaccine), "vaccineDate": .float64(given),
    ]
    if let dueInDays {
      let due = shop.backend.clock.now + dueInDays * Self.day
      try arguments.set("nextVaccineDate", to: .float64(due))
    }
    try await shop.backend.mutation(PetCare.$addVaccination, arguments)
  }

  private func shopWithPet() async throws -> (Shop, ID<CustomerPet>) {
    let shop = try await Shop.patient()
    let pet = try await shop.pet(
      of: try await shop.customer(),
      species: try await shop.species()
    )
    return (shop, pet)
  }

  @Test func `a vaccination sets the pet's status and a newer one replaces it`() async throws {
    let (shop, pet) = try await shopWithPet()
    try await vaccinate(shop, pet, given: 1, dueInDays: -1)
    #expect(try await shop.row(pet).vaccinationStatus == .overdue)
    try await vaccinate(shop, pet, given: 2, dueInDays: 10)
    #expect(try await shop.row(pet).vaccinationStatus == .dueSoon)
    try await vaccinate(shop, pet, given: 3, dueInDays: 31)
    #expect(try await shop.row(pet).vaccinationStatus == .upToDate)
    try await vaccinate(shop, pet, "Tricat", given: 3, dueInDays: nil)
    let row = try await shop.row(pet)
    #expect(row.vaccinationStatus == .upToDate)
    #expect(row.nextVaccineDate == shop.backend.clock.now + 31 * Self.day)
    let listed = try await shop.backend.query(PetCare.$listVaccinations, ["petId": .id(pet)])
    #expect(listed.map(\.vaccineDate) == [3, 3, 2, 1])
  }

  @Test func `a status by hand is kept only while there is no record`() async throws {
    let (shop, pet) = try await shopWithPet()
    try await shop.backend.mutation(
      CustomerPets.$update,
      ["id": .id(pet), "vaccinationStatus": "OVERDUE"]
    )
    #expect(try await shop.row(pet).vaccinationStatus == .overdue)
    try await vaccinate(shop, pet, given: 1, dueInDays: 90)
    try await shop.backend.mutation(
      CustomerPets.$update,
      ["id": .id(pet), "vaccinationStatus": "UNKNOWN"]
    )
    #expect(try await shop.row(pet).vaccinationStatus == .upToDate)
  }

  @Test func `what makes no sense is refused`() async throws {
    let (shop, pet) = try await shopWithPet()
    let cases: [(field: String, form: ConvexObject)] = [
      ("vaccineName", ["vaccineName": " ", "vaccineDate": 1]),
      ("vaccineDate", ["vaccineName": "Rabies", "vaccineDate": .float64(.nan)]),
      ("nextVaccineDate", ["vaccineName": "Rabies", "vaccineDate": 2, "nextVaccineDate": 1]),
    ]
    for (field, form) in cases {
      var arguments = form
      try arguments.set("petId", to: .id(pet))
      let refused = try await refusal {
        try await shop.backend.mutation(PetCare.$addVaccination, arguments)
      }
      #expect(refused == Refused(code: "VALIDATION", details: ["field": .string(field)]))
    }
    try await shop.backend.mutation(CustomerPets.$remove, ["id": .id(pet)])
    let refused = try await refusal { try await vaccinate(shop, pet, given: 1, dueInDays: nil) }
    #expect(refused.code == "NOT_FOUND")
  }

  @Test func `the daily job moves statuses as time passes`() async throws {
    let (shop, pet) = try await shopWithPet()
    try await vaccinate(shop, pet, given: 1, dueInDays: 31)
    var statuses: [VaccinationStatus?] = []
    for days in [0, 2, 30] {
      try await shop.backend.clock.advance(by: .seconds(days * 86_400))
      try await shop.backend.mutation(PetCare.$refreshVaccinationStatuses)
      statuses.append(try await shop.row(pet).vaccinationStatus)
    }
    #expect(statuses == [.upToDate, .dueSoon, .overdue])
  }

  @Test func `the daily job leaves alone pets without a due date`() async throws {
    let (shop, pet) = try await shopWithPet()
    try await vaccinate(shop, pet, given: 1, dueInDays: nil)
    let run = try await shop.backend.mutation(PetCare.$refreshVaccinationStatuses)
    #expect(run.updated == 0)
    #expect(run.isDone)
  }

  @Test func `the daily job works through any number of pets, 200 a run`() async throws {
    let (shop, pet) = try await shopWithPet()
    let row = try await shop.row(pet).value
    try await shop.backend.run { ctx in
      for number in 0..<250 {
        var other = row
        other.vaccinationStatus = number < 120 ? .upToDate : .dueSoon
        other.nextVaccineDate = ctx.now - 1
        _ = try await ctx.db.insert(other)
      }
    }
    let first = try await shop.backend.mutation(PetCare.$refreshVaccinationStatuses)
    #expect(first.updated == 200)
    #expect(!first.isDone)
    #expect(try await shop.backend.scheduler.drain(throwingFailures: true) == 1)
    #expect(
      try await shop.all(CustomerPet.self).count { $0.vaccinationStatus == .overdue } == 250
    )
  }

  @Test func `a care sheet says what to know and what to mind`() async throws {
    let (shop, pet) = try await shopWithPet()
    try await shop.backend.mutation(
      CustomerPets.$update,
      ["id": .id(pet), "allergies": ["Ayam"], "chronicConditions": ["Asma"], "weight": 4]
    )
    let sheet = try #require(
      try await shop.backend.query(PetCare.$getCareSheet, ["petId": .id(pet)])
    )
    #expect(sheet.pet.species == .value("Kucing"))
    #expect(sheet.pet.weight == .value(4))
    #expect(sheet.owner.value?.name == "Ada")
    #expect(sheet.vaccinationStatus == .unknown)
    #expect(sheet.warnings == [.vaccinationUnknown, .hasAllergies, .hasChronicConditions])
    #expect(sheet.booking.value?.bookingNumber == nil)
    try await vaccinate(shop, pet, given: 1, dueInDays: -1)
    let overdue = try await shop.backend.query(PetCare.$getCareSheet, ["petId": .id(pet)])
    #expect(overdue?.warnings.first == .vaccinationOverdue)
    try await shop.backend.mutation(CustomerPets.$remove, ["id": .id(pet)])
    #expect(try await shop.backend.query(PetCare.$getCareSheet, ["petId": .id(pet)]) == nil)
  }

  @Test func `a care sheet shows a booking of that pet only`() async throws {
    let (shop, pet) = try await shopWithPet()
    let owner = try await shop.row(pet).customerId
    let other = try await shop.pet(of: owner, "Other", species: try await shop.row(pet).categoryId)
    let booking = try await shop.booking(of: owner, pet: pet, status: "Reserved")
    let sheet = try await shop.backend.query(
      PetCare.$getCareSheet,
      ["petId": .id(pet), "bookingId": .id(booking)]
    )
    #expect(sheet?.booking.value?.bookingNumber == "HTL-1")
    #expect(sheet?.booking.value?.ownFood == true)
    let others = try await shop.backend.query(
      PetCare.$getCareSheet,
      ["petId": .id(other), "bookingId": .id(booking)]
    )
    #expect(others?.booking.value?.bookingNumber == nil)
  }
}
