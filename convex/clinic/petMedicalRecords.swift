import Hull

/// The pets' medical records.
@Functions("clinic/petMedicalRecords")
enum PetMedicalRecords {
  /// Adds a record by hand; a completed appointment adds one by itself.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    petId: ID<CustomerPet>,
    recordDate: Double,
    diagnosis: String?,
    treatment: String?,
    prescription: String?,
    veterinarian: String?,
    clinic: String?,
    notes: String?
  ) async throws -> ID<PetMedicalRecord> {
    _ = try await ctx.db.live(petId)
    return try await ctx.db.insert(
      PetMedicalRecord(
        petId: petId,
        recordDate: try Form.finite(recordDate, "recordDate"),
        diagnosis: diagnosis?.nonBlank,
        treatment: treatment?.nonBlank,
        prescription: prescription?.nonBlank,
        veterinarian: veterinarian?.nonBlank,
        clinic: clinic?.nonBlank,
        notes: notes?.nonBlank
      )
    )
  }

  /// Records with their pets and owners, the last added first: of a pet if it is given.
  ///
  /// At most `limit`, 1 000 unless given.
  @Query
  static func list(
    _ ctx: QueryContext,
    petId: ID<CustomerPet>?,
    limit: Double?
  ) async throws -> [MedicalRecordInList] {
    let limit = try Form.limit(
      limit,
      default: PetMedicalRecord.maximumListed,
      maximum: PetMedicalRecord.maximumListed
    )
    return try await ctx.db.withPets(try await newest(limit, of: petId, ctx.db))
  }

  /// The records of a pet, the last added first; at most 1 000.
  @Query
  static func listByPet(
    _ ctx: QueryContext,
    petId: ID<CustomerPet>
  ) async throws -> [Document<PetMedicalRecord>] {
    try await newest(PetMedicalRecord.maximumListed, of: petId, ctx.db)
  }

  /// A record with its pet; null if there is none or it is deleted.
  @Query
  static func get(
    _ ctx: QueryContext,
    id: ID<PetMedicalRecord>
  ) async throws -> MedicalRecordDetails? {
    guard let record = try await ctx.db.get(id), record.isLive else { return nil }
    return MedicalRecordDetails(
      record: record,
      pet: Nullable(try await ctx.db.getEncoded(record.petId))
    )
  }

  /// Changes the fields that are given; a blank text changes nothing.
  @Mutation
  static func update(
    _ ctx: MutationContext,
    id: ID<PetMedicalRecord>,
    recordDate: Double?,
    diagnosis: String?,
    treatment: String?,
    prescription: String?,
    veterinarian: String?,
    clinic: String?,
    notes: String?
  ) async throws -> ID<PetMedicalRecord> {
    _ = try await ctx.db.live(id)
    let recordDate = try recordDate.map { try Form.finite($0, "recordDate") }
    try await ctx.db.patch(id) {
      $0.set(\.recordDate, ifPresent: recordDate)
      $0.set(\.diagnosis, ifPresent: diagnosis?.nonBlank)
      $0.set(\.treatment, ifPresent: treatment?.nonBlank)
      $0.set(\.prescription, ifPresent: prescription?.nonBlank)
      $0.set(\.veterinarian, ifPresent: veterinarian?.nonBlank)
      $0.set(\.clinic, ifPresent: clinic?.nonBlank)
      $0.set(\.notes, ifPresent: notes?.nonBlank)
    }
    return id
  }

  /// Hides a record; deleting twice changes nothing.
  @Mutation
  static func remove(
    _ ctx: MutationContext,
    id: ID<PetMedicalRecord>
  ) async throws -> ID<PetMedicalRecord> {
    if try await ctx.db.existing(id).isLive {
      try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    }
    return id
  }

  private static func newest(
    _ limit: Int,
    of pet: ID<CustomerPet>?,
    _ db: DatabaseReader
  ) async throws -> [Document<PetMedicalRecord>] {
    let all = db.query(PetMedicalRecord.self)
    let chosen =
      if let pet {
        all.withIndex(PetMedicalRecord.byPet) { $0.eq(pet) }
      } else {
        all.fullTableScan()
      }
    // Deleted ones are in between; there are few.
    return try await chosen.order(.descending)
      .take(limit, ofFirst: 2 * PetMedicalRecord.maximumListed, where: \.isLive)
  }
}
