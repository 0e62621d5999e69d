import Hull

/// Something the shop sells: goods, a medicine, a procedure or a service.
@Table("products")
struct Product {
  var sku: String
  var barcode: String?
  var name: String
  var description: String?
  var categoryId: ID<ProductCategory>
  var subcategoryId: String?
  var brandId: ID<Brand>
  var unitId: ID<Unit>
  var purchasePrice: Double
  var sellingPrice: Double
  var minStock: Double
  var maxStock: Double
  var hasVariants: Bool
  var hasExpiry: Bool?
  /// `product`, `medicine`, `procedure` or `service`; absent is a product.
  var type: String?
  var serviceDuration: Double?
  var isActive: Bool
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let bySku = index("by_sku", \.sku)
  static let byBarcode = index("by_barcode", \.barcode)
  static let byName = index("by_name", \.name)
  static let byCategory = index("by_category", \.categoryId)
  static let byBrand = index("by_brand", \.brandId)
  static let byType = index("by_type", \.type)

  /// Whether the shop keeps count of it; services and procedures have no stock.
  static func isTracked(type: String?) -> Bool {
    type == nil || type == "product" || type == "medicine"
  }
}

/// A form a product comes in, such as a size.
@Table("productVariants")
struct ProductVariant {
  var productId: ID<Product>
  var variantName: String
  var variantValue: String
  var sku: String
  var purchasePrice: Double
  var sellingPrice: Double
  var isActive: Bool
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byProduct = index("by_product", \.productId)
  static let bySku = index("by_sku", \.sku)
}
