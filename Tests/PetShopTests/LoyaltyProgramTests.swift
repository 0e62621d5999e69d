import Testing

@testable import PetShop

@Suite struct LoyaltyProgramTests {
  @Test(arguments: [
    (7_500_000, LoyaltyTier.bronze, 750), (2_600_000, .bronze, 260), (1_255_000, .silver, 156),
    (450_000, .silver, 56), (9_999, .gold, 0), (10_000, .bronze, 1), (19_999, .gold, 1),
    (50_000_000, .bronze, 5_000), (-20_000, .bronze, 0), (0, .gold, 0),
  ])
  func `an event earns a point per full unit at the rate of the tier held`(
    total: Double,
    tier: LoyaltyTier,
    points: Double
  ) {
    #expect(LoyaltyProgram.pointsEarned(total: total, tier: tier) == points)
  }

  @Test(arguments: [
    (-1, LoyaltyTier.bronze), (0, .bronze), (9_999_999.99, .bronze), (10_000_000, .silver),
    (49_999_999, .silver), (50_000_000, .gold),
  ])
  func `tier thresholds are inclusive`(totalSpent: Double, tier: LoyaltyTier) {
    #expect(LoyaltyProgram.tier(totalSpent: totalSpent) == tier)
  }

  @Test(arguments: [(0, 0), (-5_000, 0), (9_999, 0), (10_000, 100), (1_305_000, 13_000)])
  func `points for a discount come in hundreds that fit the amount`(
    amount: Double,
    points: Double
  ) {
    #expect(LoyaltyProgram.maximumPoints(for: amount) == points)
  }

  @Test func `a negative balance is worth nothing`() {
    #expect(LoyaltyProgram.value(ofPoints: -28) == 0)
    #expect(LoyaltyProgram.value(ofPoints: 722) == 72_200)
  }
}
