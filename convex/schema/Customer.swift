import Hull

/// A person or household the shop sells to.
@Table("customers")
struct Customer: Equatable {
  var code: String
  var name: String
  /// As written down; `-` when there is none.
  var phone: String
  var email: String?
  var address: String?
  var city: String?
  var province: String?
  var postalCode: String?
  var dateOfBirth: Double?
  /// `L` (male) or `P` (female).
  var gender: String?
  /// The number of the national identity card.
  var idNumber: String?
  var notes: String?
  var isActive: Bool
  var preferredContact: ContactChannel?
  /// The channels the customer accepts messages on.
  var contactChannels: [ContactChannel]?
  /// Absent reads as false.
  var marketingOptIn: Bool?
  /// When ``marketingOptIn`` last became true.
  var marketingOptInAt: Double?
  /// Derived from ``phone``: see ``ContactKeys/phone(_:)``.
  var phoneNormalized: String?
  /// Derived from ``email``: see ``ContactKeys/email(_:)``.
  var emailNormalized: String?
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byCode = index("by_code", \.code)
  static let byName = index("by_name", \.name)
  static let byPhone = index("by_phone", \.phone)
  static let byPhoneNormalized = index("by_phone_normalized", \.phoneNormalized)
  static let byEmail = index("by_email", \.emailNormalized)
  static let byDeleted = index("by_deleted", \.deletedAt)
  static let byDeletedActive = index("by_deleted_active", \.deletedAt, \.isActive)
  static let searchName = searchIndex("search_name", \.name, filters: \.isActive, \.deletedAt)
}

/// How to reach a customer.
enum ContactChannel: String, ConvexLiteral {
  case email = "EMAIL"
  case phone = "PHONE"
  case sms = "SMS"
  case mail = "MAIL"
}
