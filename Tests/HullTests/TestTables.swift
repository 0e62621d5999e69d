@testable import Hull

// A table written by hand: what `@Table` writes, so that these tests stand without macros.

struct Customer: Table, Hashable {
  var address: Address?
  var code: String
  var deletedAt: Double?
  var isActive: Bool
  var visits: Int

  static let byCode = index("by_code", \.code)
  static let byDeletedActive = index("by_deleted_active", \.deletedAt, \.isActive)
  static let byCity = index("by_city", \.address.city)
  static let searchCode = searchIndex("search_code", \.code, filters: \.isActive, \.deletedAt)

  static let tableName = "customers"
  static var indexes: [any TableIndexProtocol] { [byCode, byDeletedActive, byCity, searchCode] }

  struct Fields: Sendable {
    let address = Field<Customer, Address?>("address")
    let code = Field<Customer, String>("code")
    let deletedAt = Field<Customer, Double?>("deletedAt")
    let isActive = Field<Customer, Bool>("isActive")
    let visits = Field<Customer, Int>("visits")
  }
  static let fields = Fields()
  static var convexFields: [ConvexField] {
    [
      ConvexField("address", Address?.self), ConvexField("code", String.self),
      ConvexField("deletedAt", Double?.self), ConvexField("isActive", Bool.self),
      ConvexField("visits", Int.self),
    ]
  }

  func encodeFields(into encoder: inout ObjectEncoder) throws {
    try encoder.field("address", address)
    try encoder.field("code", code)
    try encoder.field("deletedAt", deletedAt)
    try encoder.field("isActive", isActive)
    try encoder.field("visits", visits)
  }
}

extension Customer {
  init(from decoder: inout ObjectDecoder) throws {
    address = try decoder.field("address")
    code = try decoder.field("code")
    deletedAt = try decoder.field("deletedAt")
    isActive = try decoder.field("isActive")
    visits = try decoder.field("visits")
  }
}

struct Address: ConvexStruct, Hashable {
  var city: String
  var lines: [String]

  struct Fields: Sendable {
    let city = Field<Address, String>("city")
    let lines = Field<Address, [String]>("lines")
  }
  static let fields = Fields()
  static var convexFields: [ConvexField] {
    [ConvexField("city", String.self), ConvexField("lines", [String].self)]
  }

  func encodeFields(into encoder: inout ObjectEncoder) throws {
    try encoder.field("city", city)
    try encoder.field("lines", lines)
  }
}

extension Address {
  init(from decoder: inout ObjectDecoder) throws {
    city = try decoder.field("city")
    lines = try decoder.field("lines")
  }
}

/// A document with more fields than are stored, as profiles are.
struct Profile: ConvexStruct {
  var customer: Document<Customer>
  var averageVisits: Double

  struct Fields: Sendable { let averageVisits = Field<Profile, Double>("averageVisits") }
  static let fields = Fields()
  static let convexFlattens = true
  static var convexFields: [ConvexField] {
    [ConvexField("averageVisits", Double.self), ConvexField(flattening: Document<Customer>.self)]
  }

  func encodeFields(into encoder: inout ObjectEncoder) throws {
    try encoder.field("averageVisits", averageVisits)
    try encoder.flatten(customer)
  }
}

extension Profile {
  init(from decoder: inout ObjectDecoder) throws {
    averageVisits = try decoder.field("averageVisits")
    customer = try decoder.flattened()
  }
}

enum Tier: String, ConvexLiteral { case gold = "GOLD", silver = "SILVER" }
