import Hull

// The tables a product is classified by.

/// A group of products.
@Table("productCategories")
struct ProductCategory {
  var code: String
  var name: String
  var description: String?
  var icon: String?
  var isActive: Bool
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byCode = index("by_code", \.code)
  static let byName = index("by_name", \.name)
}

/// A maker of products.
@Table("brands")
struct Brand {
  var code: String
  var name: String
  var description: String?
  var logo: String?
  var contactPerson: String?
  var phone: String?
  var email: String?
  var website: String?
  var isActive: Bool
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byCode = index("by_code", \.code)
  static let byName = index("by_name", \.name)
}

/// What a product is counted in.
@Table("units")
struct Unit {
  var code: String
  var name: String
  var description: String?
  var isBase: Bool
  var isActive: Bool
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byCode = index("by_code", \.code)
  static let byName = index("by_name", \.name)
}
