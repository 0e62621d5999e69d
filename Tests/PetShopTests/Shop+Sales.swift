import Hull
import HullTesting

@testable import PetShop

// The till, as tests use it: through its public functions.

extension Shop {
  func draft(
    for customer: ID<Customer>,
    at branch: ID<Branch>,
    on date: Double? = nil
  ) async throws -> ID<Sale> {
    try await tick()
    return try await backend.mutation(
      Sales.$create,
      [
        "branchId": .id(branch), "customerId": .id(customer),
        "saleDate": .float64(date ?? backend.clock.now),
      ]
    ).saleId
  }

  @discardableResult
  func add(
    _ product: ID<Product>,
    to sale: ID<Sale>,
    quantity: Double = 1,
    at price: Double = 10_000,
    _ more: ConvexObject = [:]
  ) async throws -> ID<SaleItem> {
    var arguments: ConvexObject = [
      "saleId": .id(sale), "productId": .id(product), "quantity": .float64(quantity),
      "unitPrice": .float64(price),
    ]
    for field in more { try arguments.set(field.name, to: field.value) }
    try await tick()
    return try await backend.mutation(SaleLines.$addItem, arguments)
  }

  @discardableResult
  func submit(_ sale: ID<Sale>, _ payments: ConvexValue = []) async throws -> SubmittedSale {
    try await tick()
    return try await backend.mutation(
      SaleCompletion.$submitSale,
      ["saleId": .id(sale), "payments": payments]
    )
  }

  @discardableResult
  func refund(_ sale: ID<Sale>, reason: String? = nil) async throws -> RefundedSale {
    var arguments: ConvexObject = ["saleId": .id(sale)]
    if let reason { try arguments.set("reason", to: .string(reason)) }
    try await tick()
    return try await backend.mutation(SaleCompletion.$refund, arguments)
  }

  @discardableResult
  func apply(_ points: Double, to sale: ID<Sale>) async throws -> AppliedPoints {
    try await backend.mutation(
      Loyalty.$applyToSale,
      ["saleId": .id(sale), "points": .float64(points)]
    )
  }

  func discount(
    _ sale: ID<Sale>,
    _ amount: Double,
    type: String? = nil,
    taxRate: Double? = nil
  ) async throws {
    var arguments: ConvexObject = ["saleId": .id(sale), "discountAmount": .float64(amount)]
    if let type { try arguments.set("discountType", to: .string(type)) }
    if let taxRate { try arguments.set("taxRate", to: .float64(taxRate)) }
    try await tick()
    try await backend.mutation(SaleLines.$updateDiscountAndTax, arguments)
  }

  /// A completed sale of a service on credit.
  @discardableResult
  func sellService(
    _ service: ID<Product>,
    for amount: Double,
    to customer: ID<Customer>,
    at branch: ID<Branch>,
    redeeming points: Double = 0
  ) async throws -> (id: ID<Sale>, outcome: SubmittedSale) {
    let sale = try await draft(for: customer, at: branch)
    try await add(service, to: sale, at: amount)
    if points > 0 { try await apply(points, to: sale) }
    return (sale, try await submit(sale))
  }
}

/// Payments as the till sends them.
func payments(_ parts: (method: String, amount: Double)...) -> ConvexValue {
  .array(
    parts.map {
      ["paymentMethod": .string($0.method), "amount": .float64($0.amount)]
    }
  )
}
