import Foundation
import Hull
import HullTesting
import TestRandomness
import Testing

@testable import PetShop

@Suite struct DocumentNumbersTests {
  @Test(arguments: [
    (0, "INV-19700101-"), (-1, "INV-19691231-"), (951_782_400_000, "INV-20000229-"),
    (1_704_067_199_999, "INV-20231231-"), (1_704_067_200_000, "INV-20240101-"),
    (4_107_542_399_000, "INV-21000228-"), (4_107_542_400_000, "INV-21000301-"),
  ])
  func `a number begins with the day in UTC`(time: Double, key: String) {
    #expect(DocumentNumbers.key("INV", at: time) == key)
  }

  @Test func `days agree with the calendar`() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    var random = SeededGenerator(seed: 7)
    for _ in 0..<2_000 {
      let time = Double(Int.random(in: -2_000_000_000_000...4_000_000_000_000, using: &random))
      let date = DocumentNumbers.civilDate(at: time)
      let parts = calendar.dateComponents(
        [.year, .month, .day],
        from: Date(timeIntervalSince1970: time / 1_000)
      )
      #expect(date.year == parts.year, "\(time)")
      #expect(date.month == parts.month, "\(time)")
      #expect(date.day == parts.day, "\(time)")
    }
  }

  @Test func `numbers grow beyond 999 and begin anew each day`() async throws {
    let shop = try await Shop()
    func next(_ prefix: String = "APT") async throws -> String {
      try await shop.backend.run { try await $0.db.documentNumber(prefix, at: $0.now) }
    }
    #expect(try await next() == "APT-20240101-001")
    #expect(try await next("HTL") == "HTL-20240101-001")
    let sequence = try #require(
      try await shop.all(NumberSequence.self).first { $0.key == "APT-20240101-" }
    )
    try await shop.patch(sequence.id) { $0.set(\.lastNumber, 998) }
    #expect(try await next() == "APT-20240101-999")
    #expect(try await next() == "APT-20240101-1000")
    #expect(try await next() == "APT-20240101-1001")
    try await shop.backend.clock.advance(by: .seconds(86_400))
    #expect(try await next() == "APT-20240102-001")
  }
}
