import Hull

/// A species.
@Table("animalCategories")
struct AnimalCategory {
  var name: String
  var description: String?
  var icon: String?
  var isActive: Bool
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byName = index("by_name", \.name)
}
