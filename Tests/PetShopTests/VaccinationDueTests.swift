import Testing

@testable import PetShop

@Suite struct VaccinationDueTests {
  private static let day = 86_400_000.0
  private static let now = 1_000 * day

  private func record(_ name: String, _ date: Double, next: Double?) -> VaccinationDue.Record {
    VaccinationDue.Record(vaccineName: name, date: date, nextDate: next)
  }

  @Test func `without records the stored status stays`() {
    #expect(VaccinationDue(records: [], now: Self.now) == nil)
  }

  @Test(arguments: [
    (nil, VaccinationStatus.upToDate), (now - 1, .overdue), (now, .dueSoon),
    (now + 30 * day, .dueSoon), (now + 30 * day + 1, .upToDate),
  ])
  func `the earliest due date decides`(due: Double?, status: VaccinationStatus) {
    let found = VaccinationDue(records: [record("Rabies", 1, next: due)], now: Self.now)
    #expect(found == VaccinationDue(status: status, nextDate: due))
  }

  @Test func `only the latest record of each vaccine counts`() {
    let due = VaccinationDue(
      records: [
        record("Rabies", 10, next: Self.now - 1),
        record(" rabies ", 20, next: Self.now + 60 * Self.day),
        record("Tricat", 5, next: Self.now + 90 * Self.day),
      ],
      now: Self.now
    )
    #expect(due == VaccinationDue(status: .upToDate, nextDate: Self.now + 60 * Self.day))
  }
}
