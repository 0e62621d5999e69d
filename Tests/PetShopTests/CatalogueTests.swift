import Hull
import HullTesting
import Testing

@testable import PetShop

/// Products, variants, categories and stock.
@Suite struct CatalogueTests {
  private let shop: Shop
  private let category: ID<ProductCategory>
  private let brand: ID<Brand>
  private let unit: ID<Unit>

  init() async throws {
    shop = try await Shop()
    (category, brand, unit) = try await shop.backend.run { ctx in
      (
        try await ctx.db.insert(ProductCategory(code: "C", name: "C", isActive: true)),
        try await ctx.db.insert(Brand(code: "B", name: "B", isActive: true)),
        try await ctx.db.insert(Unit(code: "U", name: "U", isBase: true, isActive: true))
      )
    }
  }

  @discardableResult
  private func create(_ more: ConvexObject = [:]) async throws -> ID<Product> {
    var arguments: ConvexObject = [
      "name": "Food", "categoryId": .id(category), "brandId": .id(brand), "unitId": .id(unit),
      "purchasePrice": 5_000, "sellingPrice": 8_000, "minStock": 1, "maxStock": 10,
      "hasVariants": false,
    ]
    for field in more { try arguments.set(field.name, to: field.value) }
    try await shop.tick()
    return try await shop.backend.mutation(Products.$create, arguments)
  }

  private func list(_ arguments: ConvexObject = [:]) async throws -> [ID<Product>] {
    try await shop.backend.query(Products.$list, arguments).map(\.id)
  }

