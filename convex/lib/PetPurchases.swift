import Hull

/// What is bought for each pet, counted by product.
enum PetPurchases {
  /// Counts a line of a completed sale that was bought for a pet.
  static func add(_ line: SaleItem, at now: Double, in db: DatabaseWriter) async throws {
    guard let pet = line.petId else { return }
    let units = line.quantity.rounded(.down)
    guard let known = try await db.purchases(of: line.productId, for: pet) else {
      _ = try await db.insert(
        PetProductPreference(
          petId: pet,
          productId: line.productId,
          purchaseCount: 1,
          totalQuantity: units,
          lastPurchasedAt: now
        )
      )
      return
    }
    try await db.patch(known.id) {
      $0.set(\.purchaseCount, known.purchaseCount + 1)
      $0.set(\.totalQuantity, known.totalQuantity + units)
      $0.set(\.lastPurchasedAt, now)
    }
  }

  /// Takes a line of a refunded sale out of the count again.
  ///
  /// A product without purchases is forgotten.
  static func takeBack(_ line: SaleItem, in db: DatabaseWriter) async throws {
    guard let pet = line.petId,
      let known = try await db.purchases(of: line.productId, for: pet)
    else { return }
    guard known.purchaseCount > 1 else { return try await db.delete(known.id) }
    try await db.patch(known.id) {
      $0.set(\.purchaseCount, known.purchaseCount - 1)
      $0.set(\.totalQuantity, max(0, known.totalQuantity - line.quantity.rounded(.down)))
    }
  }
}

extension DatabaseReading {
  fileprivate func purchases(
    of product: ID<Product>,
    for pet: ID<CustomerPet>
  ) async throws -> Document<PetProductPreference>? {
    try await query(PetProductPreference.self)
      .withIndex(PetProductPreference.byPetProduct) { $0.eq(pet).eq(product) }
      .first()
  }
}
