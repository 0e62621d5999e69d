import Hull

/// A sale at the till, from draft to completion.
@Table("sales")
struct Sale {
  var saleNumber: String
  var branchId: ID<Branch>
  var customerId: ID<Customer>
  var saleDate: Double
  /// `Draft`, `Completed`, `Cancelled` or `Refunded`.
  var status: String
  var subtotal: Double
  var discountAmount: Double
  var discountType: String
  var taxAmount: Double
  var taxRate: Double
  var totalAmount: Double
  var paidAmount: Double
  var outstandingAmount: Double
  var dueDate: Double?
  var notes: String?
  /// Points to take at submission, and the discount they give.
  var loyaltyPointsApplied: Double?
  var loyaltyDiscountAmount: Double?
  var pointsEarned: Double?
  var completedAt: Double?
  var refundedAt: Double?
  var refundReason: String?
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let bySaleNumber = index("by_sale_number", \.saleNumber)
  static let byBranch = index("by_branch", \.branchId)
  static let byCustomer = index("by_customer", \.customerId)
  static let byStatus = index("by_status", \.status)
  static let bySaleDate = index("by_sale_date", \.saleDate)
  static let byCustomerDate = index("by_customer_date", \.customerId, \.saleDate)
  static let byCustomerDue = index(
    "by_customer_due",
    \.customerId,
    \.status,
    \.outstandingAmount
  )
}

/// A line of a sale.
@Table("saleItems")
struct SaleItem {
  var saleId: ID<Sale>
  var productId: ID<Product>
  var variantId: ID<ProductVariant>?
  var quantity: Double
  var unitPrice: Double
  var discountAmount: Double
  var discountType: String
  var subtotal: Double
  var cogs: Double
  /// The pet it was bought for.
  var petId: ID<CustomerPet>?
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let bySale = index("by_sale", \.saleId)
  static let byProduct = index("by_product", \.productId)
  static let byVariant = index("by_variant", \.variantId)
}

/// Where a sale stands.
enum SaleStatus {
  /// Lines, discounts and the header may change.
  static let draft = "Draft"
  static let completed = "Completed"
  static let cancelled = "Cancelled"
  static let refunded = "Refunded"
}