  @Test func `a product without a number gets one of its type and day`() async throws {
    let numbers = try await [
      [:], ["sku": " "], ["type": "medicine"], ["type": "procedure"], ["type": "service"],
      ["type": "product"],
    ].asyncMap { try await shop.row(try await create($0 as ConvexObject)).sku }
    #expect(
      numbers == [
        "PRD-20240101-001", "PRD-20240101-002", "MED-20240101-001", "PRC-20240101-001",
        "SVC-20240101-001", "PRD-20240101-003",
      ]
    )
    try await create(["sku": "PRD-20240101-004"])
    #expect(try await shop.row(try await create()).sku == "PRD-20240101-005")
    let row = try await shop.row(try await create(["barcode": "", "description": "x"]))
    #expect(row.type == "product")
    #expect(row.hasExpiry == false)
    #expect(row.barcode == nil)
    #expect(row.description == "x")
    #expect(row.isActive)
  }

  @Test func `article numbers and barcodes are used once among live products`() async throws {
    let first = try await create(["sku": "A", "barcode": "899"])
    #expect(
      try await refusal { try await create(["sku": " A "]) }
        == Refused(code: "SKU_EXISTS", details: ["field": "sku", "value": "A"])
    )
    #expect(
      try await refusal { try await create(["barcode": "899"]) }
        == Refused(code: "BARCODE_EXISTS", details: ["field": "barcode", "value": "899"])
    )
    try await shop.patch(first) { $0.set(\.deletedAt, 1) }
    try await create(["sku": "A", "barcode": "899"])
  }

  @Test(
    arguments: [
      ("name", " "), ("type", "toy"), ("purchasePrice", -1), ("sellingPrice", .float64(.nan)),
      ("minStock", .float64(.infinity)),
    ] as [(String, ConvexValue)]
  )
  func `a product's fields make sense`(field: String, value: ConvexValue) async throws {
    var wrong: ConvexObject = [:]
    try wrong.set(field, to: value)
    let more = wrong
    #expect(
      try await refusal { try await create(more) }
        == Refused(code: "VALIDATION", details: ["field": .string(field)])
    )
  }

  @Test func `what a product is classified by is live`() async throws {
    try await shop.patch(brand) { $0.set(\.deletedAt, 1) }
    #expect(
      try await refusal { try await create() }
        == Refused(code: "NOT_FOUND", details: ["table": "brands", "id": .id(brand)])
    )
  }

  @Test func `lists are by type else category else brand, active unless asked`() async throws {
    let food = try await create()
    let service = try await create(["type": "service"])
    let inactive = try await create()
    let deleted = try await create()
    try await shop.patch(inactive) { $0.set(\.isActive, false) }
    try await shop.patch(deleted) { $0.set(\.deletedAt, 1) }
    #expect(try await list() == [food, service])
    #expect(try await list(["includeInactive": true]) == [food, service, inactive])
    let other = try await shop.backend.run {
      try await $0.db.insert(ProductCategory(code: "O", name: "O", isActive: true))
    }
    #expect(try await list(["type": "service", "categoryId": .id(other)]) == [service])
    #expect(try await list(["categoryId": .id(other), "brandId": .id(brand)]) == [])
    #expect(try await list(["categoryId": .id(category)]) == [food, service])
    #expect(try await list(["brandId": .id(brand)]) == [food, service])
    let categories = try await shop.backend.query(ProductCategories.$list)
    #expect(categories.map(\.id) == [category, other])
    try await shop.patch(other) { $0.set(\.isActive, false) }
    #expect(try await shop.backend.query(ProductCategories.$list).map(\.id) == [category])
    #expect(
      try await shop.backend.query(ProductCategories.$list, ["includeInactive": true]).count == 2
    )
  }

  @Test func `a product is shown with its category brand and unit`() async throws {
    let id = try await create()
    let shown = try #require(try await shop.backend.query(Products.$get, ["id": .id(id)]))
    #expect(shown.product.name == "Food")
    #expect(try shown.category.value?.decoded().code == "C")
    #expect(shown.brand.value?.id == brand)
    #expect(shown.unit.value?.id == unit)
    try await shop.backend.run { try await $0.db.delete(id) }
    #expect(try await shop.backend.query(Products.$get, ["id": .id(id)]) == nil)
  }

  @Test func `variants belong to a product and have numbers of their own`() async throws {
    let product = try await create(["hasVariants": true])
    func variant(_ sku: String, value: String = "S") async throws -> ID<ProductVariant> {
      try await shop.tick()
      return try await shop.backend.mutation(
        ProductVariants.$create,
        [
          "productId": .id(product), "variantName": "Ukuran", "variantValue": .string(value),
          "sku": .string(sku), "purchasePrice": 1, "sellingPrice": 2,
        ]
      )
    }
    func listed(_ more: ConvexObject = [:]) async throws -> [ID<ProductVariant>] {
      var arguments = more
      try arguments.set("productId", to: .id(product))
      return try await shop.backend.query(ProductVariants.$listByProduct, arguments).map(\.id)
    }
    let small = try await variant("A")
    let large = try await variant("B", value: "L")
    #expect(
      try await refusal { try await variant("A") }
        == Refused(code: "DUPLICATE_ENTRY", details: ["field": "sku", "value": "A"])
    )
    #expect(
      try await refusal { try await variant(" ") }
        == Refused(code: "VALIDATION", details: ["field": "sku"])
    )
    #expect(try await listed() == [small, large])
    try await shop.patch(large) { $0.set(\.isActive, false) }
    #expect(try await listed() == [small])
    #expect(try await listed(["includeInactive": true]) == [small, large])
    try await shop.patch(product) { $0.set(\.deletedAt, 1) }
    #expect(try await refusal { try await variant("C") }.code == "NOT_FOUND")
  }

  @Test func `stock grows at the weighted average cost and says why`() async throws {
    let product = try await create()
    let branch = try await shop.branch()
    func add(_ quantity: Double, at cost: Double, _ more: ConvexObject = [:]) async throws
      -> ID<ProductStock>
    {
      var arguments: ConvexObject = [
        "branchId": .id(branch), "productId": .id(product), "quantity": .float64(quantity),
        "unitCost": .float64(cost),
      ]
      for field in more { try arguments.set(field.name, to: field.value) }
      try await shop.tick()
      return try await shop.backend.mutation(ProductStocks.$addInitialStock, arguments)
    }
    let id = try await add(10, at: 5_000, ["batchNumber": "B1", "expiredDate": 9])
    #expect(try await add(30, at: 7_000, ["batchNumber": "B2", "notes": "Opname"]) == id)
    let row = try await shop.row(id)
    #expect(row.quantity == 40)
    #expect(row.averageCost == 6_500)
    #expect(row.batchNumber == "B1")
    #expect(row.expiredDate == 9)
    #expect(row.lastUpdated == shop.backend.clock.now)
    let movements = try await shop.all(StockMovement.self)
    #expect(movements.map(\.movementType) == ["INITIAL_STOCK", "INITIAL_STOCK"])
    #expect(movements.map(\.quantity) == [10, 30])
    #expect(movements.map(\.referenceId) == [id.string, id.string])
    #expect(movements.map(\.notes) == [nil, "Opname"])
    for quantity in [0, -1, Double.nan] {
      let refused = try await refusal { try await add(quantity, at: 1) }
      #expect(refused.code == "INVALID_QUANTITY")
    }
    #expect(
      try await refusal { try await add(1, at: -1) }
        == Refused(code: "VALIDATION", details: ["field": "unitCost"])
    )
    try await shop.patch(product) { $0.set(\.type, "service") }
    #expect(
      try await refusal { try await add(1, at: 1) }
        == Refused(code: "VALIDATION", details: ["field": "productId"])
    )
    #expect(try await shop.all(ProductStock.self).count == 1)
  }
}
