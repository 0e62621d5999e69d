import Hull

// The shapes of what the sales functions return.

/// A sale on a list.
@ConvexObject
struct SaleSummary {
  @Flatten var sale: Document<Sale>
  var customer: Nullable<Encoded<Customer>>
  var branch: Nullable<Encoded<Branch>>
  var itemCount: Double
}

/// A sale with all that is on its invoice.
@ConvexObject
struct SaleDetails {
  @Flatten var sale: Document<Sale>
  var customer: Nullable<Encoded<Customer>>
  var branch: Nullable<Encoded<Branch>>
  var items: [SaleLineDetails]
  var payments: [Document<SalePayment>]
}

/// A line of a sale with what was sold.
@ConvexObject
struct SaleLineDetails {
  @Flatten var line: Document<SaleItem>
  var product: Nullable<Encoded<Product>>
  var variant: Nullable<Encoded<ProductVariant>>
}

/// A sale that is not paid in full.
@ConvexObject
struct UnpaidSale {
  @Flatten var sale: Document<Sale>
  var branch: Nullable<Encoded<Branch>>
}

/// A new draft.
@ConvexObject
struct CreatedSale {
  var saleId: ID<Sale>
  var saleNumber: String
}

/// A sale that was completed.
@ConvexObject
struct SubmittedSale {
  var saleId: ID<Sale>
  var status: String
  var totalAmount: Double
  var paidAmount: Double
  var outstandingAmount: Double
  /// The cash to give back.
  var change: Double
  var pointsEarned: Double
  var pointsRedeemed: Double
  /// The tier after the sale; null for the walk-in customer.
  var loyaltyTier: Nullable<LoyaltyTier>
}

/// A sale that was taken back.
@ConvexObject
struct RefundedSale {
  var saleId: ID<Sale>
  var status: String
  /// The points it had earned.
  var pointsReversed: Double
}
