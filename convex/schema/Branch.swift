import Hull

/// A shop.
@Table("branches")
struct Branch {
  var code: String
  var name: String
  var address: String?
  var city: String?
  var province: String?
  var postalCode: String?
  var phone: String?
  var email: String?
  var isActive: Bool
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byCode = index("by_code", \.code)
  static let byName = index("by_name", \.name)
}
