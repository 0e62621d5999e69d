import Hull
import HullTesting
import Testing

@testable import PetShop

/// Listing sales and showing one.
@Suite struct SaleListTests {
  private let shop: Shop
  private let branch: ID<Branch>
  private let customer: ID<Customer>
  private let service: ID<Product>

  init() async throws {
    shop = try await Shop()
    branch = try await shop.branch()
    customer = try await shop.customer()
    service = try await shop.product("Grooming", type: "service")
  }

  private func list(_ arguments: ConvexObject = [:]) async throws -> [SaleSummary] {
    try await shop.backend.query(SaleQueries.$list, arguments)
  }

  @Test func `a list is newest first with customer branch and number of lines`() async throws {
    let old = try await shop.draft(for: customer, at: branch, on: 100)
    let new = try await shop.draft(for: customer, at: branch, on: 200)
    let middle = try await shop.draft(for: customer, at: branch, on: 150)
    try await shop.add(service, to: middle)
    try await shop.add(service, to: middle)
    let all = try await list()
    #expect(all.map(\.sale.id) == [new, middle, old])
    #expect(all.map(\.itemCount) == [0, 2, 0])
    #expect(try all.map { try $0.customer.value?.decoded().name } == ["Ada", "Ada", "Ada"])
    #expect(try all.map { try $0.branch.value?.decoded().code } == ["PUSAT", "PUSAT", "PUSAT"])
    // By status, branch or customer the order is that of creation.
    #expect(try await list(["status": "Draft"]).map(\.sale.id) == [middle, new, old])
    #expect(try await list(["branchId": .id(branch)]).map(\.sale.id) == [middle, new, old])
    #expect(try await list(["limit": 1]).map(\.sale.id) == [new])
  }

