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

  /// A shop with a branch, a customer, goods in two sizes and a service.
  private func stockedShop() async throws -> ConvexObject {
    let classified = try await backend.run { ctx in
      let category = try await ctx.db.insert(
        ProductCategory(code: "C", name: "Makanan", isActive: true)
      )
      let brand = try await ctx.db.insert(Brand(code: "B", name: "B", isActive: true))
      let unit = try await ctx.db.insert(Unit(code: "U", name: "U", isBase: true, isActive: true))
      return [
        "categoryId": .id(category), "brandId": .id(brand), "unitId": .id(unit),
      ] as ConvexObject
    }
    let form: ConvexObject = [
      "name": "Kalung", "purchasePrice": 20_000, "sellingPrice": 45_000, "minStock": 1,
      "maxStock": 50, "hasVariants": true, "type": "product",
    ]
    let product = try await t.mutation(
      "inventory/products:create",
      try self.form(.object(form), classified)
    )
    let variant = try await t.mutation(
      "inventory/productVariants:create",
      [
        "productId": product, "variantName": "Ukuran", "variantValue": "S", "sku": "K-S",
        "purchasePrice": 20_000, "sellingPrice": 40_000,
      ]
    )
    let branch = try await t.mutation(
      "master_data/branches:create",
      ["code": "PUSAT", "name": "Pusat", "address": "Jl. Riau", "phone": "021"]
    )
    try await t.mutation(
      "inventory/productStock:addInitialStock",
      [
        "branchId": branch, "productId": product, "variantId": variant, "quantity": 10,
        "unitCost": 20_000,
      ]
    )
    let customer = try await t.mutation("master_data/customers:create", Self.customerForm)
    return ["product": product, "variant": variant, "branch": branch, "customer": customer]
  }

  @Test func `catalogue and branch calls`() async throws {
    let shop = try await stockedShop()
    expect(
      try await t.query("master_data/branches:list", ["includeInactive": false]).array?.first,
      has: ["_id", "name", "address", "phone"]
    )
    for arguments: ConvexValue in [
      ["includeInactive": false], ["type": "product", "includeInactive": false],
    ] {
      expect(
        try await t.query("inventory/products:list", arguments).array?.first,
        has: ["_id", "name", "sku", "categoryId", "sellingPrice", "hasVariants", "type"]
      )
    }
    let categories = try await t.query(
      "inventory/productCategories:list",
      ["includeInactive": false]
    )
    expect(categories.array?.first, has: ["_id", "name"])
    let variants = try await t.query(
      "inventory/productVariants:listByProduct",
      ["productId": shop["product"] ?? .null, "includeInactive": false]
    )
    expect(variants.array?.first, has: ["_id", "variantName", "variantValue", "sellingPrice"])
    expect(
      try await t.query("inventory/products:get", ["id": shop["product"] ?? .null]),
      has: ["name", "category", "brand", "unit"]
    )
  }

  @Test func `sales and receivables calls`() async throws {
    let shop = try await stockedShop()
    let header: ConvexValue = [
      "branchId": shop["branch"] ?? .null, "customerId": shop["customer"] ?? .null,
      "saleDate": 1_704_067_200_000, "notes": "",
    ]
    let created = try await t.mutation(
      "sales/sales:create",
      try form(header, ["dueDate": 1_706_000_000_000])
    )
    let sale = try #require(created["saleId"])
    #expect(created["saleNumber"]?.string?.hasPrefix("INV-") == true)
    try await t.mutation(
      "sales/sales:updateDiscountAndTax",
      ["saleId": sale, "discountAmount": 5_000, "discountType": "nominal", "taxRate": 0]
    )
    let line: ConvexValue = [
      "saleId": sale, "productId": shop["product"] ?? .null, "variantId": shop["variant"] ?? .null,
      "quantity": 2, "unitPrice": 40_000, "discountAmount": 0, "discountType": "nominal",
    ]
    try await t.mutation("sales/sales:addItem", line)
    try await t.mutation("sales/sales:clearItems", ["saleId": sale])
    try await t.mutation("sales/sales:addItem", line)
    try await t.mutation("sales/sales:updateHeader", try form(header, ["saleId": sale]))
    try await t.mutation(
      "sales/sales:submitSale",
      [
        "saleId": sale,
        "payments": [
          ["amount": 50_000, "paymentMethod": "CASH", "referenceNumber": "", "notes": ""]
        ],
      ]
    )
    for arguments: ConvexValue in [
      [:], ["status": "Completed"], ["branchId": shop["branch"] ?? .null],
    ] {
      let listed = try await t.query("sales/sales:list", arguments).array?.first
      expect(
        listed,
        has: [
          "_id", "saleNumber", "saleDate", "status", "branchId", "totalAmount",
          "outstandingAmount", "itemCount",
        ]
      )
      expect(listed?["customer"], has: ["name", "code"])
      expect(listed?["branch"], has: ["name"])
    }
    let shown = try await t.query("sales/sales:get", ["id": sale])
    expect(
      shown,
      has: [
        "subtotal", "discountAmount", "discountType", "taxAmount", "taxRate", "totalAmount",
        "paidAmount", "outstandingAmount", "notes",
      ]
    )
    #expect(shown["totalAmount"] == 80_000)
    expect(shown["customer"], has: ["name", "address", "phone"])
    expect(shown["branch"], has: ["address", "phone"])
    let item = shown["items"]?.array?.first
    expect(
      item,
      has: ["quantity", "unitPrice", "discountAmount", "discountType", "subtotal"]
    )
    expect(item?["product"], has: ["name"])
    expect(item?["variant"], has: ["variantValue"])
    #expect(shown["payments"]?.array?.count == 1)

    let owed = try await t.query(
      "finance/accountsReceivable:getCustomerOutstanding",
      ["customerId": shop["customer"] ?? .null, "includeHistory": true]
    )
    expect(owed["customer"], has: ["name"])
    expect(
      owed["summary"],
      has: ["totalOutstanding", "invoiceCount", "oldestInvoiceDate", "averageDaysOutstanding"]
    )
    let invoice = owed["outstandingInvoices"]?.array?.first
    expect(
      invoice,
      has: [
        "type", "id", "invoiceNumber", "invoiceDate", "totalAmount", "paidAmount",
        "outstandingAmount", "daysOutstanding", "status",
      ]
    )
    #expect(invoice?["id"] == sale)
    #expect(owed["paymentHistory"]?.array?.count == 1)
    try await t.mutation(
      "sales/sales:addPayment",
      [
        "saleId": invoice?["id"] ?? .null, "amount": 30_000, "paymentMethod": "BANK_TRANSFER",
        "paymentDate": 1_704_070_000_000, "referenceNumber": "T1",
      ]
    )
    #expect(try await t.query("sales/sales:get", ["id": sale])["outstandingAmount"] == 0)

    let other = try #require(try await t.mutation("sales/sales:create", header)["saleId"])
    try await t.mutation("sales/sales:cancel", ["saleId": other])
    let cancelled = try await t.query("sales/sales:list", ["status": "Cancelled"])
    #expect(cancelled.array?.first?["_id"] == other)
  }

  @Test func `a refusal of a sale reaches the client with its figures`() async throws {
    let shop = try await stockedShop()
    let created = try await t.mutation(
      "sales/sales:create",
      [
        "branchId": shop["branch"] ?? .null, "customerId": shop["customer"] ?? .null,
        "saleDate": 1_704_067_200_000,
      ]
    )
    let sale = created["saleId"] ?? .null
    try await t.mutation(
      "sales/sales:addItem",
      [
        "saleId": sale, "productId": shop["product"] ?? .null,
        "variantId": shop["variant"] ?? .null, "quantity": 11, "unitPrice": 40_000,
      ]
    )
    let error = await #expect(throws: ClientError.self) {
      try await t.mutation("sales/sales:submitSale", ["saleId": sale, "payments": []])
    }
    #expect(error?.message.contains(#"{"code":"INSUFFICIENT_STOCK""#) == true)
    #expect(error?.message.contains("Insufficient stock") == true)
    #expect(
      error?.data
        == [
          "code": "INSUFFICIENT_STOCK", "message": "Kalung: Insufficient stock",
          "userMessage": "Kalung: stok tidak mencukupi",
          "details": ["available": 10, "required": 11],
        ]
    )
    let empty = try await t.mutation("sales/sales:clearItems", ["saleId": sale])
    let nothing = await #expect(throws: ClientError.self) {
      try await t.mutation("sales/sales:submitSale", ["saleId": empty, "payments": []])
    }
    #expect(nothing?.message.contains(#"{"code":"NO_ITEMS""#) == true)
    #expect(nothing?.data?["details"] == nil)
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

/// Expects an answer to have the fields a screen uses.
func expect(
  _ row: ConvexValue?,
  has fields: [String],
  at location: Testing.SourceLocation = #_sourceLocation
) {
  for field in fields { #expect(row?[field] != nil, "\(field)", sourceLocation: location) }
}
