import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct CustomerListTests {
  private func codes(
    _ shop: Shop,
    _ arguments: ConvexObject = [:]
  ) async throws -> [String] {
    try await shop.backend.query(Customers.$list, arguments).map { try $0.decoded().code }
  }

  @Test func `list has live active customers in creation order with the walk-in among them`()
    async throws
  {
    let shop = try await Shop()
    let first = try await shop.customer(code: "A1")
    try await shop.tick()
    _ = try await shop.walkIn()
    let inactive = try await shop.customer(code: "B2")
    _ = try await shop.customer(code: "C3")
    try await shop.backend.mutation(Customers.$update, ["id": .id(inactive), "isActive": false])
    #expect(try await codes(shop) == ["A1", "UMUM", "C3"])
    #expect(try await codes(shop, ["includeInactive": false]) == ["A1", "UMUM", "C3"])
    #expect(try await codes(shop, ["includeInactive": true]) == ["A1", "UMUM", "B2", "C3"])
    try await shop.backend.mutation(Customers.$remove, ["id": .id(first)])
    #expect(try await codes(shop) == ["UMUM", "C3"])
  }

  @Test func `a walk-in customer older than the window takes the oldest place in it`()
    async throws
  {
    let shop = try await Shop()
    let walkIn = try await shop.walkIn()
    for code in ["A1", "B2", "C3"] { _ = try await shop.customer(code: code) }
    #expect(try await codes(shop, ["limit": 2]) == ["UMUM", "C3"])
    #expect(try await codes(shop, ["limit": 4]) == ["UMUM", "A1", "B2", "C3"])
    try await shop.backend.mutation(Customers.$update, ["id": .id(walkIn), "isActive": false])
    #expect(try await codes(shop, ["limit": 2]) == ["B2", "C3"])
    #expect(
      try await codes(shop, ["limit": 2, "includeInactive": true]) == ["UMUM", "C3"]
    )
  }

  @Test(arguments: [0, -1, 1.5, 8_193, Double.nan])
  func `a limit out of range is refused`(limit: Double) async throws {
    let shop = try await Shop()
    let refused = try await refusal {
      try await shop.backend.query(Customers.$list, ["limit": .float64(limit)])
    }
    #expect(refused == Refused(code: "VALIDATION", details: ["field": "limit"]))
  }

  @Test func `pages go through all customers, newest first`() async throws {
    let shop = try await Shop()
    for code in ["A1", "B2", "C3", "D4", "E5"] { _ = try await shop.customer(code: code) }
    var seen: [String] = []
    var cursor: ConvexValue = .null
    var isDone = false
    while !isDone {
      let page = try await shop.backend.query(
        Customers.$listPaginated,
        ["paginationOpts": ["numItems": 2, "cursor": cursor]]
      )
      seen += try page.page.map { try $0.decoded().code }
      cursor = .string(page.continueCursor)
      isDone = page.isDone
    }
    #expect(seen == ["E5", "D4", "C3", "B2", "A1"])
  }

  @Test func `get returns deleted customers, null for unknown ones, and refuses other ids`()
    async throws
  {
    let shop = try await Shop()
    let id = try await shop.customer()
    let pet = try await shop.pet(of: id, species: try await shop.species())
    try await shop.backend.mutation(Customers.$remove, ["id": .id(id)])
    #expect(try await shop.backend.query(Customers.$get, ["id": .id(id)])?.id == id)
    try await shop.backend.run { try await $0.db.delete(id) }
    #expect(try await shop.backend.query(Customers.$get, ["id": .id(id)]) == nil)
    let error = try await functionError {
      try await shop.backend.query(Customers.$get, ["id": .id(pet)])
    }
    #expect(error.isArgumentValidationError)
    #expect(error.validationPath == ".id")
  }
}
