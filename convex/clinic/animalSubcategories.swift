import Hull

/// The groups within a species.
@Functions("clinic/animalSubcategories")
enum AnimalSubcategories {
  /// Adds a group to a species.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    categoryId: ID<AnimalCategory>,
    name: String,
    description: String?
  ) async throws -> ID<AnimalSubcategory> {
    let name = try Form.required(name, "name")
    _ = try await ctx.db.live(categoryId)
    return try await ctx.db.insert(
      AnimalSubcategory(
        categoryId: categoryId,
        name: name,
        description: description?.nonBlank,
        isActive: true
      )
    )
  }

  /// The groups, of one species if it is given, in the order they were created: active ones, or all
  /// with `includeInactive`.
  @Query
  static func list(
    _ ctx: QueryContext,
    categoryId: ID<AnimalCategory>?,
    includeInactive: Bool = false
  ) async throws -> [Document<AnimalSubcategory>] {
    let rows = ctx.db.query(AnimalSubcategory.self)
    let chosen =
      if let categoryId {
        rows.withIndex(AnimalSubcategory.byCategory) { $0.eq(categoryId) }
      } else {
        rows.fullTableScan()
      }
    return try await chosen.take(SpeciesNames.maximumListed) {
      $0.isLive && (includeInactive || $0.isActive)
    }
  }

  /// A group, deleted or not.
  ///
  /// Null if there never was one.
  @Query
  static func get(
    _ ctx: QueryContext,
    id: ID<AnimalSubcategory>
  ) async throws -> Encoded<AnimalSubcategory>? {
    try await ctx.db.getEncoded(id)
  }

  /// Changes the fields that are given; a blank text changes nothing.
  @Mutation
  static func update(
    _ ctx: MutationContext,
    id: ID<AnimalSubcategory>,
    categoryId: ID<AnimalCategory>?,
    name: String?,
    description: String?,
    isActive: Bool?
  ) async throws -> ID<AnimalSubcategory> {
    _ = try await ctx.db.live(id)
    if let categoryId { _ = try await ctx.db.live(categoryId) }
    let name = try Form.change(name, "name")
    try await ctx.db.patch(id) {
      $0.set(\.categoryId, ifPresent: categoryId)
      $0.set(\.name, ifPresent: name)
      $0.set(\.description, ifPresent: description?.nonBlank)
      $0.set(\.isActive, ifPresent: isActive)
    }
    return id
  }

  /// Hides a group; pets of it stay.
  ///
  /// Deleting twice changes nothing.
  @Mutation
  static func remove(
    _ ctx: MutationContext,
    id: ID<AnimalSubcategory>
  ) async throws -> ID<AnimalSubcategory> {
    if try await ctx.db.existing(id).isLive {
      try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    }
    return id
  }
}
