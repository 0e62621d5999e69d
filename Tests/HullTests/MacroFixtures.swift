public import Hull

// What an author writes; the tests beside this file run it.

@Table("pets")
struct Pet: Hashable {
  var name: String
  var owner: ID<Owner>
  var kind: Kind?
  var weight: Double?
  var tags: [String] = []
  var home: Home?
  var `default`: Bool?
  var label: String { "\(name) (\(kind?.rawValue ?? "?"))" }

  enum Kind: String, ConvexLiteral { case cat, dog }

  static let byOwner = index("by_owner", \.owner)
  static let byKindWeight = index("by_kind_weight", \.kind, \.weight)
  static let byTown = index("by_town", \.home.town)
  static let searchName = searchIndex("search_name", \.name, filters: \.kind)
  static let maximumWeight = 90.0
}

enum Owner: TableReference { static let tableName = "owners" }

@ConvexObject
struct Home: Hashable {
  var town: String, street: String?
  var room: Nullable<Double>
}

@ConvexObject
struct PetProfile {
  @Flatten var pet: Document<Pet>
  var ageInDays: Int
}

@ConvexUnion("type")
enum Payment: Equatable {
  case cash(Cash)
  case `default`(Transfer)

  @ConvexObject
  struct Cash: Hashable { var given: Double }

  @ConvexObject
  struct Transfer: Hashable { var bank: String, reference: String? }
}

@Functions("animals/pets")
enum Pets {
  /// Pets of an owner,
  /// heaviest first.
  @Query
  static func list(
    _ ctx: QueryContext,
    owner: ID<Owner>,
    kinds: [Pet.Kind]?,
    limit: Int = 20
  ) async throws -> [Encoded<Pet>] {
    try await ctx.db.query(Pet.self).encoded().withIndex(Pet.byOwner) { $0.eq(owner) }.take(limit)
  }

  @Query static func profile(ctx: QueryContext, id: ID<Pet>) async throws -> PetProfile? {
    guard let pet = try await ctx.db.get(id) else { return nil }
    return PetProfile(pet: pet, ageInDays: Int((ctx.now - pet.creationTime) / 86_400_000))
  }

  @Mutation static func rename(
    _ ctx: MutationContext,
    id: ID<Pet>,
    name: String?,
    kind: Patch<Pet.Kind>
  ) async throws {
    try await ctx.db.patch(id) {
      $0.set(\.name, ifPresent: name)
      $0.apply(\.kind, kind)
    }
  }

  @InternalMutation static func `default`(_ ctx: MutationContext, in place: Home) -> String {
    place.town
  }

  static let lineOfVersion = #line + 1
  @InternalQuery static func version(_: QueryContext) -> Double { 1 }

  @Action
  static func adopt(_ ctx: ActionContext, id: ID<Pet>) async throws -> String? {
    try await ctx.runMutation(Pets.$rename, ["id": .string(id.string), "name": "Adopted"])
    return try await ctx.runQuery(Pets.$profile, ["id": .string(id.string)])?.pet.name
  }
}

/// A second type of the same module.
@Functions("animals/pets")
struct MorePets {
  @InternalAction fileprivate static func sleep(_ ctx: ActionContext, why: ConvexValue?) async {}

  @Query private static func secret(_ ctx: QueryContext, x: Bool? = nil) throws -> Bool {
    x ?? false
  }
}

/// Public declarations get public members.
public enum PublicAPI {
  /// A table.
  @Table("rooms")
  public struct Room {
    /// A field.
    public var code: String
    /// An index.
    public static let byCode = index("by_code", \.code)
  }

  /// No fields.
  @ConvexObject
  public struct Empty {}

  /// A module.
  @Functions("rooms")
  public enum Rooms {
    /// All rooms.
    @Query public static func list(_ ctx: Hull.QueryContext) async throws -> [Document<Room>] {
      try await ctx.db.query(Room.self).collect()
    }
  }
}
