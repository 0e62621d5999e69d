import Hull
import HullTesting
import Testing

@testable import PetShop

/// The worked example of the loyalty programme, with real sales, visits and stays.
@Suite struct WorkedExampleTests {
  private let clinic: Clinic
  private let hotel: Hotel
  private var shop: Shop { clinic.shop }

  init() async throws {
    clinic = try await Clinic()
    hotel = Hotel(
      shop: clinic.shop,
      branch: clinic.branch,
      customer: clinic.customer,
      pet: clinic.pet,
      room: try await clinic.shop.room("KDG001", at: clinic.branch)
    )
  }

  /// A row of the table: what the customer's figures are after an event.
  private struct Row: Equatable {
    var points: Double
    var totalSpent: Double
    var tier: LoyaltyTier
    var visits: Double
    var lastVisit: Double?
  }

  private func row() async throws -> Row {
    let figures = try #require(try await shop.auditedFigures(of: clinic.customer))
    return Row(
      points: figures.loyaltyPoints,
      totalSpent: figures.totalSpent,
      tier: figures.loyaltyTier,
      visits: figures.visitCount,
      lastVisit: figures.lastVisit
    )
  }

  private func sell(
    _ amount: Double,
    redeeming points: Double = 0
  ) async throws -> (id: ID<Sale>, outcome: SubmittedSale) {
    try await shop.sellService(
      clinic.checkUp,
      for: amount,
      to: clinic.customer,
      at: clinic.branch,
      redeeming: points
    )
  }

  @Test func `the worked example gives every number of its table`() async throws {
    let first = try await sell(7_500_000)
    let firstDate = try await shop.row(first.id).saleDate
    #expect(first.outcome.pointsEarned == 750)
    #expect(
      try await row()
        == Row(points: 750, totalSpent: 7_500_000, tier: .bronze, visits: 1, lastVisit: firstDate)
    )

    let appointment = try await clinic.book(on: firstDate + 1)
    try await clinic.bill(appointment, quantity: 2, at: 1_300_000)
    #expect(try await clinic.submit(appointment).pointsEarned == 260)
    #expect(
      try await row()
        == Row(
          points: 1_010,
          totalSpent: 10_100_000,
          tier: .silver,
          visits: 2,
          lastVisit: firstDate + 1
        )
    )

    let third = try await sell(1_305_000, redeeming: 500)
    let thirdDate = try await shop.row(third.id).saleDate
    #expect(third.outcome.totalAmount == 1_255_000)
    #expect(third.outcome.pointsEarned == 156)
    #expect(third.outcome.pointsRedeemed == 500)
    #expect(third.outcome.loyaltyTier == .value(.silver))
    #expect(
      try await row()
        == Row(points: 666, totalSpent: 11_355_000, tier: .silver, visits: 3, lastVisit: thirdDate)
    )

    let booking = try await hotel.reserve()
    try await hotel.checkIn(booking)
    try await hotel.checkOut(booking)
    let departure = shop.backend.clock.now
    #expect(try await shop.row(booking).totalAmount == 450_000)
    #expect(try await shop.row(booking).pointsEarned == 56)
    #expect(
      try await row()
        == Row(points: 722, totalSpent: 11_805_000, tier: .silver, visits: 4, lastVisit: departure)
    )

    #expect(try await shop.refund(first.id).pointsReversed == 750)
    #expect(
      try await row()
        == Row(points: -28, totalSpent: 4_305_000, tier: .bronze, visits: 3, lastVisit: departure)
    )
    let reward = try await shop.reward(cost: 100)
    #expect(
      try await refusal {
        try await shop.redeem(reward, for: clinic.customer, at: clinic.branch)
      } == Refused(code: "INSUFFICIENT_POINTS", details: ["balance": -28, "requested": 100])
    )
  }

  @Test func `the history of the example is that of sales, clinic and hotel`() async throws {
    let first = try await sell(7_500_000)
    let appointment = try await clinic.book()
    try await clinic.bill(appointment, at: 2_600_000)
    try await clinic.submit(appointment)
    let booking = try await hotel.reserve()
    try await hotel.checkIn(booking)
    try await hotel.checkOut(booking)
    try await shop.refund(first.id)
    func history(_ more: ConvexObject = [:]) async throws -> [CustomerHistory] {
      var arguments: ConvexObject = [
        "customerId": .id(clinic.customer),
        "paginationOpts": ["numItems": 10, "cursor": .null],
      ]
      for field in more { try arguments.set(field.name, to: field.value) }
      return try await shop.backend.query(CustomerProfiles.$getHistory, arguments).page
        .map { try $0.decoded().value }
    }
    #expect(try await history().map(\.kind) == [.refund, .hotel, .clinic, .sale])
    #expect(try await history().last?.reversedAt == shop.backend.clock.now)
    #expect(try await history(["kind": "HOTEL"]).map(\.referenceId) == [booking.string])
    #expect(try await history(["kind": "CLINIC"]).map(\.amount) == [2_600_000])
    #expect(
      try await history(["petId": .id(clinic.pet)]).map(\.kind) == [.hotel, .clinic]
    )
    let profile = try #require(
      try await shop.backend.query(
        CustomerProfiles.$getLoyaltyProfile(customerId: clinic.customer)
      )
    )
    #expect(profile.serviceHistory.totalSales == 0)
    #expect(profile.serviceHistory.totalClinicVisits == 1)
    #expect(profile.serviceHistory.totalHotelStays == 1)
  }
}
