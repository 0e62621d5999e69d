import Hull

/// A product that points buy.
@Table("loyaltyRewards")
struct LoyaltyReward {
  var code: String
  var name: String
  var productId: ID<Product>
  var variantId: ID<ProductVariant>?
  var pointsCost: Double
  var isActive: Bool
  var deletedAt: Double?

  static let byCode = index("by_code", \.code)
  static let byActive = index("by_active", \.isActive)
}
