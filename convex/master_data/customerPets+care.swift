import Hull

/// How a pet is cared for: vaccinations, what it likes, what to mind.
@Functions("master_data/customerPets")
enum PetCare {
  /// Records a vaccination and brings the pet's status up to date.
  @Mutation
  static func addVaccination(
    _ ctx: MutationContext,
    petId: ID<CustomerPet>,
    vaccineName: String,
    vaccineDate: Double,
    nextVaccineDate: Double?,
    veterinarian: String?,
    clinic: String?,
    notes: String?
  ) async throws -> ID<PetVaccination> {
    _ = try await ctx.db.live(petId)
    let next = try nextVaccineDate.map { try Form.finite($0, "nextVaccineDate") }
    if let next, next < vaccineDate {
      throw Refusal.invalid(
        "nextVaccineDate",
        "nextVaccineDate is before vaccineDate",
        "Tanggal vaksin berikutnya mendahului tanggal vaksin"
      )
    }
    let id = try await ctx.db.insert(
      PetVaccination(
        petId: petId,
        vaccineName: try Form.required(vaccineName, "vaccineName"),
        vaccineDate: try Form.finite(vaccineDate, "vaccineDate"),
        nextVaccineDate: next,
        veterinarian: veterinarian?.nonBlank,
        clinic: clinic?.nonBlank,
        notes: notes?.nonBlank
      )
    )
    if let due = try await ctx.db.vaccinationDue(of: petId, at: ctx.now) {
      try await ctx.db.patch(petId) {
        $0.set(\.vaccinationStatus, due.status)
        $0.set(\.nextVaccineDate, due.nextDate)
      }
    }
    return id
  }

  /// A pet's vaccinations, the latest first.
  @Query
  static func listVaccinations(
    _ ctx: QueryContext,
    petId: ID<CustomerPet>
  ) async throws -> [Document<PetVaccination>] {
    try await ctx.db.query(PetVaccination.self)
      .withIndex(PetVaccination.byPet) { $0.eq(petId) }
      .order(.descending)
      .filter(\.isLive)
      .take(PetVaccination.maximumListed)
      .sorted { $0.vaccineDate > $1.vaccineDate }
  }

  /// The products bought most often for a pet.
  ///
  /// At most `limit`, from 1 to 100, 10 unless given.
  @Query
  static func listProductPreferences(
    _ ctx: QueryContext,
    petId: ID<CustomerPet>,
    limit: Double?
  ) async throws -> [ProductPreference] {
    let limit = try Form.limit(limit, default: 10, maximum: 100)
    let rows = try await ctx.db.query(PetProductPreference.self)
      .withIndex(PetProductPreference.byPetCount) { $0.eq(petId) }
      .order(.descending)
      .take(limit)
    var preferences: [ProductPreference] = []
    for row in rows {
      preferences.append(
        ProductPreference(
          productId: row.productId,
          productName: Nullable(try await ctx.db.get(row.productId)?.name),
          purchaseCount: row.purchaseCount,
          totalQuantity: row.totalQuantity,
          lastPurchasedAt: row.lastPurchasedAt
        )
      )
    }
    return preferences
  }

  /// What to know before taking a pet in: owner, health, handling, a booking of its, and warnings.
  ///
  /// Null if there is no such pet.
  @Query
  static func getCareSheet(
    _ ctx: QueryContext,
    petId: ID<CustomerPet>,
    bookingId: ID<HotelBooking>?
  ) async throws -> CareSheet? {
    guard let pet = try await ctx.db.get(petId), pet.isLive else { return nil }
    let species = try await ctx.db.get(pet.categoryId)?.name
    let owner = try await ctx.db.get(pet.customerId)
    var booking: Document<HotelBooking>?
    if let bookingId, let found = try await ctx.db.get(bookingId), found.isLive,
      found.petId == petId
    {
      booking = found
    }
    return CareSheet(pet: pet, species: species, owner: owner, booking: booking)
  }

  /// Moves pets whose vaccination falls due to `DUE_SOON`, and those past it to `OVERDUE`: the
  /// daily job.
  ///
  /// At most 200 a run; after a full one it schedules itself.
  @InternalMutation
  static func refreshVaccinationStatuses(_ ctx: MutationContext) async throws -> RefreshedStatuses {
    let most = 200
    let soon = ctx.now + VaccinationDue.warningPeriod
    var pets = try await ctx.db.query(CustomerPet.self)
      .withIndex(CustomerPet.byVaccinationDue) { $0.eq(.upToDate).gt(nil).lte(soon) }
      .take(most)
    pets += try await ctx.db.query(CustomerPet.self)
      .withIndex(CustomerPet.byVaccinationDue) { $0.eq(.dueSoon).gt(nil).lt(ctx.now) }
      .take(most - pets.count)
    for pet in pets {
      let status = VaccinationDue.status(nextDate: pet.nextVaccineDate, now: ctx.now)
      try await ctx.db.patch(pet.id, \.vaccinationStatus, to: status)
    }
    let isDone = pets.count < most
    if !isDone {
      try await ctx.scheduler.runAfter(.zero, PetCare.$refreshVaccinationStatuses)
    }
    return RefreshedStatuses(updated: Double(pets.count), isDone: isDone)
  }
}

/// How far the daily job came.
@ConvexObject
struct RefreshedStatuses {
  var updated: Double
  /// False if there may be more: the next run is scheduled.
  var isDone: Bool
}

/// How much of a product is bought for a pet.
@ConvexObject
struct ProductPreference {
  var productId: ID<Product>
  var productName: Nullable<String>
  var purchaseCount: Double
  var totalQuantity: Double
  var lastPurchasedAt: Double
}
