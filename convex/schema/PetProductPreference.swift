import Hull

/// How often, and how much, of a product was bought for a pet.
@Table("petProductPreferences")
struct PetProductPreference {
  var petId: ID<CustomerPet>
  var productId: ID<Product>
  var purchaseCount: Double
  var totalQuantity: Double
  var lastPurchasedAt: Double

  static let byPetProduct = index("by_pet_product", \.petId, \.productId)
  static let byPetCount = index("by_pet_count", \.petId, \.purchaseCount)
}
