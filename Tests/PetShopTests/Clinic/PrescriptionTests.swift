import Hull
import HullTesting
import Testing

@testable import PetShop

/// Medicines that are prescribed, and picked up later.
@Suite struct PrescriptionTests {
  private let clinic: Clinic
  private let appointment: ID<ClinicAppointment>
  private let medicine: ID<Product>
  private let stock: ID<ProductStock>
  private var shop: Shop { clinic.shop }

  init() async throws {
    clinic = try await Clinic()
    appointment = try await clinic.book()
    medicine = try await clinic.shop.product("Drontal", type: "medicine")
    stock = try await clinic.shop.stock(5, of: medicine, at: clinic.branch)
  }

  private func prescribe(_ quantity: Double = 2) async throws -> ID<ClinicAppointmentService> {
    try await clinic.bill(
      appointment,
      goods: medicine,
      quantity: quantity,
      isPrescription: true,
      dosage: "1x sehari"
    )
  }

  private func pickUp(
    _ line: ID<ClinicAppointmentService>
  ) async throws -> ID<ClinicAppointmentService> {
    try await shop.tick()
    return try await clinic.backend.mutation(
      ClinicBilling.$pickupPrescription(serviceItemId: line)
    )
  }

  @Test func `a prescription leaves the stock when it is picked up and not before`() async throws {
    let line = try await prescribe()
    try await clinic.submit(appointment)
    #expect(try await shop.row(stock).quantity == 5)
    #expect(try await pickUp(line) == line)
    #expect(try await shop.row(stock).quantity == 3)
    let row = try await shop.row(line)
    #expect(row.prescriptionPickedUp == true)
    #expect(row.prescriptionPickupDate == shop.backend.clock.now)
    let movement = try #require(try await shop.all(StockMovement.self).first)
    #expect(movement.movementType == "SALE_OUT")
    #expect(movement.quantity == -2)
    #expect(movement.referenceType == "ClinicAppointment")
    #expect(movement.referenceId == appointment.string)
    #expect(movement.notes == "APT-20240101-001")
  }

  @Test func `a prescription picked up before the bill is not taken again with it`() async throws {
    _ = try await pickUp(try await prescribe())
    try await clinic.submit(appointment)
    #expect(try await shop.row(stock).quantity == 3)
  }

  @Test func `a prescription is picked up once`() async throws {
    let line = try await prescribe()
    _ = try await pickUp(line)
    let again = { try await pickUp(line) }
    #expect(
      try await refusal(from: again)
        == Refused(code: "CONFLICT_STATE", details: ["currentStatus": "PickedUp"])
    )
    #expect(
      try await refusalWords(from: again)
        == ["The prescription has already been picked up", "Resep sudah diambil"]
    )
    #expect(try await shop.row(stock).quantity == 3)
  }

  @Test func `of parallel pick-ups one takes the goods`() async throws {
    let line = try await prescribe()
    let taken = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          do {
            _ = try await pickUp(line)
            return 1
          } catch let error as ConvexError where error.data["code"] == "CONFLICT_STATE" {
            return 0
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(taken == 1)
    #expect(try await shop.row(stock).quantity == 3)
  }

  @Test func `a prescription that was picked up stays on the bill`() async throws {
    let line = try await prescribe()
    _ = try await pickUp(line)
    #expect(
      try await refusal {
        try await clinic.backend.mutation(ClinicAppointmentServices.$remove(id: line))
      } == Refused(code: "CONFLICT_STATE", details: ["currentStatus": "PickedUp"])
    )
    #expect(try await shop.row(line).isLive)
  }

  @Test func `only a prescription of goods can be picked up`() async throws {
    let refused = Refused(code: "VALIDATION", details: ["field": "serviceItemId"])
    let given = try await clinic.bill(appointment, goods: medicine)
    #expect(try await refusal { try await pickUp(given) } == refused)
    let advice = try await clinic.bill(appointment, isPrescription: true)
    #expect(try await refusal { try await pickUp(advice) } == refused)
    #expect(
      try await refusalWords { try await pickUp(advice) }
        == ["The item is not a prescription of a product", "Item ini bukan resep obat"]
    )
  }

  @Test func `more than the stock holds is not handed out`() async throws {
    let line = try await prescribe(6)
    #expect(
      try await refusal { try await pickUp(line) }
        == Refused(code: "INSUFFICIENT_STOCK", details: ["available": 5, "required": 6])
    )
    #expect(
      try await refusalWords { try await pickUp(line) }
        == ["Drontal: Insufficient stock", "Drontal: stok tidak mencukupi"]
    )
    #expect(try await shop.row(line).prescriptionPickedUp == false)
  }

  @Test func `a removed prescription is not found`() async throws {
    let line = try await prescribe()
    try await clinic.backend.mutation(ClinicAppointmentServices.$remove(id: line))
    #expect(
      try await refusal { try await pickUp(line) }
        == Refused(
          code: "NOT_FOUND",
          details: ["table": "clinicAppointmentServices", "id": .id(line)]
        )
    )
  }

  @Test func `the module of services hands out prescriptions too`() async throws {
    let line = try await prescribe()
    try await clinic.backend.mutation(
      ClinicAppointmentServices.$pickupPrescription(serviceItemId: line)
    )
    #expect(try await shop.row(stock).quantity == 3)
    #expect(try await refusal { try await pickUp(line) }.code == "CONFLICT_STATE")
  }
}
