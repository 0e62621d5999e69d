import Hull

/// How much of a product a branch holds.
@Table("productStock")
struct ProductStock {
  var branchId: ID<Branch>
  var productId: ID<Product>
  var variantId: ID<ProductVariant>?
  var quantity: Double
  var averageCost: Double
  var batchNumber: String?
  var expiredDate: Double?
  var lastUpdated: Double
  var updatedBy: ID<User>?

  static let byBranch = index("by_branch", \.branchId)
  static let byProduct = index("by_product", \.productId)
  static let byVariant = index("by_variant", \.variantId)
  static let byBranchProduct = index("by_branch_product", \.branchId, \.productId)
}

/// One change of a branch's stock, and what caused it.
@Table("stockMovements")
struct StockMovement {
  var branchId: ID<Branch>
  var productId: ID<Product>
  var variantId: ID<ProductVariant>?
  var movementType: String
  /// Negative when stock left.
  var quantity: Double
  var referenceType: String
  var referenceId: String
  var movementDate: Double
  var notes: String?
  var createdBy: ID<User>?

  static let byBranch = index("by_branch", \.branchId)
  static let byProduct = index("by_product", \.productId)
  static let byMovementDate = index("by_movement_date", \.movementDate)
  static let byReference = index("by_reference", \.referenceType, \.referenceId)
  static let byMovementType = index("by_movement_type", \.movementType)
}
