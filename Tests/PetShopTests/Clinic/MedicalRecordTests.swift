import Hull
import HullTesting
import Testing

@testable import PetShop

/// Medical records: those that completed visits leave, and those added by hand.
@Suite struct MedicalRecordTests {
  private let clinic: Clinic
  private var shop: Shop { clinic.shop }

  init() async throws {
    clinic = try await Clinic()
  }

  private func create(
    _ pet: ID<CustomerPet>? = nil,
    _ more: ConvexObject = [:]
  ) async throws -> ID<PetMedicalRecord> {
    var arguments: ConvexObject = ["petId": .id(pet ?? clinic.pet), "recordDate": 5]
    for field in more { try arguments.set(field.name, to: field.value) }
    try await shop.tick()
    return try await shop.backend.mutation(PetMedicalRecords.$create, arguments)
  }

  private func update(_ id: ID<PetMedicalRecord>, _ changes: ConvexObject) async throws {
    var arguments = changes
    try arguments.set("id", to: .id(id))
    #expect(try await shop.backend.mutation(PetMedicalRecords.$update, arguments) == id)
  }

  private func list(_ arguments: ConvexObject = [:]) async throws -> [MedicalRecordInList] {
    try await shop.backend.query(PetMedicalRecords.$list, arguments)
  }

