import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct SpeciesTests {
  @Test func `a species is created, listed, changed and hidden`() async throws {
    let shop = try await Shop()
    let cat = try await shop.backend.mutation(
      AnimalCategories.$create,
      ["name": " Kucing ", "description": " ", "icon": "🐈"]
    )
    let dog = try await shop.species("Anjing")
    let row = try await shop.backend.query(AnimalCategories.$get, ["id": .id(cat)])
    #expect(try row?.decoded().name == "Kucing")
    #expect(try row?.decoded().description == nil)
    try await shop.backend.mutation(
      AnimalCategories.$update,
      ["id": .id(cat), "name": "kucing", "description": "Mengeong", "isActive": false]
    )
    #expect(try await shop.row(cat).icon == "🐈")
    try await shop.backend.mutation(AnimalCategories.$update, ["id": .id(cat), "icon": " "])
    #expect(try await shop.row(cat).icon == "🐈")
    #expect(try await shop.row(cat).description == "Mengeong")
    func names(_ arguments: ConvexObject) async throws -> [String] {
      try await shop.backend.query(AnimalCategories.$list, arguments).map(\.name)
    }
    #expect(try await names(["includeInactive": false]) == ["Anjing"])
    #expect(try await names(["includeInactive": true]) == ["kucing", "Anjing"])
    try await shop.backend.mutation(AnimalCategories.$remove, ["id": .id(dog)])
    #expect(try await names([:]) == [])
    let refused = try await refusal {
      try await shop.backend.mutation(AnimalCategories.$update, ["id": .id(dog)])
    }
    #expect(refused.code == "NOT_FOUND")
  }

  @Test func `a live species' name is taken, ignoring case`() async throws {
    let shop = try await Shop()
    let cat = try await shop.species("Kucing")
    let dog = try await shop.species("Anjing")
    let duplicate = Refused(
      code: "DUPLICATE_ENTRY",
      details: ["field": "name", "value": "KUCING"]
    )
    #expect(try await refusal { try await shop.species("KUCING") } == duplicate)
    #expect(
      try await refusal {
        try await shop.backend.mutation(
          AnimalCategories.$update,
          ["id": .id(dog), "name": "KUCING"]
        )
      } == duplicate
    )
    try await shop.backend.mutation(AnimalCategories.$remove, ["id": .id(cat)])
    _ = try await shop.species("KUCING")
    #expect(try await refusal { try await shop.species(" ") }.code == "VALIDATION")
  }

  @Test func `groups belong to a live species and are listed by it`() async throws {
    let shop = try await Shop()
    let cat = try await shop.species("Kucing")
    let dog = try await shop.species("Anjing")
    func create(_ name: String, of species: ID<AnimalCategory>) async throws
      -> ID<AnimalSubcategory>
    {
      try await shop.tick()
      return try await shop.backend.mutation(
        AnimalSubcategories.$create,
        ["categoryId": .id(species), "name": .string(name)]
      )
    }
    func names(_ arguments: ConvexObject = [:]) async throws -> [String] {
      try await shop.backend.query(AnimalSubcategories.$list, arguments).map(\.name)
    }
    let small = try await create("Ras Kecil", of: dog)
    let short = try await create("Bulu Pendek", of: cat)
    _ = try await create("Ras Besar", of: dog)
    #expect(try await names() == ["Ras Kecil", "Bulu Pendek", "Ras Besar"])
    #expect(try await names(["categoryId": .id(dog)]) == ["Ras Kecil", "Ras Besar"])
    try await shop.backend.mutation(
      AnimalSubcategories.$update,
      ["id": .id(small), "categoryId": .id(cat), "description": "Mini", "isActive": false]
    )
    #expect(try await names(["categoryId": .id(cat)]) == ["Bulu Pendek"])
    #expect(
      try await names(["categoryId": .id(cat), "includeInactive": true])
        == ["Ras Kecil", "Bulu Pendek"]
    )
    try await shop.backend.mutation(AnimalSubcategories.$remove, ["id": .id(short)])
    #expect(try await names(["categoryId": .id(cat)]) == [])
    let kept = try await shop.backend.query(AnimalSubcategories.$get, ["id": .id(short)])
    #expect(kept?.id == short)
    try await shop.backend.mutation(AnimalCategories.$remove, ["id": .id(dog)])
    #expect(try await refusal { try await create("X", of: dog) }.code == "NOT_FOUND")
    #expect(try await refusal { try await create(" ", of: cat) }.code == "VALIDATION")
  }
}
