import Hull

/// Who works at the clinics.
@Functions("clinic/clinicStaff")
enum ClinicStaffMembers {
  /// The most staff members a list holds.
  static let maximumListed = 1_000

  /// Adds a staff member to a branch.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    code: String,
    name: String,
    role: String,
    specialization: String?,
    phone: String?,
    email: String?,
    branchId: ID<Branch>
  ) async throws -> ID<ClinicStaff> {
    _ = try await ctx.db.live(branchId)
    return try await ctx.db.insert(
      ClinicStaff(
        code: try Form.required(code, "code"),
        name: try Form.required(name, "name"),
        role: try Form.required(role, "role"),
        specialization: specialization?.nonBlank,
        phone: phone?.nonBlank,
        email: email?.nonBlank,
        branchId: branchId,
        isActive: true
      )
    )
  }

  /// The staff with their branches, in the order they were added: of a branch and of a role, as far as
  /// these are given; active ones, or inactive ones too with `includeInactive`.
  @Query
  static func list(
    _ ctx: QueryContext,
    branchId: ID<Branch>?,
    role: String?,
    includeInactive: Bool = false
  ) async throws -> [StaffWithBranch] {
    let all = ctx.db.query(ClinicStaff.self)
    let chosen =
      if let branchId {
        all.withIndex(ClinicStaff.byBranch) { $0.eq(branchId) }
      } else if let role {
        all.withIndex(ClinicStaff.byRole) { $0.eq(role) }
      } else {
        all.fullTableScan()
      }
    let staff = try await chosen.take(maximumListed, ofFirst: maximumListed) {
      $0.isLive && (includeInactive || $0.isActive) && (role == nil || $0.role == role)
    }
    var branches = RowCache<Branch>()
    var list: [StaffWithBranch] = []
    for member in staff {
      list.append(
        StaffWithBranch(
          member: member,
          branch: try await branches.row(member.branchId, in: ctx.db)
        )
      )
    }
    return list
  }

  /// A staff member with the branch; null if there is none or it is deleted.
  @Query
  static func get(_ ctx: QueryContext, id: ID<ClinicStaff>) async throws -> StaffWithBranch? {
    guard let member = try await ctx.db.get(id), member.isLive else { return nil }
    return StaffWithBranch(
      member: member,
      branch: Nullable(try await ctx.db.getEncoded(member.branchId))
    )
  }

  /// Changes the fields that are given; a blank optional text changes nothing.
  @Mutation
  static func update(
    _ ctx: MutationContext,
    id: ID<ClinicStaff>,
    code: String?,
    name: String?,
    role: String?,
    specialization: String?,
    phone: String?,
    email: String?,
    branchId: ID<Branch>?,
    isActive: Bool?
  ) async throws -> ID<ClinicStaff> {
    _ = try await ctx.db.live(id)
    if let branchId { _ = try await ctx.db.live(branchId) }
    try await ctx.db.patch(id) {
      $0.set(\.code, ifPresent: try Form.change(code, "code"))
      $0.set(\.name, ifPresent: try Form.change(name, "name"))
      $0.set(\.role, ifPresent: try Form.change(role, "role"))
      $0.set(\.specialization, ifPresent: specialization?.nonBlank)
      $0.set(\.phone, ifPresent: phone?.nonBlank)
      $0.set(\.email, ifPresent: email?.nonBlank)
      $0.set(\.branchId, ifPresent: branchId)
      $0.set(\.isActive, ifPresent: isActive)
    }
    return id
  }

  /// Hides a staff member; appointments stay.
  ///
  /// Deleting twice changes nothing.
  @Mutation
  static func remove(_ ctx: MutationContext, id: ID<ClinicStaff>) async throws -> ID<ClinicStaff> {
    if try await ctx.db.existing(id).isLive {
      try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    }
    return id
  }
}

/// A staff member with the branch.
@ConvexObject
struct StaffWithBranch {
  @Flatten var member: Document<ClinicStaff>
  var branch: Nullable<Encoded<Branch>>
}
