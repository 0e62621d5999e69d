import TestRandomness
import Testing

@testable import PetShop

@Suite struct RupiahTests {
  @Test(arguments: [
    (0.005, 0.01), (0.004, 0.0), (1.005, 1.01), (2.675, 2.68), (1_234.565, 1_234.57),
    (-0.005, 0.0), (-0.006, -0.01), (7_500_000, 7_500_000), (0.1 + 0.2, 0.3),
    (9_999_999_999_999.99, 9_999_999_999_999.99),
  ])
  func `rounds to two decimals with halves up`(amount: Double, rounded: Double) {
    #expect(Rupiah.rounded(amount) == rounded)
  }

  @Test(arguments: [Double.infinity, -.infinity, .greatestFiniteMagnitude])
  func `leaves alone what has no decimals to round`(amount: Double) {
    #expect(Rupiah.rounded(amount) == amount)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `sums of amounts are exact and independent of their order`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let cents = (0..<2_000).map { _ in
      Int64.random(in: -100_000_000_000...100_000_000_000, using: &random)
    }
    let exact = Double(cents.reduce(0, +)) / 100
    let amounts = cents.map { Double($0) / 100 }
    #expect(amounts.rupiahTotal == exact, "seed \(seed)")
    #expect(amounts.shuffled(using: &random).rupiahTotal == exact, "seed \(seed)")
  }
}
