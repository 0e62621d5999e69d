import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct CustomerProfileTests {
  private func history(
    _ shop: Shop,
    _ customer: ID<Customer>,
    _ extra: ConvexObject = [:],
    size: Double = 10
  ) async throws -> [CustomerHistory] {
    var arguments: ConvexObject = [
      "customerId": .id(customer),
      "paginationOpts": ["numItems": .float64(size), "cursor": .null],
    ]
    for field in extra { try arguments.set(field.name, to: field.value) }
    return try await shop.backend.query(CustomerProfiles.$getHistory, arguments).page
      .map { try $0.decoded().value }
  }

  @Test func `a profile has the customer's fields with everything else beside them`()
    async throws
  {
    let shop = try await Shop()
    let id = try await shop.customer("Budi", code: "B1", email: "b@c.d")
    let species = try await shop.species("Kucing")
    let pet = try await shop.pet(of: id, species: species)
    try await shop.sell(10_000_000, as: "s1", to: id)
    let visit = shop.backend.clock.now
    _ = try await shop.appointment(of: id, pet: pet, status: "Scheduled", date: 9)
    _ = try await shop.booking(of: id, pet: pet, status: "Reserved")
    let profile = try await shop.backend.query(
      "master_data/customers:getProfile",
      ["customerId": .id(id)]
    )
    #expect(profile["_id"] == .id(id))
    #expect(profile["code"] == "B1")
    #expect(profile["email"] == "b@c.d")
    #expect(
      profile["preferences"]
        == [
          "preferredContact": .null, "contactChannels": [], "marketingOptIn": false,
          "marketingOptInAt": .null,
        ]
    )
    #expect(
      profile["metrics"]
        == [
          "totalSpent": 10_000_000, "visitCount": 1, "lastVisit": .float64(visit),
          "saleCount": 1, "clinicVisitCount": 0, "hotelStayCount": 0,
        ]
    )
    #expect(
      profile["loyalty"]
        == [
          "points": 1_000, "tier": "SILVER", "pointsValue": 100_000,
          "lifetimePointsEarned": 1_000, "lifetimePointsRedeemed": 0, "nextTier": "GOLD",
          "amountToNextTier": 40_000_000,
        ]
    )
    #expect(profile["pets"]?.array?.map { $0["species"] } == ["Kucing"])
    #expect(
      profile["upcoming"]?["appointments"]?.array?.map { $0["appointmentNumber"] } == ["APT-1"]
    )
    #expect(profile["upcoming"]?["bookings"]?.array?.map { $0["bookingNumber"] } == ["HTL-1"])
    #expect(profile["recentHistory"]?.array?.map { $0["referenceId"] } == ["s1"])
    #expect(
      try await shop.backend.query("master_data/customers:getProfile", ["id": .id(id)])
        == profile
    )
  }

  @Test func `upcoming are the next ten that are open and not deleted`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    let pet = try await shop.pet(of: id, species: try await shop.species())
    for (status, date) in [("Completed", 1.0), ("InProgress", 7), ("Cancelled", 2)] {
      _ = try await shop.appointment(of: id, pet: pet, status: status, date: date)
    }
    let deleted = try await shop.appointment(of: id, pet: pet, status: "Scheduled", date: 3)
    try await shop.patch(deleted) { $0.set(\.deletedAt, 1) }
    let first = try await shop.appointment(of: id, pet: pet, status: "Scheduled", date: 5)
    for _ in 0..<10 {
      _ = try await shop.appointment(of: id, pet: pet, status: "Scheduled", date: 8)
    }
    _ = try await shop.booking(of: id, pet: pet, status: "CheckedOut")
    _ = try await shop.booking(of: id, pet: pet, status: "CheckedIn", checkIn: 4)
    let profile = try #require(
      try await shop.backend.query(CustomerProfiles.$getProfile, ["id": .id(id)])
    )
    #expect(profile.upcoming.appointments.first?.id == first)
    #expect(profile.upcoming.appointments.dropFirst().first?.status == "InProgress")
    #expect(profile.upcoming.appointments.count == 10)
    #expect(profile.upcoming.bookings.map(\.status) == ["CheckedIn"])
  }

  @Test func `a profile of imported data reads as zeros and bronze`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    let metrics = try #require(try await shop.metrics(of: id)).id
    try await shop.backend.run { try await $0.db.delete(metrics) }
    let profile = try #require(
      try await shop.backend.query(CustomerProfiles.$getProfile, ["id": .id(id)])
    )
    #expect(profile.metrics.visitCount == 0)
    #expect(profile.metrics.lastVisit == .null)
    #expect(profile.loyalty.tier == .bronze)
    #expect(profile.loyalty.amountToNextTier == .value(10_000_000))
  }

  @Test func `a negative balance is worth nothing and gold has no next tier`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await shop.sell(60_000_000, as: "s1", to: id)
    var loyalty = try await shop.backend.query(CustomerProfiles.$getProfile, ["id": .id(id)])?
      .loyalty
    #expect(loyalty?.nextTier == .null)
    #expect(loyalty?.amountToNextTier == .null)
    try await shop.sell(10_000, as: "s2", redeeming: 6_000, to: id)
    try await shop.refund("s1")
    loyalty = try await shop.backend.query(CustomerProfiles.$getProfile, ["id": .id(id)])?.loyalty
    #expect(loyalty?.points == -5_999)
    #expect(loyalty?.pointsValue == 0)
  }

  @Test func `a profile of an unknown or deleted customer is null`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await shop.backend.mutation(Customers.$remove, ["id": .id(id)])
    for function in ["getProfile", "getLoyaltyProfile"] {
      #expect(
        try await shop.backend.query(
          "master_data/customers:\(function)",
          ["customerId": .id(id)]
        ) == .null
      )
    }
    try await shop.backend.run { try await $0.db.delete(id) }
    #expect(try await shop.backend.query(CustomerProfiles.$getProfile, ["id": .id(id)]) == nil)
    let refused = try await refusal {
      try await shop.backend.query(CustomerProfiles.$getProfile)
    }
    #expect(refused == Refused(code: "VALIDATION", details: ["field": "customerId"]))
  }

  @Test func `history comes newest first by what it is about`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    for (reference, kind, at) in [
      ("a", EventKind.sale, 3.0), ("b", .clinic, 1), ("c", .hotel, 2), ("d", .sale, 4),
    ] {
      try await shop.complete(
        TestEvent(kind: kind, reference: reference, amount: 10_000, occurredAt: at),
        for: id
      )
    }
    try await shop.refund("a")
    #expect(try await history(shop, id).map(\.referenceId) == ["a", "d", "a", "c", "b"])
    #expect(try await history(shop, id).map(\.kind.rawValue).first == "REFUND")
    #expect(try await history(shop, id, size: 2).count == 2)
    #expect(try await history(shop, id, ["kind": "SALE"]).map(\.referenceId) == ["d", "a"])
    #expect(try await history(shop, id, ["kind": "SALE"]).last?.reversedAt != nil)
    #expect(try await history(shop, id, ["kind": "REDEMPTION"]).isEmpty)
    let refused = try await refusal { try await history(shop, id, ["kind": "Sale"]) }
    #expect(refused == Refused(code: "VALIDATION", details: ["field": "kind"]))
  }

  @Test func `a pet's history leaves out what its former owner did`() async throws {
    let shop = try await Shop()
    let ada = try await shop.customer("Ada")
    let bob = try await shop.customer("Bob")
    let pet = try await shop.pet(of: ada, species: try await shop.species())
    try await shop.complete(
      TestEvent(kind: .clinic, reference: "a", amount: 1, pet: pet),
      for: ada
    )
    try await shop.backend.mutation(
      CustomerPets.$update,
      ["id": .id(pet), "customerId": .id(bob)]
    )
    try await shop.complete(
      TestEvent(kind: .clinic, reference: "b", amount: 1, pet: pet),
      for: bob
    )
    try await shop.complete(
      TestEvent(kind: .hotel, reference: "c", amount: 1, pet: pet),
      for: bob
    )
    try await shop.sell(1, as: "d", to: bob)
    let byPet: ConvexObject = ["petId": .id(pet)]
    #expect(try await history(shop, bob, byPet).map(\.referenceId) == ["c", "b"])
    #expect(try await history(shop, ada, byPet).map(\.referenceId) == ["a"])
    #expect(
      try await history(shop, bob, ["petId": .id(pet), "kind": "HOTEL"]).map(\.referenceId)
        == ["c"]
    )
  }

  @Test func `what each of many pets gets now and then counts as well`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    let species = try await shop.species()
    var pets: [ID<CustomerPet>] = []
    for name in ["A", "B", "C"] {
      pets.append(try await shop.pet(of: id, name, species: species))
    }
    let shared = try await shop.product("for all")
    var products: [ID<Product>] = []
    for number in 0..<60 { products.append(try await shop.product("P\(number)")) }
    let (petIDs, productIDs) = (pets, products)
    try await shop.backend.run { ctx in
      for (number, pet) in petIDs.enumerated() {
        let own = productIDs[(number * 20)..<(number * 20 + 20)].map { ($0, 2.0) }
        for (product, count) in own + [(shared, 1.0)] {
          try await ctx.db.insert(
            PetProductPreference(
              petId: pet,
              productId: product,
              purchaseCount: count,
              totalQuantity: count,
              lastPurchasedAt: 1
            )
          )
        }
      }
    }
    let profile = try #require(
      try await shop.backend.query(CustomerProfiles.$getLoyaltyProfile, ["customerId": .id(id)])
    )
    #expect(profile.favoriteProducts.first == "for all")
    #expect(profile.favoriteProducts.count == 5)
  }

  @Test func `a loyalty profile names the favourite products of all pets`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    let species = try await shop.species()
    let pets = [
      try await shop.pet(of: id, "A", species: species),
      try await shop.pet(of: id, "B", species: species),
    ]
    var products: [ID<Product>] = []
    for number in 0..<6 { products.append(try await shop.product("P\(number)")) }
    let counts: [(pet: Int, product: Int, count: Double)] = [
      (0, 0, 3), (1, 1, 4), (0, 2, 2), (1, 2, 3), (0, 3, 1), (1, 4, 2), (0, 5, 9),
    ]
    let (petIDs, productIDs) = (pets, products)
    try await shop.backend.run { ctx in
      for row in counts {
        _ = try await ctx.db.insert(
          PetProductPreference(
            petId: petIDs[row.pet],
            productId: productIDs[row.product],
            purchaseCount: row.count,
            totalQuantity: row.count,
            lastPurchasedAt: 1
          )
        )
      }
    }
    try await shop.sell(100_000, as: "s1", to: id)
    let profile = try #require(
      try await shop.backend.query(
        CustomerProfiles.$getLoyaltyProfile,
        ["customerId": .id(id)]
      )
    )
    #expect(profile.favoriteProducts == ["P5", "P2", "P1", "P0", "P4"])
    #expect(profile.totalPurchases == 1)
    #expect(profile.loyaltyPoints == 10)
    #expect(profile.lastVisitDate == .value(shop.backend.clock.now))
    #expect(profile.serviceHistory.totalSales == 1)
  }

  @Test func `the top ten are those who spent most and are still active`() async throws {
    let shop = try await Shop()
    var ids: [ID<Customer>] = []
    for number in 1...13 {
      let id = try await shop.customer("C\(number)", code: "C\(number)")
      try await shop.sell(Double(number) * 10_000, as: "s\(number)", to: id)
      ids.append(id)
    }
    try await shop.backend.mutation(
      Customers.$update,
      ["id": .id(ids[12]), "isActive": false]
    )
    try await shop.backend.mutation(Customers.$remove, ["id": .id(ids[11])])
    let top = try await shop.backend.query(CustomerProfiles.$getLoyaltyTop10)
    #expect(top.map(\.name) == (2...11).reversed().map { "C\($0)" })
    #expect(top.first?.totalSpent == 110_000)
    #expect(top.first?.loyaltyPoints == 11)
    #expect(top.first?.visitCount == 1)
  }
}
