import Hull
import HullTesting
import Testing

@testable import PetShop

/// The lines of an appointment's bill, and what they come to.
@Suite struct AppointmentBillTests {
  private let clinic: Clinic
  private let appointment: ID<ClinicAppointment>
  private var shop: Shop { clinic.shop }

  init() async throws {
    clinic = try await Clinic()
    appointment = try await clinic.book()
  }

  private func discount(
    _ amount: Double?,
    type: String? = nil,
    taxRate: Double? = nil
  ) async throws -> ID<ClinicAppointment> {
    try await clinic.backend.mutation(
      ClinicBilling.$updateDiscountAndTax(
        appointmentId: appointment,
        discountAmount: amount,
        discountType: type,
        taxRate: taxRate
      )
    )
  }

  private func remove(
    _ line: ID<ClinicAppointmentService>
  ) async throws -> ID<ClinicAppointmentService> {
    try await shop.tick()
    return try await clinic.backend.mutation(ClinicAppointmentServices.$remove(id: line))
  }

  @Test func `a line has its fields and blanks are none`() async throws {
    let medicine = try await shop.product("Drontal", type: "medicine")
    let variant = try await shop.variant("10 ml", of: medicine)
    let line = try await clinic.bill(
      appointment,
      medicine,
      goods: medicine,
      variant: variant,
      quantity: 0.5,
      at: 30_000,
      discount: 1_000,
      isPrescription: true,
      dosage: " 2x sehari ",
      notes: ""
    )
    let row = try await shop.row(line)
    #expect(row.appointmentId == appointment)
    #expect(row.serviceId == medicine)
    #expect(row.productId == medicine)
    #expect(row.variantId == variant)
    #expect(row.quantity == 0.5)
    #expect(row.subtotal == 14_000)
    #expect(row.isPrescription)
    #expect(row.prescriptionDosage == "2x sehari")
    #expect(row.prescriptionPickedUp == false)
    #expect(row.notes == nil)
    #expect(try await shop.row(try await clinic.bill(appointment)).prescriptionPickedUp == nil)
  }

  @Test(arguments: [
    (1.5, 33_333.33, 0, "nominal", 50_000), (3, 10_000, 10, "percent", 27_000),
    (3, 10_000, 150, "percent", 0), (1, 10_000, 2_500.5, "nominal", 7_499.5),
    (1, 1_000, 1_500, "nominal", -500), (0.1, 0.3, 0, "nominal", 0.03),
    (1, 10_000, 5, "other", 10_000),
  ])
  func `a line costs quantity times price less its discount`(
    quantity: Double,
    price: Double,
    discount: Double,
    type: String,
    subtotal: Double
  ) async throws {
    let line = try await clinic.bill(
      appointment,
      quantity: quantity,
      at: price,
      discount: discount,
      discountType: type
    )
    #expect(try await shop.row(line).subtotal == subtotal)
    #expect(try await shop.row(appointment).subtotal == subtotal)
  }

  @Test func `totals follow lines discount tax and what was paid`() async throws {
    let first = try await clinic.bill(appointment, at: 100_000)
    try await clinic.bill(appointment, at: 50_000.01)
    _ = try await clinic.pay(10_000, for: appointment)
    #expect(try await discount(10, type: "percent", taxRate: 11) == appointment)
    var row = try await shop.row(appointment)
    #expect(row.subtotal == 150_000.01)
    #expect(row.taxAmount == 14_850)
    #expect(row.totalAmount == 149_850.01)
    #expect(row.outstandingAmount == 139_850.01)
    #expect(try await remove(first) == first)
    row = try await shop.row(appointment)
    #expect(row.subtotal == 50_000.01)
    #expect(row.totalAmount == 49_950.01)
    #expect(row.outstandingAmount == 39_950.01)
    // What is not given stays.
    _ = try await discount(5_000)
    #expect(try await shop.row(appointment).discountType == "percent")
    _ = try await discount(nil, type: "nominal", taxRate: 0)
    row = try await shop.row(appointment)
    #expect(row.discountAmount == 5_000)
    #expect(row.totalAmount == 45_000.01)
  }

  @Test func `a discount set before any line is taken off the first`() async throws {
    _ = try await discount(5_000)
    #expect(try await shop.row(appointment).totalAmount == -5_000)
    try await clinic.bill(appointment, at: 20_000)
    #expect(try await shop.row(appointment).totalAmount == 15_000)
  }

