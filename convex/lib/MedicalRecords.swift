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
  ///   - products: What the lines are about.
  ///   - db: Where the names of variants, staff and branch are.
  /// - Throws: Only what the database throws.
  init(
    of appointment: ClinicAppointment,
    lines: [Document<ClinicAppointmentService>],
    products: [ID<Product>: Document<Product>],
    _ db: some DatabaseReading
  ) async throws {
    let treatments = lines.compactMap { line in
      products[line.serviceId].map { "\($0.name) (\(line.quantity.quantityText)x)" }
    }
    var prescriptions: [String] = []
    for line in lines where line.isPrescription {
      guard let medicine = line.productId.flatMap({ products[$0] }) else { continue }
      prescriptions.append(try await Self.prescription(line.value, of: medicine.name, db))
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
    of medicine: String,
    _ db: some DatabaseReading
  ) async throws -> String {
    var name = medicine
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
    let pets = try await rows(records.map(\.petId))
    let known = Dictionary(
      uniqueKeysWithValues: try await withSpecies(Array(pets.values)).map { ($0.pet.id, $0) }
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
