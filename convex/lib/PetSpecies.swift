import Hull

/// A pet with the names of what it is.
@ConvexObject
struct PetWithSpecies {
  @Flatten var pet: Document<CustomerPet>
  /// The name of the category; null if that row is gone.
  var species: Nullable<String>
  var subcategoryName: Nullable<String>
}

extension DatabaseReading {
  /// Adds the names of species and subcategories, reading each of them once.
  func withSpecies(_ pets: [Document<CustomerPet>]) async throws -> [PetWithSpecies] {
    var species: [ID<AnimalCategory>: String] = [:]
    for id in Set(pets.map(\.categoryId)) {
      species[id] = try await get(id)?.name
    }
    var subcategories: [ID<AnimalSubcategory>: String] = [:]
    for id in Set(pets.compactMap(\.subcategoryId)) {
      subcategories[id] = try await get(id)?.name
    }
    return pets.map { pet in
      PetWithSpecies(
        pet: pet,
        species: Nullable(species[pet.categoryId]),
        subcategoryName: Nullable(pet.subcategoryId.flatMap { subcategories[$0] })
      )
    }
  }

  /// The live species of a name, ignoring case and white space around it; the common ones also in
  /// English.
  ///
  /// - Throws: `NOT_FOUND`.
  func species(named name: String) async throws -> ID<AnimalCategory> {
    let typed = name.trimmed.lowercased()
    let wanted = SpeciesNames.indonesian[typed] ?? typed
    let found = try await speciesRows().first { $0.name.trimmed.lowercased() == wanted }
    guard let found else { throw Refusal.notFound(AnimalCategory.self, key: name) }
    return found.id
  }

  /// The live species; there are never many.
  func speciesRows() async throws -> [Document<AnimalCategory>] {
    try await query(AnimalCategory.self).take(SpeciesNames.maximumListed, where: \.isLive)
  }

  /// The live subcategory of a species that an id stands for.
  ///
  /// - Throws: `NOT_FOUND`; `VALIDATION` if it belongs to another species.
  func requireSubcategory(
    _ id: ID<AnimalSubcategory>,
    of category: ID<AnimalCategory>
  ) async throws {
    guard let row = try await get(id), row.isLive, row.categoryId == category else {
      throw Refusal.invalid(
        "subcategoryId",
        "The subcategory does not belong to the species",
        "Subjenis tidak sesuai dengan jenis hewan"
      )
    }
  }
}

/// What species are called.
enum SpeciesNames {
  /// The most rows that lists of species and subcategories hold.
  static let maximumListed = 1_000

  /// The Indonesian name, in lower case, for an English one.
  static let indonesian = [
    "dog": "anjing", "cat": "kucing", "bird": "burung", "rabbit": "kelinci", "fish": "ikan",
  ]
}
