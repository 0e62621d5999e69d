import Hull

/// The species.
@Functions("clinic/animalCategories")
enum AnimalCategories {
  /// Adds a species.
  ///
  /// A live one of the same name, ignoring case, is refused: pets are registered by that name.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    name: String,
    description: String?,
    icon: String?
  ) async throws -> ID<AnimalCategory> {
    let name = try Form.required(name, "name")
    try await requireFree(name, in: ctx.db)
    return try await ctx.db.insert(
      AnimalCategory(
        name: name,
        description: description?.nonBlank,
        icon: icon?.nonBlank,
        isActive: true
      )
    )
  }

  /// The species in the order they were created: active ones, or all with `includeInactive`.
  @Query
  static func list(
    _ ctx: QueryContext,
    includeInactive: Bool = false
  ) async throws -> [Document<AnimalCategory>] {
    try await ctx.db.query(AnimalCategory.self)
      .take(SpeciesNames.maximumListed) { $0.isLive && (includeInactive || $0.isActive) }
  }

  /// A species, deleted or not.
  ///
  /// Null if there never was one.
  @Query
  static func get(
    _ ctx: QueryContext,
    id: ID<AnimalCategory>
  ) async throws -> Encoded<AnimalCategory>? {
    try await ctx.db.getEncoded(id)
  }

  /// Changes the fields that are given; a blank text changes nothing.
  @Mutation
  static func update(
    _ ctx: MutationContext,
    id: ID<AnimalCategory>,
    name: String?,
    description: String?,
    icon: String?,
    isActive: Bool?
  ) async throws -> ID<AnimalCategory> {
    _ = try await ctx.db.live(id)
    let name = try Form.change(name, "name")
    if let name { try await requireFree(name, for: id, in: ctx.db) }
    try await ctx.db.patch(id) {
      $0.set(\.name, ifPresent: name)
      $0.set(\.description, ifPresent: description?.nonBlank)
      $0.set(\.icon, ifPresent: icon?.nonBlank)
      $0.set(\.isActive, ifPresent: isActive)
    }
    return id
  }

  /// Hides a species; pets of it stay.
  ///
  /// Deleting twice changes nothing.
  @Mutation
  static func remove(
    _ ctx: MutationContext,
    id: ID<AnimalCategory>
  ) async throws -> ID<AnimalCategory> {
    if try await ctx.db.existing(id).isLive {
      try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    }
    return id
  }

  private static func requireFree(
    _ name: String,
    for category: ID<AnimalCategory>? = nil,
    in db: DatabaseWriter
  ) async throws {
    let wanted = name.lowercased()
    let isTaken = try await db.speciesRows().contains {
      $0.id != category && $0.name.trimmed.lowercased() == wanted
    }
    if isTaken { throw Refusal.duplicate(AnimalCategory.self, field: "name", value: name) }
  }
}
