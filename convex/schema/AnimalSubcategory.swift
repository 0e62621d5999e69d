import Hull

/// A group within a species, such as small breeds of dog.
@Table("animalSubcategories")
struct AnimalSubcategory {
  var categoryId: ID<AnimalCategory>
  var name: String
  var description: String?
  var isActive: Bool
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byCategory = index("by_category", \.categoryId)
  static let byName = index("by_name", \.name)
}
