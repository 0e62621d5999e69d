import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct CustomerSearchTests {
  private func names(
    _ shop: Shop,
    _ query: String,
    includeInactive: Bool = false,
    limit: Double? = nil
  ) async throws -> [String] {
    var arguments: ConvexObject = [
      "query": .string(query), "includeInactive": .boolean(includeInactive),
    ]
    if let limit { try arguments.set("limit", to: .float64(limit)) }
    return try await shop.backend.query(CustomerSearch.$search, arguments).map(\.name)
  }

  /// One customer to be found in many ways, one inactive, one deleted, one to tell them from.
  private func shop() async throws -> Shop {
    let shop = try await Shop()
    _ = try await shop.customer(
      "Budi Santoso",
      code: "BUDI01",
      phone: "+62 812-3456-7801",
      email: "Budi.S@Example.com"
    )
    let inactive = try await shop.customer(
      "Budi Hartono",
      code: "BUDI02",
      phone: "081234567801",
      email: "budi.h@example.com"
    )
    try await shop.backend.mutation(Customers.$update, ["id": .id(inactive), "isActive": false])
    let deleted = try await shop.customer(
      "Budi Wijaya",
      code: "BUDI03",
      phone: "081234567801",
      email: "budi.w@example.com"
    )
    try await shop.backend.mutation(Customers.$remove, ["id": .id(deleted)])
    _ = try await shop.customer(
      "Siti Rahayu",
      code: "SITI01",
      phone: "0899",
      email: "siti@example.com"
    )
    return shop
  }

  @Test(arguments: ["budi0", "0812345", "+62812", "BUDI.", "sant", "budi sant", "Santoso BUDI"])
  func `search finds a customer by code, phone, email and name`(query: String) async throws {
    let shop = try await shop()
    #expect(try await names(shop, query) == ["Budi Santoso"])
  }

  @Test(arguments: ["budi0", "0812345", "BUDI.", "budi"])
  func `inactive customers are found on request and deleted ones never`(query: String)
    async throws
  {
    let shop = try await shop()
    #expect(
      Set(try await names(shop, query, includeInactive: true))
        == ["Budi Santoso", "Budi Hartono"]
    )
  }

  @Test(arguments: ["udi", "santos budx", "5678", "nobody", "?!", "santo rahayu"])
  func `search finds beginnings of words only, and all of them`(query: String) async throws {
    let shop = try await shop()
    #expect(try await names(shop, query) == [])
  }

  @Test(arguments: ["", "   "])
  func `an empty query lists the newest`(query: String) async throws {
    let shop = try await shop()
    #expect(try await names(shop, query) == ["Siti Rahayu", "Budi Santoso"])
    #expect(try await names(shop, query, limit: 1) == ["Siti Rahayu"])
  }

  @Test func `exact keys come first, then prefixes by kind, then names, each customer once`()
    async throws
  {
    let shop = try await Shop()
    _ = try await shop.customer("Name Ada", code: "N1", phone: "1")
    _ = try await shop.customer("Email prefix", code: "N2", phone: "2", email: "ada@x.com")
    _ = try await shop.customer("Code prefix", code: "ADA9", phone: "3")
    _ = try await shop.customer("Exact email", code: "N4", phone: "4", email: "ada")
    _ = try await shop.customer("Exact code Ada", code: "ADA", phone: "5", email: "ada@y.com")
    #expect(
      try await names(shop, "ada")
        == ["Exact code Ada", "Exact email", "Code prefix", "Email prefix", "Name Ada"]
    )
    #expect(try await names(shop, "ada", limit: 2) == ["Exact code Ada", "Exact email"])
  }

  @Test func `exact phone comes before phone prefix`() async throws {
    let shop = try await Shop()
    _ = try await shop.customer("Longer", code: "N1", phone: "08123")
    _ = try await shop.customer("Exact", code: "N2", phone: "0812")
    #expect(try await names(shop, "0812") == ["Exact", "Longer"])
  }

  @Test(arguments: [0, 201, 2.5])
  func `a limit out of range is refused`(limit: Double) async throws {
    let shop = try await Shop()
    let refused = try await refusal { try await names(shop, "a", limit: limit) }
    #expect(refused == Refused(code: "VALIDATION", details: ["field": "limit"]))
  }

  @Test(
    arguments: [
      ["phone": "0812 3456 7801"], ["email": " BUDI.S@example.com"],
      ["code": "budi01"],
    ] as [ConvexObject]
  )
  func `lookup matches one key exactly, however it is written`(key: ConvexObject) async throws {
    let shop = try await shop()
    #expect(
      try await shop.backend.query(CustomerSearch.$lookup, key)?.name == "Budi Santoso"
    )
  }

  @Test(
    arguments: [
      ["phone": "0812"], ["email": "budi.w@example.com"], ["code": "BUDI03"],
      ["phone": "-"], ["code": " "],
    ] as [ConvexObject]
  )
  func `lookup finds neither prefixes nor deleted customers`(key: ConvexObject) async throws {
    let shop = try await shop()
    #expect(try await shop.backend.query(CustomerSearch.$lookup, key) == nil)
  }

  @Test func `lookup takes the oldest of several with one phone`() async throws {
    let shop = try await Shop()
    let oldest = try await shop.customer("Older", phone: "0812")
    _ = try await shop.customer("Younger", phone: "0812")
    #expect(
      try await shop.backend.query(CustomerSearch.$lookup, ["phone": "0812"])?.id == oldest
    )
  }

  @Test(arguments: [[:], ["phone": "1", "code": "2"]] as [ConvexObject])
  func `lookup takes exactly one key`(keys: ConvexObject) async throws {
    let shop = try await Shop()
    let refused = try await refusal {
      try await shop.backend.query(CustomerSearch.$lookup, keys)
    }
    #expect(refused.code == "VALIDATION")
  }
}
