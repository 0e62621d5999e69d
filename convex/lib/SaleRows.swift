import Hull

// What the sales functions read of a sale, and what they refuse to work on.

extension DatabaseReading {
  /// A live sale that may still change.
  ///
  /// - Throws: `NOT_FOUND`; `STATUS_CONFLICT` once it is no draft any more.
  func draft(_ id: ID<Sale>) async throws -> Document<Sale> {
    let sale = try await live(id)
    guard sale.status == SaleStatus.draft else { throw Refusal.notDraft(sale.value) }
    return sale
  }

  /// The lines of a sale, in the order they were added.
  func lines(of sale: ID<Sale>) async throws -> [Document<SaleItem>] {
    try await query(SaleItem.self)
      .withIndex(SaleItem.bySale) { $0.eq(sale) }
      .filter(\.isLive)
      .collect()
  }

  /// The payments for a sale, in the order they were made.
  func payments(for sale: ID<Sale>) async throws -> [Document<SalePayment>] {
    try await query(SalePayment.self)
      .withIndex(SalePayment.bySale) { $0.eq(sale) }
      .filter(\.isLive)
      .collect()
  }

  /// The completed sales of a customer that are not paid in full, in the order they were created.
  func unpaidSales(of customer: ID<Customer>) async throws -> [Document<Sale>] {
    try await query(Sale.self)
      .withIndex(Sale.byCustomerDue) { $0.eq(customer).eq(SaleStatus.completed).gt(0) }
      .filter(\.isLive)
      .collect()
      .sorted { $0.creationTime < $1.creationTime }
  }

  /// A customer to whom the shop sells.
  ///
  /// - Throws: `NOT_FOUND`; `CONFLICT_STATE` for an inactive one.
  func buyer(_ id: ID<Customer>) async throws -> Document<Customer> {
    let customer = try await live(id)
    guard customer.isActive else {
      throw Refusal.conflict("Inactive", "The customer is inactive", "Pelanggan tidak aktif")
    }
    return customer
  }

  /// Checks that goods can be bought for a pet.
  ///
  /// - Throws: `VALIDATION` unless it is a live pet of the customer.
  func requirePet(_ id: ID<CustomerPet>, of customer: ID<Customer>) async throws {
    guard let pet = try await get(id), pet.isLive, pet.customerId == customer else {
      throw Refusal.invalid(
        "petId",
        "The pet is no live pet of the sale's customer",
        "Hewan bukan milik pelanggan ini"
      )
    }
  }

  /// Checks that a product comes in a variant.
  ///
  /// - Throws: `NOT_FOUND`; `VALIDATION` for a variant of another product.
  func requireVariant(_ id: ID<ProductVariant>, of product: ID<Product>) async throws {
    guard try await live(id).productId == product else {
      throw Refusal.invalid(
        "variantId",
        "The variant does not belong to the product",
        "Varian tidak sesuai dengan produk"
      )
    }
  }
}

extension Refusal {
  /// The status of a sale forbids what was asked for.
  static func saleIs(
    _ sale: Sale,
    _ message: String,
    _ userMessage: String
  ) -> ConvexError {
    conflict(
      sale.status,
      "The sale is \(sale.status): \(message)",
      "Penjualan berstatus \(sale.status): \(userMessage)"
    )
  }
}
