import Hull
import HullTesting
import Testing

@testable import PetShop

/// What the existing front end sends, exactly, and the fields it uses of the answers.
@Suite struct FrontEndContractTests {
  private let t: TestClient
  private let backend: TestBackend

  init() async throws {
    backend = try await TestBackend(PetShopApplication.self)
    t = backend.client
  }

  private func expect(_ row: ConvexValue?, has fields: [String]) {
    for field in fields { #expect(row?[field] != nil, "\(field)") }
  }

  private static let customerForm: ConvexValue = [
    "code": "CUST01", "name": "Budi", "phone": "081234567801", "email": "b@c.d",
    "address": "Jl. Melati", "city": "Jakarta", "province": "DKI", "postalCode": "12345",
    "dateOfBirth": 631_152_000_000, "gender": "L", "idNumber": "3174000000000001",
    "notes": "VIP",
  ]

  private func form(_ base: ConvexValue, _ more: ConvexObject) throws -> ConvexValue {
    guard case .object(var fields) = base else { return base }
    for field in more { try fields.set(field.name, to: field.value) }
    return .object(fields)
  }

  @Test func `customer calls`() async throws {
    #expect(try await t.query("master_data/customers:getOrCreateDefault", [:]) == .null)
    for _ in 0..<2 { try await t.mutation("master_data/customers:createDefaultCustomer", [:]) }
    let walkIn = try await t.query("master_data/customers:getOrCreateDefault", [:])
    expect(walkIn, has: ["_id"])
    let id = try await t.mutation("master_data/customers:create", Self.customerForm)
    #expect(id.string != nil)
    let list = try await t.query("master_data/customers:list", ["includeInactive": false])
    expect(
      list.array?.last,
      has: [
        "_id", "code", "name", "phone", "email", "address", "city", "province", "postalCode",
        "dateOfBirth", "gender", "idNumber", "notes", "isActive",
      ]
    )
    expect(try await t.query("master_data/customers:get", ["id": id]), has: ["name", "phone"])
    try await t.mutation(
      "master_data/customers:update",
      try form(Self.customerForm, ["id": id])
    )
    try await t.mutation("master_data/customers:remove", ["id": id])
    #expect(
      try await t.query("master_data/customers:list", ["includeInactive": false]).array?.count == 1
    )
  }

  @Test func `pet and species calls`() async throws {
    let customer = try await t.mutation("master_data/customers:create", Self.customerForm)
    let category = try await t.mutation(
      "clinic/animalCategories:create",
      ["name": "Kucing", "description": "Mengeong", "icon": "🐈"]
    )
    try await t.mutation(
      "clinic/animalCategories:update",
      ["id": category, "name": "Kucing", "description": "Meong", "icon": "🐈"]
    )
    let categories = try await t.query(
      "clinic/animalCategories:list",
      ["includeInactive": false]
    )
    expect(categories.array?.first, has: ["_id", "name", "icon", "description", "isActive"])
    let group = try await t.mutation(
      "clinic/animalSubcategories:create",
      ["categoryId": category, "name": "Bulu Panjang", "description": "Persia"]
    )
    try await t.mutation(
      "clinic/animalSubcategories:update",
      ["id": group, "categoryId": category, "name": "Bulu Panjang", "description": "Persia"]
    )
    for arguments: ConvexValue in [
      ["includeInactive": false], ["categoryId": category, "includeInactive": false],
    ] {
      let groups = try await t.query("clinic/animalSubcategories:list", arguments)
      expect(
        groups.array?.first,
        has: ["_id", "name", "categoryId", "description", "isActive"]
      )
    }
    let petForm: ConvexValue = [
      "customerId": customer, "name": "Oyen", "categoryId": category, "subcategoryId": group,
      "breed": "Persia", "dateOfBirth": 1_600_000_000_000, "gender": "P", "weight": 4.5,
      "color": "Oranye", "microchipNumber": "360", "notes": "Jinak",
    ]
    let pet = try await t.mutation("master_data/customerPets:create", petForm)
    #expect(pet.string != nil)
    for arguments: ConvexValue in [
      [:], ["includeInactive": false], ["categoryId": category, "includeInactive": false],
      ["customerId": customer],
    ] {
      let pets = try await t.query("master_data/customerPets:list", arguments)
      expect(
        pets.array?.first,
        has: [
          "_id", "customerId", "name", "categoryId", "subcategoryId", "breed", "dateOfBirth",
          "gender", "weight", "color", "microchipNumber", "notes", "isActive",
        ]
      )
    }
    expect(
      try await t.query("master_data/customerPets:get", ["id": pet]),
      has: ["name", "breed"]
    )
    try await t.mutation("master_data/customerPets:update", try form(petForm, ["id": pet]))
    try await t.mutation("master_data/customerPets:remove", ["id": pet])
    try await t.mutation("clinic/animalSubcategories:remove", ["id": group])
    try await t.mutation("clinic/animalCategories:remove", ["id": category])
    #expect(try await t.query("master_data/customerPets:list", [:]) == [])
  }

  @Test func `documented customer, pet and loyalty calls`() async throws {
    let customer = try await t.mutation(
      "master_data.customers.create",
      ["name": "Budi", "phone": "081234567801"]
    )
    expect(
      try await t.query("master_data.customers.getProfile", ["customerId": customer]),
      has: [
        "name", "preferences", "metrics", "loyalty", "pets", "upcoming", "recentHistory",
      ]
    )
    let found = try await t.query("master_data/customers.ts:search", ["query": "budi"])
    #expect(found.array?.count == 1)
    expect(
      try await t.query("master_data/customers:getLoyaltyProfile", ["customerId": customer]),
      has: ["totalPurchases", "loyaltyPoints", "favoriteProducts", "serviceHistory"]
    )
    #expect(
      try await t.query("master_data/customers:getLoyaltyTop10", [:]).array?.count == 1
    )
    #expect(
      try await t.query("master_data/customerPets:listByCustomer", ["customerId": customer])
        == []
    )
    expect(
      try await t.query("master_data/loyalty:getProgram", [:]),
      has: ["unit", "pointValue", "minRedeem", "redeemStep", "tiers"]
    )
    expect(
      try await t.query(
        "master_data/loyalty:listTransactions",
        ["customerId": customer, "paginationOpts": ["numItems": 5, "cursor": .null]]
      ),
      has: ["page", "isDone", "continueCursor"]
    )
    #expect(try await t.query("master_data/loyalty:listRewards", [:]) == [])
  }

  @Test func `a refusal reaches the client as JSON that begins with its code`() async throws {
    try await t.mutation("master_data/customers:create", Self.customerForm)
    let error = await #expect(throws: ClientError.self) {
      try await t.mutation("master_data/customers:create", Self.customerForm)
    }
    #expect(error?.message.contains(#"{"code":"DUPLICATE_ENTRY""#) == true)
    #expect(error?.message.contains("already exists") == true)
    #expect(error?.data?["userMessage"] == "Pelanggan dengan kode \"CUST01\" sudah ada")
  }

  @Test func `an argument nobody declared is refused`() async throws {
    let error = await #expect(throws: ClientError.self) {
      try await t.mutation(
        "master_data/customers:create",
        try form(Self.customerForm, ["loyaltyPoints": 1_000_000])
      )
    }
    #expect(error?.message.contains("ArgumentValidationError") == true)
  }
}
