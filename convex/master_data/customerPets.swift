import Hull

/// The customers' pets: registering, changing, listing.
@Functions("master_data/customerPets")
enum CustomerPets {
  /// Registers a pet.
  ///
  /// The species is given by `categoryId` or by name, in Indonesian or English. The microchip may be
  /// called `microchipNumber` or `microchipId`, and only one live pet carries it.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    customerId: ID<Customer>,
    name: String,
    categoryId: ID<AnimalCategory>?,
    species: String?,
    subcategoryId: ID<AnimalSubcategory>?,
    breed: String?,
    dateOfBirth: Double?,
    gender: String?,
    weight: Double?,
    color: String?,
    microchipNumber: String?,
    microchipId: String?,
    notes: String?,
    allergies: [String]?,
    chronicConditions: [String]?,
    vaccinationStatus: VaccinationStatus?,
    temperament: String?,
    handlingInstructions: String?
  ) async throws -> ID<CustomerPet> {
    let name = try Form.required(name, "name")
    _ = try await ctx.db.live(customerId)
    guard let category = try await ctx.db.species(categoryId, named: species) else {
      throw Refusal.invalid(
        "categoryId",
        "categoryId or species is needed",
        "Jenis hewan wajib diisi"
      )
    }
    if let subcategoryId {
      try await ctx.db.requireSubcategory(subcategoryId, of: category)
    }
    let microchip = try Form.microchip(microchipNumber, alias: microchipId)
    if let microchip { try await ctx.db.requireFreeMicrochip(microchip) }
    return try await ctx.db.insert(
      CustomerPet(
        customerId: customerId,
        name: name,
        categoryId: category,
        subcategoryId: subcategoryId,
        breed: breed?.nonBlank,
        dateOfBirth: try dateOfBirth.map { try Form.finite($0, "dateOfBirth") },
        gender: try Form.gender(gender),
        weight: try weight.map(Form.weight),
        color: color?.nonBlank,
        microchipNumber: microchip,
        notes: notes?.nonBlank,
        isActive: true,
        allergies: Form.entries(allergies),
        chronicConditions: Form.entries(chronicConditions),
        vaccinationStatus: vaccinationStatus,
        temperament: temperament?.nonBlank,
        handlingInstructions: handlingInstructions?.nonBlank
      )
    )
  }

  /// The newest pets in the order they were created: of a customer, else of a species, else all;
  /// active ones, or inactive ones too with `includeInactive`.
  ///
  /// At most `limit`, 8 192 unless given.
  @Query
  static func list(
    _ ctx: QueryContext,
    customerId: ID<Customer>?,
    categoryId: ID<AnimalCategory>?,
    includeInactive: Bool = false,
    limit: Double?
  ) async throws -> [Encoded<CustomerPet>] {
    let limit = try Form.limit(
      limit,
      default: Customers.maximumListed,
      maximum: Customers.maximumListed
    )
    let pets = ctx.db.query(CustomerPet.self).encoded()
    let newest =
      if let customerId {
        try await pets.withIndex(CustomerPet.byCustomer) { $0.eq(customerId) }
          .order(.descending)
          .filter {
            let pet = try $0.decoded()
            return pet.isLive && (includeInactive || pet.isActive)
          }
          .take(limit)
      } else if let categoryId {
        try await newestOfSpecies(
          pets,
          categoryId,
          limit: limit,
          includeInactive: includeInactive
        )
      } else if includeInactive {
        try await pets.withIndex(CustomerPet.byDeleted) { $0.eq(nil) }
          .order(.descending)
          .take(limit)
      } else {
        try await pets.withIndex(CustomerPet.byDeletedActive) { $0.eq(nil).eq(true) }
          .order(.descending)
          .take(limit)
      }
    return newest.reversed()
  }

  /// A customer's pets with the names of their species, in the order they were created; active ones,
  /// or inactive ones too with `includeInactive`.
  @Query
  static func listByCustomer(
    _ ctx: QueryContext,
    customerId: ID<Customer>,
    includeInactive: Bool = false
  ) async throws -> [PetWithSpecies] {
    let pets = try await ctx.db.query(CustomerPet.self)
      .withIndex(CustomerPet.byCustomer) { $0.eq(customerId) }
      .filter { $0.isLive && (includeInactive || $0.isActive) }
      .take(Customers.maximumListed)
    return try await ctx.db.withSpecies(pets)
  }

  /// A pet, deleted or not.
  ///
  /// Null if there never was one.
  @Query
  static func get(_ ctx: QueryContext, id: ID<CustomerPet>) async throws -> Encoded<CustomerPet>? {
    try await ctx.db.getEncoded(id)
  }

  /// Changes the fields that are given; null removes one, and a blank text changes nothing.
  ///
  /// Another `customerId` moves the pet; its history stays with the former owner. Another species
  /// drops a subcategory of the old one. A status given by hand is kept only while the pet has no
  /// vaccination record.
  @Mutation
  static func update(
    _ ctx: MutationContext,
    id: ID<CustomerPet>,
    customerId: ID<Customer>?,
    name: String?,
    categoryId: ID<AnimalCategory>?,
    species: String?,
    subcategoryId: Patch<ID<AnimalSubcategory>>,
    breed: Patch<String>,
    dateOfBirth: Patch<Double>,
    gender: Patch<String>,
    weight: Patch<Double>,
    color: Patch<String>,
    microchipNumber: Patch<String>,
    microchipId: Patch<String>,
    notes: Patch<String>,
    isActive: Bool?,
    allergies: Patch<[String]>,
    chronicConditions: Patch<[String]>,
    vaccinationStatus: Patch<VaccinationStatus>,
    temperament: Patch<String>,
    handlingInstructions: Patch<String>
  ) async throws -> ID<CustomerPet> {
    var pet = try await ctx.db.live(id).value
    if let customerId { pet.customerId = try await ctx.db.live(customerId).id }
    if let name = try Form.change(name, "name") { pet.name = name }
    try await changeSpecies(
      of: &pet,
      to: try await ctx.db.species(categoryId, named: species),
      subcategoryId,
      in: ctx.db
    )
    try Form.microchip(microchipNumber, alias: microchipId).apply(to: &pet.microchipNumber)
    if let microchip = pet.microchipNumber {
      try await ctx.db.requireFreeMicrochip(microchip, for: id)
    }
    breed.trimmed.apply(to: &pet.breed)
    try dateOfBirth.map { try Form.finite($0, "dateOfBirth") }.apply(to: &pet.dateOfBirth)
    try gender.trimmed.map(Form.gender).apply(to: &pet.gender)
    try weight.map(Form.weight).apply(to: &pet.weight)
    color.trimmed.apply(to: &pet.color)
    notes.trimmed.apply(to: &pet.notes)
    if let isActive { pet.isActive = isActive }
    allergies.map(Form.entries).apply(to: &pet.allergies)
    chronicConditions.map(Form.entries).apply(to: &pet.chronicConditions)
    temperament.trimmed.apply(to: &pet.temperament)
    handlingInstructions.trimmed.apply(to: &pet.handlingInstructions)
    if !vaccinationStatus.isUnchanged,
      try await ctx.db.vaccinationDue(of: id, at: ctx.now) == nil
    {
      vaccinationStatus.apply(to: &pet.vaccinationStatus)
    }
    try await ctx.db.replace(id, with: pet)
    return id
  }

  /// Hides a pet; deleting twice changes nothing.
  @Mutation
  static func remove(_ ctx: MutationContext, id: ID<CustomerPet>) async throws -> ID<CustomerPet> {
    if try await ctx.db.existing(id).isLive {
      try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    }
    return id
  }

  /// The newest live pets of a species, newest first.
  ///
  /// Active and inactive ones are two ranges of the index.
  private static func newestOfSpecies(
    _ pets: QueryInitializer<Encoded<CustomerPet>>,
    _ category: ID<AnimalCategory>,
    limit: Int,
    includeInactive: Bool
  ) async throws -> [Encoded<CustomerPet>] {
    func newest(isActive: Bool) async throws -> [Encoded<CustomerPet>] {
      try await pets
        .withIndex(CustomerPet.byCategoryLive) { $0.eq(category).eq(nil).eq(isActive) }
        .order(.descending)
        .take(limit)
    }
    let active = try await newest(isActive: true)
    guard includeInactive else { return active }
    let all = active + (try await newest(isActive: false))
    return Array(
      all.sorted { ($0.creationTime, $0.id) > ($1.creationTime, $1.id) }.prefix(limit)
    )
  }

  /// Changes species and subcategory as far as the caller wants.
  private static func changeSpecies(
    of pet: inout CustomerPet,
    to category: ID<AnimalCategory>?,
    _ subcategory: Patch<ID<AnimalSubcategory>>,
    in db: DatabaseWriter
  ) async throws {
    if let category, category != pet.categoryId {
      pet.categoryId = category
      pet.subcategoryId = nil
    }
    if let subcategory = subcategory.value {
      try await db.requireSubcategory(subcategory, of: pet.categoryId)
    }
    subcategory.apply(to: &pet.subcategoryId)
  }
}
