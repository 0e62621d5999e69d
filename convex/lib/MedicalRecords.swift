import Hull

/// A medical record with the pet and its owner.
@ConvexObject
struct MedicalRecordInList {
  @Flatten var record: Document<PetMedicalRecord>
  /// With the name of the species; null if there is no such pet any more.
  var pet: Nullable<PetWithSpecies>
  var customer: Nullable<Encoded<Customer>>
}

/// A medical record with its pet.
@ConvexObject
struct MedicalRecordDetails {
  @Flatten var record: Document<PetMedicalRecord>
  var pet: Nullable<Encoded<CustomerPet>>
}

extension PetMedicalRecord {
  /// The most records a list holds.
  static let maximumListed = 1_000

  /// What a completed appointment says about a pet.
  ///
  /// - Parameters:
  ///   - appointment: The appointment.
  ///   - lines: The lines of its bill.
  ///   - db: Where the names of products, staff and branch are.
  /// - Throws: Only what the database throws.
  init(
    of appointment: ClinicAppointment,
    lines: [Document<ClinicAppointmentService>],
    _ db: some DatabaseReading
  ) async throws {
    var treatments: [String] = []
    var prescriptions: [String] = []
    for line in lines {
      if let service = try await db.get(line.serviceId) {
        treatments.append("\(service.name) (\(line.quantity.quantityText)x)")
      }
      if line.isPrescription, let text = try await Self.prescription(line.value, db) {
        prescriptions.append(text)
      }
    }
    self.init(
      petId: appointment.petId,
      recordDate: appointment.appointmentDate,
      diagnosis: appointment.diagnosis,
      treatment: treatments.isEmpty ? nil : treatments.joined(separator: ", "),
      prescription: prescriptions.isEmpty ? nil : prescriptions.joined(separator: "\n"),
      veterinarian: try await db.get(appointment.staffId)?.name,
      clinic: try await db.get(appointment.branchId)?.name,
      notes: ClinicalData(appointment).recordText
    )
  }

  /// A prescribed medicine: name, form, how many, how to take it.
  private static func prescription(
    _ line: ClinicAppointmentService,
    _ db: some DatabaseReading
  ) async throws -> String? {
    guard let productId = line.productId, var name = try await db.get(productId)?.name else {
      return nil
    }
    if let variantId = line.variantId, let variant = try await db.get(variantId) {
      name += " \(variant.variantValue)"
    }
    let parts = [name, "\(line.quantity.quantityText)x", line.prescriptionDosage]
    return parts.compactMap(\.self).joined(separator: " - ")
  }
}

extension DatabaseReading {
  /// Records with their pets and owners, each of those read once.
  func withPets(_ records: [Document<PetMedicalRecord>]) async throws -> [MedicalRecordInList] {
    var pets: [Document<CustomerPet>] = []
    for id in records.map(\.petId).withoutRepetition {
      if let pet = try await get(id) { pets.append(pet) }
    }
    let known = Dictionary(
      uniqueKeysWithValues: try await withSpecies(pets).map { ($0.pet.id, $0) }
    )
    var customers = RowCache<Customer>()
    var list: [MedicalRecordInList] = []
    for record in records {
      let pet = known[record.petId]
      list.append(
        MedicalRecordInList(
          record: record,
          pet: Nullable(pet),
          customer: try await customers.row(ifPresent: pet?.pet.customerId, in: self)
        )
      )
    }
    return list
  }
}