  @Test func `status comes before branch and branch before customer`() async throws {
    let otherBranch = try await shop.branch()
    let bob = try await shop.customer("Bob")
    let draft = try await shop.draft(for: customer, at: branch)
    let elsewhere = try await shop.draft(for: bob, at: otherBranch)
    let (sold, _) = try await shop.sellService(service, for: 1, to: bob, at: branch)
    #expect(
      try await list([
        "status": "Completed", "branchId": .id(otherBranch), "customerId": .id(customer),
      ]).map(\.sale.id) == [sold]
    )
    #expect(
      try await list(["branchId": .id(otherBranch), "customerId": .id(customer)]).map(\.sale.id)
        == [elsewhere]
    )
    #expect(try await list(["customerId": .id(customer)]).map(\.sale.id) == [draft])
    #expect(try await list(["status": "Nothing"]).isEmpty)
  }

  @Test func `deleted sales are on no list and deleted customers still have their name`()
    async throws
  {
    let gone = try await shop.draft(for: customer, at: branch)
    let kept = try await shop.draft(for: customer, at: branch)
    try await shop.backend.mutation(Sales.$remove, ["id": .id(gone)])
    try await shop.backend.mutation(Customers.$remove, ["id": .id(customer)])
    for filter: ConvexObject in [
      [:], ["status": "Draft"], ["branchId": .id(branch)], ["customerId": .id(customer)],
    ] {
      let rows = try await list(filter)
      #expect(rows.map(\.sale.id) == [kept])
      #expect(try rows.first?.customer.value?.decoded().name == "Ada")
    }
  }

  @Test func `a list reads a bounded number of deleted sales`() async throws {
    let kept = try await shop.draft(for: customer, at: branch)
    let row = try await shop.row(kept).value
    try await shop.backend.run { ctx in
      for _ in 0..<50 {
        var deleted = row
        deleted.deletedAt = 1
        _ = try await ctx.db.insert(deleted)
      }
    }
    #expect(try await list(["status": "Draft", "limit": 12]).isEmpty)
    #expect(try await list(["status": "Draft", "limit": 13]).map(\.sale.id) == [kept])
    let usage = try await shop.usage { ctx in
      try await SaleQueries.list(
        ctx,
        status: "Draft",
        branchId: nil,
        customerId: nil,
        limit: 10
      )
    }
    #expect(usage.fits(ranges: 1, documents: 40), "\(usage)")
  }

  @Test(arguments: [0, 1_001, 1.5, -1, .nan])
  func `a limit is a whole number up to a thousand`(limit: Double) async throws {
    #expect(
      try await refusal { try await list(["limit": .float64(limit)]) }
        == Refused(code: "VALIDATION", details: ["field": "limit"])
    )
  }

  @Test func `a list of a thousand sales stays within its budget`() async throws {
    let shop = try await Shop.patient()
    let branch = try await shop.branch()
    let product = try await shop.product("P", type: "service")
    let template = try await shop.row(
      try await shop.draft(for: try await shop.customer(), at: branch)
    ).value
    for _ in 0..<2 {
      try await shop.backend.run { ctx in
        for number in 0..<520 {
          var sale = template
          sale.customerId = try await ctx.db.insert(
            Customer(code: "C\(number)", name: "N", phone: "-", isActive: true)
          )
          let id = try await ctx.db.insert(sale)
          _ = try await ctx.db.insert(
            SaleItem(
              saleId: id,
              productId: product,
              quantity: 1,
              unitPrice: 1,
              discountAmount: 0,
              discountType: "nominal",
              subtotal: 1,
              cogs: 0
            )
          )
        }
      }
    }
    let rows = try await shop.backend.query(SaleQueries.$list)
    #expect(rows.count == 1_000)
    #expect(rows.allSatisfy { $0.itemCount == 1 })
    let usage = try await shop.usage {
      try await SaleQueries.list($0, status: nil, branchId: nil, customerId: nil, limit: nil)
    }
    // One range of sales, one of lines and one customer a sale, and the branch.
    #expect(usage.fits(ranges: 2 + 2 * 1_000, documents: 3_001), "\(usage)")
  }

  @Test func `a sale is shown with what was sold and how it was paid`() async throws {
    let food = try await shop.product("Food")
    let variant = try await shop.backend.mutation(
      ProductVariants.$create,
      [
        "productId": .id(food), "variantName": "Ukuran", "variantValue": "S", "sku": "F-S",
        "purchasePrice": 1, "sellingPrice": 2,
      ]
    )
    _ = try await shop.stock(9, of: food, at: branch, variant: variant)
    let sale = try await shop.draft(for: customer, at: branch)
    try await shop.add(food, to: sale, quantity: 2, ["variantId": .id(variant)])
    try await shop.add(service, to: sale)
    try await shop.submit(sale, payments(("QRIS", 1_000), ("CASH", 2_000)))
    let hidden = try #require(try await shop.all(SalePayment.self).first).id
    try await shop.patch(hidden) { $0.set(\.deletedAt, 1) }
    let shown = try #require(
      try await shop.backend.query(SaleQueries.$get, ["id": .id(sale)])
    )
    #expect(shown.sale.status == "Completed")
    #expect(try shown.customer.value?.decoded().name == "Ada")
    #expect(shown.branch.value?.id == branch)
    #expect(try shown.items.map { try $0.product.value?.decoded().name } == ["Food", "Grooming"])
    #expect(shown.items.map(\.variant.value?.id) == [variant, nil])
    #expect(shown.items.map(\.line.subtotal) == [20_000, 10_000])
    #expect(shown.payments.map(\.paymentMethod) == ["CASH"])
    try await shop.backend.run { try await $0.db.delete(sale) }
    #expect(try await shop.backend.query(SaleQueries.$get, ["id": .id(sale)]) == nil)
  }

  @Test func `what is outstanding is completed, live and not paid in full`() async throws {
    let (first, _) = try await shop.sellService(service, for: 900, to: customer, at: branch)
    let (second, _) = try await shop.sellService(service, for: 100, to: customer, at: branch)
    let paid = try await shop.draft(for: customer, at: branch)
    try await shop.add(service, to: paid, at: 500)
    try await shop.submit(paid, payments(("CASH", 500)))
    let draft = try await shop.draft(for: customer, at: branch)
    try await shop.add(service, to: draft, at: 300)
    let (back, _) = try await shop.sellService(service, for: 700, to: customer, at: branch)
    try await shop.refund(back)
    try await shop.sellService(service, for: 1, to: try await shop.customer("Bob"), at: branch)
    let open = try await shop.backend.query(
      SaleQueries.$getOutstandingByCustomer,
      ["customerId": .id(customer)]
    )
    #expect(open.map(\.sale.id) == [first, second])
    #expect(open.map(\.branch.value?.id) == [branch, branch])
    let usage = try await shop.usage { [customer] in
      try await SaleQueries.getOutstandingByCustomer($0, customerId: customer)
    }
    #expect(usage.fits(ranges: 2, documents: 3), "\(usage)")
  }
}
