import Testing

@testable import PetShop

@Suite struct BillAmountsTests {
  @Test(arguments: [
    (2, 15_000, Discount(amount: 0, type: "nominal"), 30_000),
    (2.9, 15_000, Discount(amount: 5_000, type: "nominal"), 25_000),
    (3, 33.335, Discount(amount: 10, type: "percent"), 90.02),
    (1, 100, Discount(amount: 150, type: "percent"), 0),
    (1, 100, Discount(amount: 50, type: "none"), 100),
    (-4, 100, Discount(amount: 0, type: "nominal"), 0),
  ])
  func `a line is whole units at the unit price less its discount`(
    quantity: Double,
    unitPrice: Double,
    discount: Discount,
    subtotal: Double
  ) {
    #expect(
      SaleLine.subtotal(quantity: quantity, unitPrice: unitPrice, discount: discount) == subtotal
    )
  }

  @Test func `a total is the lines less both discounts plus tax`() {
    let totals = BillTotals(
      subtotals: [1_000_000, 305_000],
      discount: Discount(amount: 5_000, type: "nominal"),
      pointsApplied: 500,
      taxRate: 10,
      paidAmount: 100_000
    )
    #expect(totals.subtotal == 1_305_000)
    #expect(totals.afterDiscount == 1_300_000)
    #expect(totals.loyaltyDiscount == 50_000)
    #expect(totals.taxAmount == 125_000)
    #expect(totals.totalAmount == 1_375_000)
    #expect(totals.outstandingAmount == 1_275_000)
  }

  @Test func `a discount set before any line makes a draft negative for a while`() {
    let discount = Discount(amount: 5_000, type: "nominal")
    let empty = BillTotals(
      subtotals: [],
      discount: discount,
      pointsApplied: 0,
      taxRate: 0,
      paidAmount: 0
    )
    #expect(empty.totalAmount == -5_000)
    let filled = BillTotals(
      subtotals: [20_000],
      discount: discount,
      pointsApplied: 0,
      taxRate: 0,
      paidAmount: 0
    )
    #expect(filled.totalAmount == 15_000)
  }

  @Test func `points applied shrink to what fits`() {
    let totals = BillTotals(
      subtotals: [25_000],
      discount: Discount(amount: 0, type: "nominal"),
      pointsApplied: 500,
      taxRate: 0,
      paidAmount: 0
    )
    #expect(totals.pointsApplied == 200)
    #expect(totals.totalAmount == 5_000)
  }
}
