import Hull
import HullTesting
import Testing

@testable import PetShop

/// Drafts: their header, lines and totals.
@Suite struct SaleDraftTests {
  private let shop: Shop
  private let branch: ID<Branch>
  private let customer: ID<Customer>
  private let food: ID<Product>

  init() async throws {
    shop = try await Shop()
    branch = try await shop.branch()
    customer = try await shop.customer()
    food = try await shop.product("Food")
  }

  @Test func `a draft begins with zeros and a number of the day`() async throws {
    let created = try await shop.backend.mutation(
      Sales.$create,
      [
        "branchId": .id(branch), "customerId": .id(customer), "saleDate": 5, "dueDate": 7,
        "notes": "",
      ]
    )
    #expect(created.saleNumber == "INV-20240101-001")
    let sale = try await shop.row(created.saleId)
    #expect(sale.status == "Draft")
    #expect(sale.saleDate == 5)
    #expect(sale.dueDate == 7)
    #expect(sale.notes == "")
    #expect(sale.discountType == "nominal")
    #expect(sale.totalAmount == 0)
    #expect(sale.outstandingAmount == 0)
    let next = try await shop.row(try await shop.draft(for: customer, at: branch))
    #expect(next.saleNumber == "INV-20240101-002")
  }

  @Test func `parallel drafts get numbers of their own`() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask { [shop, branch, customer] in
          try await shop.backend.mutation(
            Sales.$create,
            ["branchId": .id(branch), "customerId": .id(customer), "saleDate": 1]
          )
        }
      }
      try await group.waitForAll()
    }
    let numbers = try await shop.all(Sale.self).map(\.saleNumber)
    #expect(numbers.sorted() == (1...20).map { "INV-20240101-" + $0.padded(to: 3) })
  }

  @Test func `branch and customer of a draft are live and the customer is active`() async throws {
    try await shop.patch(customer) { $0.set(\.isActive, false) }
    #expect(
      try await refusal { try await shop.draft(for: customer, at: branch) }
        == Refused(code: "CONFLICT_STATE", details: ["currentStatus": "Inactive"])
    )
    try await shop.patch(customer) { $0.set(\.deletedAt, 1) }
    #expect(
      try await refusal { try await shop.draft(for: customer, at: branch) }
        == Refused(
          code: "NOT_FOUND",
          details: ["table": "customers", "id": .id(customer)]
        )
    )
    try await shop.patch(branch) { $0.set(\.deletedAt, 1) }
    #expect(
      try await refusal { try await shop.draft(for: customer, at: branch) }
        == Refused(code: "NOT_FOUND", details: ["table": "branches", "id": .id(branch)])
    )
    #expect(
      try await refusal {
        try await shop.draft(for: try await shop.customer(), at: branch, on: .infinity)
      }.code == "NOT_FOUND"
    )
  }

  @Test func `a discount set before any line is accepted and taken off the first`() async throws {
    let sale = try await shop.draft(for: customer, at: branch)
    try await shop.discount(sale, 5_000, type: "nominal", taxRate: 0)
    #expect(try await shop.row(sale).totalAmount == -5_000)
    try await shop.add(food, to: sale, at: 20_000)
    let row = try await shop.row(sale)
    #expect(row.subtotal == 20_000)
    #expect(row.totalAmount == 15_000)
    #expect(row.outstandingAmount == 15_000)
  }

  @Test func `totals follow lines discount and tax`() async throws {
    let sale = try await shop.draft(for: customer, at: branch)
    let first = try await shop.add(
      food,
      to: sale,
      quantity: 2.9,
      at: 15_000,
      ["discountAmount": 10, "discountType": "percent", "notes": "x"]
    )
    try await shop.add(food, to: sale, at: 3_000.005)
    var row = try await shop.row(sale)
    #expect(try await shop.row(first).subtotal == 27_000)
    #expect(row.subtotal == 30_000.01)
    try await shop.discount(sale, 50, type: "percent", taxRate: 11)
    row = try await shop.row(sale)
    #expect(row.taxAmount == 1_650)
    #expect(row.totalAmount == 16_650)
    try await shop.backend.mutation(
      SaleLines.$updateItem,
      ["itemId": .id(first), "quantity": 1, "discountType": "nominal", "notes": "y"]
    )
    #expect(try await shop.row(first).subtotal == 14_990)
    row = try await shop.row(sale)
    #expect(row.subtotal == 17_990.01)
    #expect(row.totalAmount == 9_984.45)
    let of = try await shop.backend.mutation(SaleLines.$removeItem, ["itemId": .id(first)])
    #expect(of == sale)
    #expect(try await shop.get(first) == nil)
    #expect(try await shop.row(sale).subtotal == 3_000.01)
  }

  @Test(arguments: [
    ("quantity", 0, "INVALID_QUANTITY"), ("quantity", -1, "INVALID_QUANTITY"),
    ("quantity", Double.nan, "INVALID_QUANTITY"), ("unitPrice", -1, "VALIDATION"),
    ("unitPrice", .infinity, "VALIDATION"), ("discountAmount", -1, "VALIDATION"),
  ])
  func `a line has a positive quantity and amounts`(
    field: String,
    value: Double,
    code: String
  ) async throws {
    let sale = try await shop.draft(for: customer, at: branch)
    let line = try await shop.add(food, to: sale)
    var wrong: ConvexObject = [:]
    try wrong.set(field, to: .float64(value))
    let more = wrong
    #expect(try await refusal { try await shop.add(food, to: sale, more) }.code == code)
    try wrong.set("itemId", to: .id(line))
    let change = wrong
    let refused = try await refusal {
      try await shop.backend.mutation(SaleLines.$updateItem, change)
    }
    #expect(refused.code == code)
    if code == "VALIDATION" { #expect(refused.details == ["field": .string(field)]) }
    #expect(try await shop.all(SaleItem.self).count == 1)
    #expect(try await shop.row(sale).totalAmount == 10_000)
  }

  @Test func `a line names a live product and one of its variants`() async throws {
    let sale = try await shop.draft(for: customer, at: branch)
    let other = try await shop.product("Other")
    let variant = try await shop.backend.mutation(
      ProductVariants.$create,
      [
        "productId": .id(other), "variantName": "Ukuran", "variantValue": "S", "sku": "O-S",
        "purchasePrice": 1, "sellingPrice": 2,
      ]
    )
    #expect(
      try await refusal { try await shop.add(food, to: sale, ["variantId": .id(variant)]) }
        == Refused(code: "VALIDATION", details: ["field": "variantId"])
    )
    try await shop.add(other, to: sale, ["variantId": .id(variant)])
    try await shop.patch(food) { $0.set(\.deletedAt, 1) }
    #expect(
      try await refusal { try await shop.add(food, to: sale) }
        == Refused(code: "NOT_FOUND", details: ["table": "products", "id": .id(food)])
    )
  }

  @Test func `a line is for a live pet of the customer`() async throws {
    let species = try await shop.species()
    let pet = try await shop.pet(of: customer, species: species)
    let stranger = try await shop.pet(of: try await shop.customer("Bob"), species: species)
    let sale = try await shop.draft(for: customer, at: branch)
    let line = try await shop.add(food, to: sale, ["petId": .id(pet)])
    #expect(try await shop.row(line).petId == pet)
    let wrong = Refused(code: "VALIDATION", details: ["field": "petId"])
    #expect(
      try await refusal { try await shop.add(food, to: sale, ["petId": .id(stranger)]) } == wrong
    )
    try await shop.backend.mutation(CustomerPets.$remove, ["id": .id(pet)])
    #expect(
      try await refusal { try await shop.add(food, to: sale, ["petId": .id(pet)]) } == wrong
    )
  }

  @Test func `points applied shrink with the lines and go when they are cleared`() async throws {
    try await shop.sell(10_000_000, as: "s0", to: customer)
    let sale = try await shop.draft(for: customer, at: branch)
    let first = try await shop.add(food, to: sale, at: 60_000)
    try await shop.add(food, to: sale, at: 25_000)
    #expect(try await shop.apply(800, to: sale).totalAmount == 5_000)
    try await shop.backend.mutation(SaleLines.$removeItem, ["itemId": .id(first)])
    var row = try await shop.row(sale)
    #expect(row.loyaltyPointsApplied == 200)
    #expect(row.loyaltyDiscountAmount == 20_000)
    #expect(row.totalAmount == 5_000)
    try await shop.discount(sale, 3_000, taxRate: 5)
    try await shop.backend.mutation(SaleLines.$clearItems, ["saleId": .id(sale)])
    row = try await shop.row(sale)
    #expect(row.loyaltyPointsApplied == nil)
    #expect(row.loyaltyDiscountAmount == nil)
    #expect([row.subtotal, row.discountAmount, row.taxAmount, row.totalAmount] == [0, 0, 0, 0])
    #expect(try await shop.all(SaleItem.self).isEmpty)
  }

  @Test func `another customer takes points applied and pets off the lines`() async throws {
    try await shop.sell(10_000_000, as: "s0", to: customer)
    let pet = try await shop.pet(of: customer, species: try await shop.species())
    let bob = try await shop.customer("Bob")
    let sale = try await shop.draft(for: customer, at: branch)
    let line = try await shop.add(food, to: sale, at: 60_000, ["petId": .id(pet)])
    try await shop.apply(100, to: sale)
    func update(_ changes: ConvexObject) async throws {
      var arguments = changes
      try arguments.set("saleId", to: .id(sale))
      try await shop.backend.mutation(Sales.$updateHeader, arguments)
    }
    try await update(["customerId": .id(customer), "notes": "n", "dueDate": 9, "saleDate": 8])
    var row = try await shop.row(sale)
    #expect(row.loyaltyPointsApplied == 100)
    #expect(row.notes == "n")
    #expect(row.dueDate == 9)
    #expect(row.saleDate == 8)
    try await update(["customerId": .id(bob)])
    row = try await shop.row(sale)
    #expect(row.customerId == bob)
    #expect(row.loyaltyPointsApplied == nil)
    #expect(row.totalAmount == 60_000)
    #expect(row.notes == "n")
    #expect(try await shop.row(line).petId == nil)
    try await shop.patch(customer) { $0.set(\.isActive, false) }
    #expect(
      try await refusal { try await update(["customerId": .id(customer)]) }.code
        == "CONFLICT_STATE"
    )
  }

  @Test(arguments: ["Completed", "Cancelled", "Refunded"])
  func `only a draft changes`(status: String) async throws {
    let sale = try await shop.draft(for: customer, at: branch)
    let line = try await shop.add(food, to: sale)
    try await shop.patch(sale) { $0.set(\.status, status) }
    let conflict = Refused(
      code: "STATUS_CONFLICT",
      details: ["currentStatus": .string(status)]
    )
    let id: ConvexObject = ["saleId": .id(sale)]
    let item: ConvexObject = ["itemId": .id(line)]
    #expect(try await refusal { try await shop.add(food, to: sale) } == conflict)
    #expect(
      try await refusal { try await shop.backend.mutation(SaleLines.$updateItem, item) }
        == conflict
    )
    #expect(
      try await refusal { try await shop.backend.mutation(SaleLines.$removeItem, item) }
        == conflict
    )
    #expect(
      try await refusal { try await shop.backend.mutation(SaleLines.$clearItems, id) }
        == conflict
    )
    #expect(
      try await refusal { try await shop.backend.mutation(Sales.$updateHeader, id) } == conflict
    )
    #expect(try await refusal { try await shop.discount(sale, 1) } == conflict)
    #expect(try await refusal { try await shop.submit(sale) } == conflict)
  }

  @Test func `a draft is cancelled once and for all, a completed sale never`() async throws {
    let sale = try await shop.draft(for: customer, at: branch)
    let id: ConvexObject = ["saleId": .id(sale)]
    for _ in 0..<2 {
      #expect(try await shop.backend.mutation(Sales.$cancel, id) == sale)
      #expect(try await shop.row(sale).status == "Cancelled")
    }
    for status in ["Completed", "Refunded"] {
      try await shop.patch(sale) { $0.set(\.status, status) }
      #expect(
        try await refusal { try await shop.backend.mutation(Sales.$cancel, id) }
          == Refused(code: "CONFLICT_STATE", details: ["currentStatus": .string(status)])
      )
      #expect(
        try await refusal {
          try await shop.backend.mutation(Sales.$remove, ["id": .id(sale)])
        } == Refused(code: "CONFLICT_STATE", details: ["currentStatus": .string(status)])
      )
    }
  }

  @Test func `a deleted draft is gone for every function and keeps its first time`() async throws {
    let sale = try await shop.draft(for: customer, at: branch)
    try await shop.add(food, to: sale)
    for _ in 0..<2 {
      #expect(try await shop.backend.mutation(Sales.$remove, ["id": .id(sale)]) == sale)
      #expect(try await shop.row(sale).deletedAt == shop.backend.clock.now)
    }
    let deletedAt = try await shop.row(sale).deletedAt
    try await shop.tick()
    try await shop.backend.mutation(Sales.$remove, ["id": .id(sale)])
    #expect(try await shop.row(sale).deletedAt == deletedAt)
    let gone = Refused(code: "NOT_FOUND", details: ["table": "sales", "id": .id(sale)])
    #expect(try await refusal { try await shop.submit(sale) } == gone)
    #expect(try await refusal { try await shop.add(food, to: sale) } == gone)
    #expect(
      try await refusal {
        try await shop.backend.mutation(Sales.$cancel, ["saleId": .id(sale)])
      } == gone
    )
    #expect(try await shop.backend.query(SaleQueries.$get, ["id": .id(sale)]) == nil)
  }
}