  @Test(
    arguments: [
      (-1, nil, "discountAmount"), (.infinity, nil, "discountAmount"),
      (.nan, nil, "discountAmount"),
      (nil, -1, "taxRate"), (nil, 101, "taxRate"), (nil, Double.nan, "taxRate"),
    ] as [(Double?, Double?, String)]
  )
  func `discounts are amounts and taxes are percentages`(
    amount: Double?,
    taxRate: Double?,
    field: String
  ) async throws {
    let before = try await shop.row(appointment)
    #expect(
      try await refusal { try await discount(amount, taxRate: taxRate) }
        == Refused(code: "VALIDATION", details: ["field": .string(field)])
    )
    #expect(try await shop.row(appointment) == before)
  }

  @Test(arguments: [0, -1, Double.nan, .infinity])
  func `a line has a positive quantity`(quantity: Double) async throws {
    #expect(
      try await refusal { try await clinic.bill(appointment, quantity: quantity) }.code
        == "INVALID_QUANTITY"
    )
    #expect(
      try await refusalWords { try await clinic.bill(appointment, quantity: quantity) }
        == ["Quantity must be positive", "Jumlah harus lebih dari nol"]
    )
    #expect(try await shop.all(ClinicAppointmentService.self).isEmpty)
  }

  @Test(arguments: [-1, Double.nan, .infinity, 1e13])
  func `price and discount of a line are amounts`(amount: Double) async throws {
    #expect(
      try await refusal { try await clinic.bill(appointment, at: amount) }
        == Refused(code: "VALIDATION", details: ["field": "unitPrice"])
    )
    #expect(
      try await refusal { try await clinic.bill(appointment, discount: amount) }
        == Refused(code: "VALIDATION", details: ["field": "discountAmount"])
    )
    #expect(try await shop.row(appointment).totalAmount == 0)
  }

  @Test func `a line names live products and a variant of its goods`() async throws {
    let medicine = try await shop.product("Drontal", type: "medicine")
    let variant = try await shop.variant("10 ml", of: medicine)
    #expect(
      try await refusal { try await clinic.bill(appointment, variant: variant) }
        == Refused(code: "VALIDATION", details: ["field": "variantId"])
    )
    try await clinic.bill(appointment, medicine, variant: variant)
    try await shop.patch(medicine) { $0.set(\.deletedAt, 1) }
    let gone = Refused(
      code: "NOT_FOUND",
      details: ["table": "products", "id": .id(medicine)]
    )
    #expect(try await refusal { try await clinic.bill(appointment, medicine) } == gone)
    #expect(try await refusal { try await clinic.bill(appointment, goods: medicine) } == gone)
  }

  @Test func `a list shows live lines with what they are about`() async throws {
    let medicine = try await shop.product("Drontal", type: "medicine")
    let variant = try await shop.variant("10 ml", of: medicine)
    let first = try await clinic.bill(appointment)
    let second = try await clinic.bill(
      appointment,
      goods: medicine,
      variant: variant,
      isPrescription: true
    )
    let third = try await clinic.bill(appointment)
    _ = try await remove(first)
    try await clinic.bill(try await clinic.book())
    let lines = try await clinic.backend.query(
      ClinicAppointmentServices.$list(appointmentId: appointment)
    )
    #expect(lines.map(\.line.id) == [second, third])
    #expect(
      try lines.map { try $0.service.value?.decoded().name } == ["Pemeriksaan", "Pemeriksaan"]
    )
    #expect(try lines.map { try $0.product.value?.decoded().name } == ["Drontal", nil])
    #expect(try lines.map { try $0.variant.value?.decoded().variantValue } == ["10 ml", nil])
  }

  @Test func `a line is removed once and one that never was is not found`() async throws {
    let line = try await clinic.bill(appointment)
    _ = try await remove(line)
    let removed = try await shop.row(line)
    #expect(removed.deletedAt == shop.backend.clock.now)
    #expect(try await remove(line) == line)
    #expect(try await shop.row(line) == removed)
    try await clinic.backend.run { try await $0.db.delete(line) }
    #expect(
      try await refusal { try await remove(line) }
        == Refused(
          code: "NOT_FOUND",
          details: ["table": "clinicAppointmentServices", "id": .id(line)]
        )
    )
  }
}
