import Hull

/// The shops.
@Functions("master_data/branches")
enum Branches {
  /// Opens a branch; its code is used by no other live branch.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    code: String,
    name: String,
    address: String?,
    city: String?,
    province: String?,
    postalCode: String?,
    phone: String?,
    email: String?
  ) async throws -> ID<Branch> {
    let code = try Form.required(code, "code")
    let name = try Form.required(name, "name")
    try await requireFree(code, in: ctx.db)
    return try await ctx.db.insert(
      Branch(
        code: code,
        name: name,
        address: address?.nonBlank,
        city: city?.nonBlank,
        province: province?.nonBlank,
        postalCode: postalCode?.nonBlank,
        phone: phone?.nonBlank,
        email: email?.nonBlank,
        isActive: true
      )
    )
  }

  /// The branches in the order they were created: active ones, or all with `includeInactive`.
  @Query
  static func list(
    _ ctx: QueryContext,
    includeInactive: Bool = false
  ) async throws -> [Document<Branch>] {
    try await ctx.db.query(Branch.self)
      .take(1_000) { $0.isLive && (includeInactive || $0.isActive) }
  }

  /// A branch, deleted or not: old sales still show the name.
  ///
  /// Null if there never was one.
  @Query
  static func get(_ ctx: QueryContext, id: ID<Branch>) async throws -> Encoded<Branch>? {
    try await ctx.db.getEncoded(id)
  }

  /// Changes the fields that are given; a blank text changes nothing.
  @Mutation
  static func update(
    _ ctx: MutationContext,
    id: ID<Branch>,
    code: String?,
    name: String?,
    address: String?,
    city: String?,
    province: String?,
    postalCode: String?,
    phone: String?,
    email: String?,
    isActive: Bool?
  ) async throws -> ID<Branch> {
    _ = try await ctx.db.live(id)
    let code = try Form.change(code, "code")
    let name = try Form.change(name, "name")
    if let code { try await requireFree(code, for: id, in: ctx.db) }
    try await ctx.db.patch(id) {
      $0.set(\.code, ifPresent: code)
      $0.set(\.name, ifPresent: name)
      $0.set(\.address, ifPresent: address?.nonBlank)
      $0.set(\.city, ifPresent: city?.nonBlank)
      $0.set(\.province, ifPresent: province?.nonBlank)
      $0.set(\.postalCode, ifPresent: postalCode?.nonBlank)
      $0.set(\.phone, ifPresent: phone?.nonBlank)
      $0.set(\.email, ifPresent: email?.nonBlank)
      $0.set(\.isActive, ifPresent: isActive)
    }
    return id
  }

  /// Hides a branch; its sales stay, and deleting twice changes nothing.
  @Mutation
  static func remove(_ ctx: MutationContext, id: ID<Branch>) async throws -> ID<Branch> {
    if try await ctx.db.existing(id).isLive {
      try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    }
    return id
  }

  private static func requireFree(
    _ code: String,
    for branch: ID<Branch>? = nil,
    in db: DatabaseWriter
  ) async throws {
    let other = try await db.query(Branch.self)
      .withIndex(Branch.byCode) { $0.eq(code) }
      .filter { $0.isLive && $0.id != branch }
      .first()
    if other != nil { throw Refusal.duplicate(Branch.self, field: "code", value: code) }
  }
}
