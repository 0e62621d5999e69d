import Hull
import HullTesting
import Testing

@testable import PetShop

/// The jobs of the shop that run by themselves.
@Suite struct MaintenanceJobTests {
  private static let day = Duration.seconds(86_400)

  @Test func `two jobs are declared, for midnight in Jakarta and for Sundays`() async throws {
    let jobs = try await Shop().backend.crons.jobs.sorted { $0.name < $1.name }
    #expect(jobs.map(\.name) == ["audit loyalty", "refresh vaccination statuses"])
    #expect(
      jobs.map(\.schedule)
        == [
          .weekly(dayOfWeek: .sunday, hourUTC: 18, minuteUTC: 0),
          .daily(hourUTC: 17, minuteUTC: 0),
        ]
    )
  }

  @Test func `a vaccination comes due by the cron alone, and who watches the pets sees it`()
    async throws
  {
    let shop = try await Shop()
    let customer = try await shop.customer()
    let pet = try await shop.pet(of: customer, species: try await shop.species())
    try await shop.backend.mutation(
      PetCare.$addVaccination(
        petId: pet,
        vaccineName: "Rabies",
        vaccineDate: 1.0,
        nextVaccineDate: shop.backend.clock.now + 31 * 86_400_000
      )
    )
    let pets = try await shop.backend.subscribe(
      CustomerPets.$listByCustomer,
      ["customerId": .id(customer)]
    )
    #expect(try pets.value.map(\.pet.vaccinationStatus) == [.upToDate])
    var changes: [(day: Int, statuses: [VaccinationStatus?])] = []
    for day in 1...32 {
      try await shop.backend.clock.advance(by: Self.day)
      for change in try await pets.changes() {
        changes.append((day, change.map(\.pet.vaccinationStatus)))
      }
    }
    #expect(changes.map(\.day) == [2, 32])
    #expect(changes.map(\.statuses) == [[.dueSoon], [.overdue]])
    #expect(pets.lastCause?.function == "master_data/customerPets:refreshVaccinationStatuses")
    #expect(pets.runs == 3)
  }

  @Test func `the weekly job mends figures of any number of customers`() async throws {
    let shop = try await Shop.patient()
    for number in 0..<120 { _ = try await shop.customer(code: "C\(number)") }
    try await shop.backend.run { ctx in
      for row in try await ctx.db.query(CustomerMetrics.self).collect() {
        try await ctx.db.patch(row.id, \.totalSpent, to: 7)
      }
    }
    // The clock begins on a Monday.
    try await shop.backend.clock.advance(by: .seconds(6 * 86_400))
    #expect(try await shop.all(CustomerMetrics.self).allSatisfy { $0.totalSpent == 7 })
    try await shop.backend.clock.advance(by: Self.day)
    #expect(try await shop.all(CustomerMetrics.self).allSatisfy { $0.totalSpent == 0 })
    #expect(try await shop.backend.scheduler.failures().isEmpty)
  }
}