  @Test func `a completed visit leaves a record of what was found and done`() async throws {
    let appointment = try await clinic.book(on: 777)
    try await clinic.examine(appointment, complaint: "Batuk")
    try await shop.backend.mutation(
      ClinicExaminations.$updateClinicalData(
        appointmentId: appointment,
        temperature: 38.5,
        weight: 4.0,
        heartRate: 140.0,
        respiratoryRate: 30.0,
        bloodPressureSystolic: 120.0,
        physicalExamination: "Lemas",
        diagnosis: "Flu",
        treatmentPlan: "Istirahat",
        notes: "Kontrol lagi"
      )
    )
    let medicine = try await shop.product("Drontal", type: "medicine")
    let variant = try await shop.variant("10 ml", of: medicine)
    try await clinic.bill(appointment, quantity: 2)
    try await clinic.bill(
      appointment,
      medicine,
      goods: medicine,
      variant: variant,
      quantity: 0.5,
      isPrescription: true,
      dosage: "2x sehari"
    )
    try await clinic.bill(appointment, goods: medicine, isPrescription: true)
    let id = try #require(try await clinic.submit(appointment).medicalRecordId.value)
    let record = try await shop.row(id)
    #expect(record.petId == clinic.pet)
    #expect(record.recordDate == 777)
    #expect(record.diagnosis == "Flu")
    #expect(record.treatment == "Pemeriksaan (2x), Drontal (0.5x), Pemeriksaan (1x)")
    #expect(record.prescription == "Drontal 10 ml - 0.5x - 2x sehari\nDrontal - 1x")
    #expect(record.veterinarian == "drh. Ratna")
    #expect(record.clinic == "Pusat")
    #expect(
      record.notes == """
        Keluhan: Batuk
        Suhu: 38.5 °C
        Berat: 4 kg
        Detak jantung: 140/menit
        Pernapasan: 30/menit
        Tekanan darah: 120/? mmHg
        Pemeriksaan fisik: Lemas
        Rencana pengobatan: Istirahat
        Catatan: Kontrol lagi
        """
    )
  }

  @Test func `a visit with nothing noted leaves a record of what was done`() async throws {
    let appointment = try await clinic.book()
    try await clinic.bill(appointment)
    let id = try #require(try await clinic.submit(appointment).medicalRecordId.value)
    let record = try await shop.row(id)
    #expect(record.diagnosis == nil)
    #expect(record.prescription == nil)
    #expect(record.notes == nil)
    #expect(record.treatment == "Pemeriksaan (1x)")
  }

  @Test func `a record is added by hand with texts trimmed and blanks left out`() async throws {
    let id = try await create(
      clinic.pet,
      [
        "diagnosis": " Flu ", "treatment": "Infus", "prescription": " ", "veterinarian": "Bayu",
        "clinic": "Bandung", "notes": "x",
      ]
    )
    let record = try await shop.row(id)
    #expect(record.recordDate == 5)
    #expect(record.diagnosis == "Flu")
    #expect(record.treatment == "Infus")
    #expect(record.prescription == nil)
    #expect([record.veterinarian, record.clinic, record.notes] == ["Bayu", "Bandung", "x"])
  }

  @Test func `a record has a date and a live pet`() async throws {
    #expect(
      try await refusal { try await create(nil, ["recordDate": .float64(.nan)]) }
        == Refused(code: "VALIDATION", details: ["field": "recordDate"])
    )
    try await shop.backend.mutation(CustomerPets.$remove(id: clinic.pet))
    #expect(
      try await refusal { try await create() }
        == Refused(
          code: "NOT_FOUND",
          details: ["table": "customerPets", "id": .id(clinic.pet)]
        )
    )
  }

  @Test func `a list is the last added first with pets species and owners`() async throws {
    let bob = try await shop.customer("Bob")
    let dog = try await shop.pet(of: bob, "Rex", species: try await shop.species("Anjing"))
    let first = try await create(nil, ["recordDate": 9])
    let second = try await create(dog, ["recordDate": 1])
    let gone = try await create(dog)
    try await shop.backend.mutation(PetMedicalRecords.$remove(id: gone))
    let all = try await list()
    #expect(all.map(\.record.id) == [second, first])
    #expect(all.map { $0.pet.value?.pet.name } == ["Rex", "Oyen"])
    #expect(all.map { $0.pet.value?.species } == [.value("Anjing"), .value("Kucing")])
    #expect(try all.map { try $0.customer.value?.decoded().name } == ["Bob", "Ada"])
    #expect(try await list(["petId": .id(dog)]).map(\.record.id) == [second])
    #expect(try await list(["limit": 1]).map(\.record.id) == [second])
    let byPet = try await shop.backend.query(PetMedicalRecords.$listByPet(petId: dog))
    #expect(byPet.map(\.id) == [second])
  }

  @Test func `records outlive their pets and owners`() async throws {
    let id = try await create()
    try await shop.backend.mutation(CustomerPets.$remove(id: clinic.pet))
    #expect(try await list().first?.pet.value?.pet.name == "Oyen")
    try await shop.backend.run { [clinic] in try await $0.db.delete(clinic.pet) }
    let row = try #require(try await list().first)
    #expect(row.pet.value == nil)
    #expect(row.customer.value == nil)
    let shown = try #require(try await shop.backend.query(PetMedicalRecords.$get(id: id)))
    #expect(shown.pet.value == nil)
  }

  @Test(arguments: [0, -1, 1.5, 1_001, Double.nan])
  func `a limit is a whole number up to 1000`(limit: Double) async throws {
    #expect(
      try await refusal { try await list(["limit": .float64(limit)]) }
        == Refused(code: "VALIDATION", details: ["field": "limit"])
    )
  }

  @Test func `a list reads each pet and owner once`() async throws {
    for _ in 0..<10 { _ = try await create() }
    let usage = try await shop.usage { ctx in
      _ = try await PetMedicalRecords.list(ctx, petId: nil, limit: nil)
    }
    #expect(usage.fits(ranges: 4, documents: 13), "\(usage)")
  }

  @Test func `one record is shown with its pet, and is null when deleted`() async throws {
    let id = try await create(nil, ["diagnosis": "Flu"])
    let shown = try #require(try await shop.backend.query(PetMedicalRecords.$get(id: id)))
    #expect(shown.record.diagnosis == "Flu")
    #expect(try shown.pet.value?.decoded().name == "Oyen")
    #expect(try await shop.backend.mutation(PetMedicalRecords.$remove(id: id)) == id)
    #expect(try await shop.backend.query(PetMedicalRecords.$get(id: id)) == nil)
    let deleted = try await shop.row(id)
    try await shop.tick()
    try await shop.backend.mutation(PetMedicalRecords.$remove(id: id))
    #expect(try await shop.row(id) == deleted)
    #expect(try await refusal { try await update(id, ["notes": "x"]) }.code == "NOT_FOUND")
    #expect(
      try await refusalWords { try await update(id, ["notes": "x"]) }
        == ["Medical record not found", "Rekam medis tidak ditemukan"]
    )
  }

  @Test func `an update changes what is given`() async throws {
    let id = try await create(nil, ["diagnosis": "Flu", "notes": "x"])
    try await update(
      id,
      [
        "recordDate": 7, "diagnosis": " ", "treatment": "Infus", "prescription": "Sirup",
        "veterinarian": "Bayu", "clinic": "Bandung", "notes": " y ",
      ]
    )
    let record = try await shop.row(id)
    #expect(record.recordDate == 7)
    #expect(record.diagnosis == "Flu")
    #expect([record.treatment, record.prescription] == ["Infus", "Sirup"])
    #expect([record.veterinarian, record.clinic, record.notes] == ["Bayu", "Bandung", "y"])
    #expect(
      try await refusal { try await update(id, ["recordDate": .float64(.infinity)]) }
        == Refused(code: "VALIDATION", details: ["field": "recordDate"])
    )
  }
}
