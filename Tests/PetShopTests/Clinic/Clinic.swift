import Hull
import HullTesting

@testable import PetShop

/// A clinic with a vet, and a customer with a cat: what its tests begin with.
struct Clinic {
  let shop: Shop
  let branch: ID<Branch>
  let customer: ID<Customer>
  let pet: ID<CustomerPet>
  let vet: ID<ClinicStaff>
  /// A service for which nothing leaves the stock.
  let checkUp: ID<Product>

  var backend: TestBackend { shop.backend }

  static let statuses = ["Scheduled", "InProgress", "Completed", "Cancelled"]

  func staff(_ name: String, role: String = "Groomer") async throws -> ID<ClinicStaff> {
    try await shop.tick()
    return try await backend.mutation(
      ClinicStaffMembers.$create(code: name, name: name, role: role, branchId: branch)
    )
  }

  /// An appointment with the vet, now unless another date is given.
  func book(
    on date: Double? = nil,
    at time: String = "09:00",
    with staff: ID<ClinicStaff>? = nil,
    notes: String? = nil
  ) async throws -> ID<ClinicAppointment> {
    try await shop.tick()
    return try await backend.mutation(
      ClinicAppointments.$create(
        branchId: branch,
        petId: pet,
        customerId: customer,
        staffId: staff ?? vet,
        appointmentDate: date ?? backend.clock.now,
        appointmentTime: time,
        notes: notes
      )
    ).appointmentId
  }

  @discardableResult
  func examine(
    _ appointment: ID<ClinicAppointment>,
    complaint: String = "Tidak mau makan"
  ) async throws -> ID<ClinicAppointment> {
    try await shop.tick()
    return try await backend.mutation(
      ClinicExaminations.$startExamination(
        appointmentId: appointment,
        chiefComplaint: complaint
      )
    )
  }

  /// Puts a line on the bill: the check-up, unless another service is given.
  @discardableResult
  func bill(
    _ appointment: ID<ClinicAppointment>,
    _ service: ID<Product>? = nil,
    goods: ID<Product>? = nil,
    variant: ID<ProductVariant>? = nil,
    quantity: Double = 1,
    at price: Double = 100_000,
    discount: Double = 0,
    discountType: String = "nominal",
    isPrescription: Bool = false,
    dosage: String? = nil,
    notes: String? = nil
  ) async throws -> ID<ClinicAppointmentService> {
    try await shop.tick()
    return try await backend.mutation(
      ClinicAppointmentServices.$create(
        appointmentId: appointment,
        serviceId: service ?? checkUp,
        productId: goods,
        variantId: variant,
        quantity: quantity,
        unitPrice: price,
        discountAmount: discount,
        discountType: discountType,
        isPrescription: isPrescription,
        prescriptionDosage: dosage,
        notes: notes
      )
    )
  }

  @discardableResult
  func submit(
    _ appointment: ID<ClinicAppointment>,
    _ payments: ConvexValue = []
  ) async throws -> CompletedAppointment {
    try await shop.tick()
    return try await backend.mutation(
      ClinicBilling.$submitAppointment(appointmentId: appointment, payments: payments)
    )
  }

  @discardableResult
  func cancel(
    _ appointment: ID<ClinicAppointment>,
    notes: String? = nil
  ) async throws -> ID<ClinicAppointment> {
    try await shop.tick()
    return try await backend.mutation(
      ClinicAppointments.$cancel(appointmentId: appointment, notes: notes)
    )
  }

  @discardableResult
  func pay(
    _ amount: Double,
    for appointment: ID<ClinicAppointment>,
    method: String = "QRIS"
  ) async throws -> ID<ClinicPayment> {
    try await shop.tick()
    return try await backend.mutation(
      ClinicPayments.$add(
        appointmentId: appointment,
        amount: amount,
        paymentMethod: method,
        referenceNumber: "Q1",
        notes: ""
      )
    )
  }

  /// Brings an appointment into a state by the functions that lead there.
  func bring(_ appointment: ID<ClinicAppointment>, to status: String) async throws {
    switch status {
    case AppointmentStatus.inProgress: try await examine(appointment)
    case AppointmentStatus.completed: try await submit(appointment)
    case AppointmentStatus.cancelled: try await cancel(appointment)
    default: break
    }
  }
}

extension Clinic {
  init() async throws {
    shop = try await Shop()
    branch = try await shop.branch()
    customer = try await shop.customer()
    pet = try await shop.pet(of: customer, species: try await shop.species())
    vet = try await shop.backend.mutation(
      ClinicStaffMembers.$create(
        code: "DRH001",
        name: "drh. Ratna",
        role: "Veterinarian",
        branchId: branch
      )
    )
    checkUp = try await shop.product("Pemeriksaan", type: "service")
  }
}

/// What a refusal tells developers in English, and people in Indonesian.
func refusalWords<Value>(from body: () async throws -> Value) async throws -> [String] {
  let error = try await convexError(from: body)
  return [error.data["message"]?.string ?? "", error.data["userMessage"]?.string ?? ""]
}
