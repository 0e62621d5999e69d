import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct PetTests {
  private func create(_ shop: Shop, _ form: ConvexObject) async throws -> Document<CustomerPet> {
    try await shop.tick()
    return try await shop.row(try await shop.backend.mutation(CustomerPets.$create, form))
  }

  private func names(_ shop: Shop, _ arguments: ConvexObject = [:]) async throws -> [String] {
    try await shop.backend.query(CustomerPets.$list, arguments).map { try $0.decoded().name }
  }

  @Test func `create stores a trimmed form`() async throws {
    let shop = try await Shop()
    let owner = try await shop.customer()
    let cat = try await shop.species()
    let pet = try await create(
      shop,
      [
        "customerId": .id(owner), "name": " Oyen ", "categoryId": .id(cat), "breed": " ",
        "gender": "MALE", "weight": 5.1, "microchipId": " 360 ", "allergies": ["Debu ", " "],
        "chronicConditions": [" "], "vaccinationStatus": "UP_TO_DATE",
        "handlingInstructions": "Pelan-pelan",
      ]
    )
    #expect(
      pet.value
        == CustomerPet(
          customerId: owner,
          name: "Oyen",
          categoryId: cat,
          gender: "L",
          weight: 5.1,
          microchipNumber: "360",
          isActive: true,
          allergies: ["Debu"],
          vaccinationStatus: .upToDate,
          handlingInstructions: "Pelan-pelan"
        )
    )
  }

  @Test(arguments: ["Kucing", " kucing", "cat", "CAT "])
  func `a species is named in Indonesian or English, ignoring case`(name: String) async throws {
    let shop = try await Shop()
    let owner = try await shop.customer()
    _ = try await shop.species("Anjing")
    let cat = try await shop.species("Kucing")
    let pet = try await create(
      shop,
      ["customerId": .id(owner), "name": "Oyen", "species": .string(name)]
    )
    #expect(pet.categoryId == cat)
  }

  @Test func `create refuses what does not fit together`() async throws {
    let shop = try await Shop()
    let owner = try await shop.customer()
    let cat = try await shop.species("Kucing")
    let dog = try await shop.species("Anjing")
    let group = try await shop.backend.mutation(
      AnimalSubcategories.$create,
      ["categoryId": .id(dog), "name": "Ras Kecil"]
    )
    let form: ConvexObject = ["customerId": .id(owner), "name": "Oyen", "categoryId": .id(cat)]
    let cases: [(field: String, changes: ConvexObject)] = [
      ("name", ["name": " "]),
      ("subcategoryId", ["subcategoryId": .id(group)]),
      ("weight", ["weight": -0.1]),
      ("weight", ["weight": .float64(.infinity)]),
      ("gender", ["gender": "?"]),
      ("microchipNumber", ["microchipNumber": "1", "microchipId": "2"]),
      ("species", ["species": "Kucing"]),
    ]
    for (field, changes) in cases {
      var arguments = form
      for change in changes { try arguments.set(change.name, to: change.value) }
      let refused = try await refusal {
        try await shop.backend.mutation(CustomerPets.$create, arguments)
      }
      #expect(refused == Refused(code: "VALIDATION", details: ["field": .string(field)]))
    }
    let without = try await refusal {
      try await shop.backend.mutation(
        CustomerPets.$create,
        ["customerId": .id(owner), "name": "Oyen"]
      )
    }
    #expect(without == Refused(code: "VALIDATION", details: ["field": "categoryId"]))
    #expect(try await shop.all(CustomerPet.self).isEmpty)
  }

  @Test func `create needs a live customer and a live species`() async throws {
    let shop = try await Shop()
    let owner = try await shop.customer()
    let gone = try await shop.customer()
    let cat = try await shop.species("Kucing")
    let dog = try await shop.species("Anjing")
    try await shop.backend.mutation(Customers.$remove, ["id": .id(gone)])
    try await shop.backend.mutation(AnimalCategories.$remove, ["id": .id(dog)])
    let cases: [(form: ConvexObject, table: String, id: ConvexValue)] = [
      (["customerId": .id(gone), "categoryId": .id(cat)], "customers", .id(gone)),
      (["customerId": .id(owner), "categoryId": .id(dog)], "animalCategories", .id(dog)),
      (["customerId": .id(owner), "species": "dog"], "animalCategories", "dog"),
      (["customerId": .id(owner), "species": "naga"], "animalCategories", "naga"),
    ]
    for (form, table, id) in cases {
      var arguments = form
      try arguments.set("name", to: "Oyen")
      let refused = try await refusal {
        try await shop.backend.mutation(CustomerPets.$create, arguments)
      }
      #expect(
        refused == Refused(code: "NOT_FOUND", details: ["table": .string(table), "id": id])
      )
    }
  }

  @Test func `one live pet carries a microchip`() async throws {
    let shop = try await Shop()
    let owner = try await shop.customer()
    let cat = try await shop.species()
    let form: ConvexObject = [
      "customerId": .id(owner), "name": "Oyen", "categoryId": .id(cat), "microchipNumber": "360",
    ]
    let first = try await create(shop, form)
    let duplicate = Refused(
      code: "DUPLICATE_ENTRY",
      details: ["field": "microchipNumber", "value": "360"]
    )
    #expect(
      try await refusal { try await shop.backend.mutation(CustomerPets.$create, form) }
        == duplicate
    )
    let other = try await shop.pet(of: owner, species: cat)
    #expect(
      try await refusal {
        try await shop.backend.mutation(
          CustomerPets.$update,
          ["id": .id(other), "microchipId": "360"]
        )
      } == duplicate
    )
    try await shop.backend.mutation(
      CustomerPets.$update,
      ["id": .id(first.id), "microchipNumber": "360", "color": "Oranye"]
    )
    try await shop.backend.mutation(CustomerPets.$remove, ["id": .id(first.id)])
    try await shop.backend.mutation(
      CustomerPets.$update,
      ["id": .id(other), "microchipId": "360"]
    )
    #expect(try await shop.row(other).microchipNumber == "360")
  }

  @Test func `list chooses by customer, else by species, else all`() async throws {
    let shop = try await Shop()
    let ada = try await shop.customer("Ada")
    let bob = try await shop.customer("Bob")
    let cat = try await shop.species("Kucing")
    let dog = try await shop.species("Anjing")
    _ = try await shop.pet(of: ada, "C1", species: cat)
    let inactive = try await shop.pet(of: ada, "C2", species: cat)
    _ = try await shop.pet(of: bob, "C3", species: cat)
    _ = try await shop.pet(of: ada, "D4", species: dog)
    let deleted = try await shop.pet(of: ada, "D5", species: dog)
    try await shop.backend.mutation(CustomerPets.$update, ["id": .id(inactive), "isActive": false])
    try await shop.backend.mutation(CustomerPets.$remove, ["id": .id(deleted)])
    #expect(try await names(shop) == ["C1", "C3", "D4"])
    #expect(try await names(shop, ["includeInactive": true]) == ["C1", "C2", "C3", "D4"])
    #expect(try await names(shop, ["limit": 2]) == ["C3", "D4"])
    #expect(try await names(shop, ["customerId": .id(ada)]) == ["C1", "D4"])
    #expect(
      try await names(shop, ["customerId": .id(ada), "categoryId": .id(cat)]) == ["C1", "D4"]
    )
    #expect(
      try await names(shop, ["customerId": .id(ada), "includeInactive": true])
        == ["C1", "C2", "D4"]
    )
    #expect(try await names(shop, ["categoryId": .id(cat)]) == ["C1", "C3"])
    #expect(
      try await names(shop, ["categoryId": .id(cat), "includeInactive": true])
        == ["C1", "C2", "C3"]
    )
    #expect(
      try await names(shop, ["categoryId": .id(cat), "includeInactive": true, "limit": 2])
        == ["C2", "C3"]
    )
  }

  @Test func `listByCustomer adds the names of what a pet is`() async throws {
    let shop = try await Shop()
    let owner = try await shop.customer()
    let cat = try await shop.species("Kucing")
    let group = try await shop.backend.mutation(
      AnimalSubcategories.$create,
      ["categoryId": .id(cat), "name": "Bulu Panjang"]
    )
    let first = try await shop.pet(of: owner, "C1", species: cat)
    let second = try await shop.pet(of: owner, "C2", species: cat)
    try await shop.backend.mutation(
      CustomerPets.$update,
      ["id": .id(first), "subcategoryId": .id(group)]
    )
    try await shop.backend.mutation(CustomerPets.$update, ["id": .id(second), "isActive": false])
    let pets = try await shop.backend.query(
      CustomerPets.$listByCustomer,
      ["customerId": .id(owner), "includeInactive": true]
    )
    #expect(pets.map(\.pet.name) == ["C1", "C2"])
    #expect(pets.map(\.species) == ["Kucing", "Kucing"].map { .value($0) })
    #expect(pets.map(\.subcategoryName) == [.value("Bulu Panjang"), .null])
    let json: ConvexValue = try await shop.backend.query(
      "master_data/customerPets:listByCustomer",
      ["customerId": .id(owner)]
    )
    #expect(json.array?.count == 1)
    #expect(json.array?.first?["name"] == "C1")
    #expect(json.array?.first?["species"] == "Kucing")
    try await shop.backend.run { try await $0.db.delete(owner) }
    try await shop.backend.run { ctx in
      try await ctx.db.delete(first)
      try await ctx.db.delete(second)
    }
    #expect(
      try await shop.backend.query(
        CustomerPets.$listByCustomer,
        ["customerId": .id(owner)]
      ).isEmpty
    )
  }

  @Test func `update sets and clears, moves and re-classifies`() async throws {
    let shop = try await Shop()
    let ada = try await shop.customer("Ada")
    let bob = try await shop.customer("Bob")
    let cat = try await shop.species("Kucing")
    let dog = try await shop.species("Anjing")
    let group = try await shop.backend.mutation(
      AnimalSubcategories.$create,
      ["categoryId": .id(cat), "name": "Bulu Panjang"]
    )
    let id = try await shop.pet(of: ada, species: cat)
    let before = try await shop.row(id).value
    try await shop.backend.mutation(
      CustomerPets.$update,
      [
        "id": .id(id), "customerId": .id(bob), "name": "Bruno", "subcategoryId": .id(group),
        "weight": 4, "breed": "Persia", "allergies": ["Ayam"], "temperament": "Galak",
      ]
    )
    var pet = try await shop.row(id).value
    #expect(pet.customerId == bob)
    #expect(pet.subcategoryId == group)
    #expect(pet.allergies == ["Ayam"])
    try await shop.backend.mutation(
      CustomerPets.$update,
      [
        "id": .id(id), "customerId": .id(ada), "name": "Oyen", "species": "dog",
        "weight": .null, "breed": .null, "allergies": .null, "temperament": .null,
      ]
    )
    pet = try await shop.row(id).value
    #expect(pet.categoryId == dog)
    #expect(pet.subcategoryId == nil)
    pet.categoryId = cat
    #expect(pet == before)
  }

  @Test func `changing or removing a deleted pet`() async throws {
    let shop = try await Shop()
    let id = try await shop.pet(
      of: try await shop.customer(),
      species: try await shop.species()
    )
    try await shop.backend.mutation(CustomerPets.$remove, ["id": .id(id)])
    let deletedAt = try await shop.row(id).deletedAt
    try await shop.tick()
    #expect(try await shop.backend.mutation(CustomerPets.$remove, ["id": .id(id)]) == id)
    #expect(try await shop.row(id).deletedAt == deletedAt)
    #expect(try await shop.backend.query(CustomerPets.$get, ["id": .id(id)])?.id == id)
    let refused = try await refusal {
      try await shop.backend.mutation(CustomerPets.$update, ["id": .id(id)])
    }
    #expect(refused.code == "NOT_FOUND")
  }

  @Test func `product preferences come by purchases`() async throws {
    let shop = try await Shop()
    let pet = try await shop.pet(
      of: try await shop.customer(),
      species: try await shop.species()
    )
    let food = try await shop.product("Makanan")
    let toy = try await shop.product("Mainan")
    try await shop.backend.run { ctx in
      for (product, count) in [(toy, 2.0), (food, 7.0)] {
        _ = try await ctx.db.insert(
          PetProductPreference(
            petId: pet,
            productId: product,
            purchaseCount: count,
            totalQuantity: 9,
            lastPurchasedAt: ctx.now
          )
        )
      }
    }
    let all = try await shop.backend.query(
      PetCare.$listProductPreferences,
      ["petId": .id(pet)]
    )
    #expect(all.map(\.productName) == [.value("Makanan"), .value("Mainan")])
    #expect(all.map(\.purchaseCount) == [7, 2])
    let one = try await shop.backend.query(
      PetCare.$listProductPreferences,
      ["petId": .id(pet), "limit": 1]
    )
    #expect(one.map(\.productId) == [food])
  }
}
