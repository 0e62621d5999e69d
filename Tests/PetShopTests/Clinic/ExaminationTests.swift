import Hull
import HullTesting
import Testing

@testable import PetShop

/// What is noted at an examination.
@Suite struct ExaminationTests {
  private let clinic: Clinic
  private let appointment: ID<ClinicAppointment>

  init() async throws {
    clinic = try await Clinic()
    appointment = try await clinic.book()
  }

  private func note(_ data: ConvexObject) async throws -> ID<ClinicAppointment> {
    var arguments = data
    try arguments.set("appointmentId", to: .id(appointment))
    return try await clinic.backend.mutation(ClinicExaminations.$updateClinicalData, arguments)
  }

  private func found() async throws -> ClinicalData? {
    try await clinic.backend.query(
      ClinicExaminations.$getClinicalData(appointmentId: appointment)
    )
  }

  @Test func `an examination begins with a complaint`() async throws {
    #expect(try await found() == ClinicalData())
    #expect(
      try await refusal { try await clinic.examine(appointment, complaint: " ") }
        == Refused(code: "VALIDATION", details: ["field": "chiefComplaint"])
    )
    #expect(try await clinic.shop.row(appointment).status == "Scheduled")
    #expect(try await clinic.examine(appointment, complaint: " Batuk ") == appointment)
    #expect(try await found() == ClinicalData(chiefComplaint: "Batuk"))
  }

  @Test func `what is found adds up, and a blank text empties its field`() async throws {
    try await clinic.examine(appointment, complaint: "Batuk")
    _ = try await note([
      "temperature": 38.5, "weight": 4.2, "heartRate": 140, "respiratoryRate": 30,
      "bloodPressureSystolic": 120, "bloodPressureDiastolic": 80,
      "physicalExamination": " Lemas ", "diagnosis": "Flu", "treatmentPlan": "Istirahat",
      "notes": "Kontrol lagi",
    ])
    #expect(
      try await note([
        "temperature": 39, "diagnosis": " ", "physicalExamination": "", "treatmentPlan": "",
        "chiefComplaint": "",
      ]) == appointment
    )
    #expect(
      try await found()
        == ClinicalData(
          chiefComplaint: "Batuk",
          temperature: 39,
          weight: 4.2,
          heartRate: 140,
          respiratoryRate: 30,
          bloodPressureSystolic: 120,
          bloodPressureDiastolic: 80,
          notes: "Kontrol lagi"
        )
    )
    #expect(try await clinic.shop.row(appointment).status == "InProgress")
    // The pet's weight follows when the visit is completed.
    #expect(try await clinic.shop.row(clinic.pet).weight == nil)
  }

  @Test(
    arguments: [
      "temperature", "weight", "heartRate", "respiratoryRate", "bloodPressureSystolic",
      "bloodPressureDiastolic",
    ],
    [-1, Double.nan, .infinity]
  )
  func `a measurement is a number that is not negative`(
    field: String,
    value: Double
  ) async throws {
    var wrong: ConvexObject = ["diagnosis": "Flu"]
    try wrong.set(field, to: .float64(value))
    let data = wrong
    #expect(
      try await refusal { try await note(data) }
        == Refused(code: "VALIDATION", details: ["field": .string(field)])
    )
    #expect(try await found() == ClinicalData())
  }

  @Test func `of no appointment there are no data`() async throws {
    try await clinic.backend.mutation(ClinicAppointments.$remove(id: appointment))
    #expect(try await found() == nil)
    try await clinic.backend.run { [appointment] in try await $0.db.delete(appointment) }
    #expect(try await found() == nil)
  }
}
