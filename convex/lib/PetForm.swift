import Hull

// What the pet functions check before they store a pet.

extension DatabaseReading {
  /// The species a form names, by id or by name.
  ///
  /// - Returns: nil if it names none.
  /// - Throws: `NOT_FOUND`; `VALIDATION` if it is named in both ways.
  func species(
    _ categoryId: ID<AnimalCategory>?,
    named species: String?
  ) async throws -> ID<AnimalCategory>? {
    switch (categoryId, species?.nonBlank) {
    case (let id?, nil): return try await live(id).id
    case (nil, let name?): return try await self.species(named: name)
    case (nil, nil): return nil
    case (_?, _?):
      throw Refusal.invalid(
        "species",
        "Give either categoryId or species, not both",
        "Isi salah satu: kategori atau jenis hewan"
      )
    }
  }

  /// Refuses a microchip that another live pet carries.
  ///
  /// - Throws: `DUPLICATE_ENTRY`.
  func requireFreeMicrochip(_ number: String, for pet: ID<CustomerPet>? = nil) async throws {
    let other = try await query(CustomerPet.self)
      .withIndex(CustomerPet.byMicrochip) { $0.eq(number) }
      .filter { $0.isLive && $0.id != pet }
      .first()
    guard other == nil else {
      throw Refusal.duplicate(CustomerPet.self, field: "microchipNumber", value: number)
    }
  }

  /// Where a pet stands with its vaccinations at `now`; nil while it has no record.
  func vaccinationDue(of pet: ID<CustomerPet>, at now: Double) async throws -> VaccinationDue? {
    let records = try await query(PetVaccination.self)
      .withIndex(PetVaccination.byPet) { $0.eq(pet) }
      .filter(\.isLive)
      .take(PetVaccination.maximumListed)
    return VaccinationDue(
      records: records.map {
        VaccinationDue.Record(
          vaccineName: $0.vaccineName,
          date: $0.vaccineDate,
          nextDate: $0.nextVaccineDate
        )
      },
      now: now
    )
  }
}

extension PetVaccination {
  /// The most vaccinations of one pet that count.
  static let maximumListed = 1_000
}

extension Form {
  /// A microchip number, which goes by two names.
  ///
  /// - Throws: `VALIDATION` if both are given and differ.
  static func microchip(_ number: String?, alias: String?) throws -> String? {
    switch (number?.nonBlank, alias?.nonBlank) {
    case (let number?, let alias?) where number != alias:
      throw Refusal.invalid(
        "microchipNumber",
        "microchipNumber and microchipId differ",
        "Nomor microchip tidak sama"
      )
    case (let number, let alias): return number ?? alias
    }
  }

  /// What an update wants done to a microchip number, which goes by two names.
  ///
  /// - Throws: `VALIDATION` if both are given and differ.
  static func microchip(
    _ number: Patch<String>,
    alias: Patch<String>
  ) throws -> Patch<String> {
    switch (number.trimmed, alias.trimmed) {
    case (let number, .unchanged): return number
    case (.unchanged, let alias): return alias
    case (let number, let alias) where number == alias: return number
    default:
      throw Refusal.invalid(
        "microchipNumber",
        "microchipNumber and microchipId differ",
        "Nomor microchip tidak sama"
      )
    }
  }
}
