import Hull

/// A customer's animal: what it is, how it is, and how to handle it.
@Table("customerPets")
struct CustomerPet: Equatable {
  var customerId: ID<Customer>
  var name: String
  /// The species.
  var categoryId: ID<AnimalCategory>
  var subcategoryId: ID<AnimalSubcategory>?
  var breed: String?
  var dateOfBirth: Double?
  /// `L` (male) or `P` (female).
  var gender: String?
  /// In kilograms.
  var weight: Double?
  var color: String?
  var microchipNumber: String?
  var notes: String?
  var isActive: Bool
  var allergies: [String]?
  var chronicConditions: [String]?
  /// Derived from the pet's vaccinations once it has any: see ``VaccinationDue``.
  var vaccinationStatus: VaccinationStatus?
  /// Derived: when the next vaccination is due.
  var nextVaccineDate: Double?
  var temperament: String?
  var handlingInstructions: String?
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byCustomer = index("by_customer", \.customerId)
  static let byCategory = index("by_category", \.categoryId)
  static let byDeleted = index("by_deleted", \.deletedAt)
  static let byDeletedActive = index("by_deleted_active", \.deletedAt, \.isActive)
  static let byCategoryLive = index("by_category_live", \.categoryId, \.deletedAt, \.isActive)
  static let byMicrochip = index("by_microchip", \.microchipNumber)
  static let byVaccinationDue = index("by_vaccination_due", \.vaccinationStatus, \.nextVaccineDate)
}

/// Where a pet stands with its vaccinations.
enum VaccinationStatus: String, ConvexLiteral {
  case unknown = "UNKNOWN"
  case upToDate = "UP_TO_DATE"
  case dueSoon = "DUE_SOON"
  case overdue = "OVERDUE"
}
