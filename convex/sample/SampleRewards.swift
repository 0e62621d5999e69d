import Hull

extension SampleLoader {
  func loadRewards() async throws {
    for (code, name, sku, points) in [
      ("HADIAH-POUCH", "Whiskas Pouch Salmon", "PRD-0003", 100.0),
      ("HADIAH-MAINAN", "Mainan Bola Karet", "PRD-0007", 250.0),
      ("HADIAH-PASIR", "Pasir Kucing 10 L", "PRD-0005", 1_000.0),
    ] {
      guard let product = try await product(sku) else { continue }
      _ = try await row(
        try await ctx.db.query(LoyaltyReward.self)
          .withIndex(LoyaltyReward.byCode) { $0.eq(code) }
          .first()?.id
      ) {
        try await LoyaltyRewards.createReward(
          ctx,
          code: code,
          name: name,
          productId: product,
          variantId: nil,
          pointsCost: points
        )
      }
    }
  }
}
