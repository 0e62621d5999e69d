import Hull
import HullTesting
import Testing

@testable import PetShop

/// Making and moving appointments.
@Suite struct AppointmentBookingTests {
  private let clinic: Clinic
  private var shop: Shop { clinic.shop }

  init() async throws {
    clinic = try await Clinic()
  }

  @Test func `an appointment begins scheduled with a number of the day and zeros`() async throws {
    let made = try await clinic.backend.mutation(
      ClinicAppointments.$create(
        branchId: clinic.branch,
        petId: clinic.pet,
        customerId: clinic.customer,
        staffId: clinic.vet,
        appointmentDate: 5.0,
        appointmentTime: " 09.00 ",
        notes: " Kontrol "
      )
    )
    #expect(made.appointmentNumber == "APT-20240101-001")
    let row = try await shop.row(made.appointmentId)
    #expect(row.appointmentNumber == made.appointmentNumber)
    #expect(row.branchId == clinic.branch)
    #expect(row.petId == clinic.pet)
    #expect(row.customerId == clinic.customer)
    #expect(row.staffId == clinic.vet)
    #expect(row.appointmentDate == 5)
    #expect(row.appointmentTime == "09.00")
    #expect(row.status == "Scheduled")
    #expect(row.notes == "Kontrol")
    #expect(row.discountType == "nominal")
    #expect(
      [row.subtotal, row.totalAmount, row.paidAmount, row.outstandingAmount] == [0, 0, 0, 0]
    )
    let next = try await shop.row(try await clinic.book())
    #expect(next.appointmentNumber == "APT-20240101-002")
  }

  @Test func `branch customer pet and staff of an appointment are live`() async throws {
    func refuses<T: SoftDeletable>(
      _ id: ID<T>,
      _ field: @escaping @Sendable (inout PatchBuilder<T>) -> Void,
      _ restore: @escaping @Sendable (inout PatchBuilder<T>) -> Void
    ) async throws {
      try await shop.patch(id, field)
      #expect(
        try await refusal { try await clinic.book() }
          == Refused(
            code: "NOT_FOUND",
            details: ["table": .string(T.tableName), "id": .id(id)]
          )
      )
      try await shop.patch(id, restore)
    }
    try await refuses(clinic.branch, { $0.set(\.deletedAt, 1) }, { $0.set(\.deletedAt, nil) })
    try await refuses(clinic.customer, { $0.set(\.deletedAt, 1) }, { $0.set(\.deletedAt, nil) })
    try await refuses(clinic.pet, { $0.set(\.deletedAt, 1) }, { $0.set(\.deletedAt, nil) })
    try await refuses(clinic.vet, { $0.set(\.deletedAt, 1) }, { $0.set(\.deletedAt, nil) })
    _ = try await clinic.book()
  }

  @Test func `the pet of an appointment is the customer's`() async throws {
    let bob = try await shop.customer("Bob")
    try await shop.patch(clinic.pet) { $0.set(\.customerId, bob) }
    #expect(
      try await refusal { try await clinic.book() }
        == Refused(
          code: "NOT_FOUND",
          details: ["table": "customerPets", "id": .id(clinic.pet)]
        )
    )
    #expect(
      try await refusalWords { try await clinic.book() }
        == ["Pet not found", "Hewan tidak ditemukan"]
    )
  }

  @Test(arguments: [
    (Double.nan, "09:00", "appointmentDate"), (.infinity, "09:00", "appointmentDate"),
    (1, " ", "appointmentTime"),
  ])
  func `an appointment has a date and a time`(
    date: Double,
    time: String,
    field: String
  ) async throws {
    let refused = Refused(code: "VALIDATION", details: ["field": .string(field)])
    #expect(try await refusal { try await clinic.book(on: date, at: time) } == refused)
    let appointment = try await clinic.book()
    #expect(
      try await refusal {
        try await clinic.backend.mutation(
          ClinicAppointments.$reschedule(
            appointmentId: appointment,
            appointmentDate: date,
            appointmentTime: time
          )
        )
      } == refused
    )
  }

  @Test func `a staff member has one scheduled appointment at a time`() async throws {
    let first = try await clinic.book(on: 1)
    let number = try await shop.row(first).appointmentNumber
    #expect(
      try await refusal { try await clinic.book(on: 1) }
        == Refused(code: "CONFLICT_STATE", details: ["currentStatus": "Scheduled"])
    )
    #expect(
      try await refusalWords { try await clinic.book(on: 1) }
        == [
          "Staff already has an appointment at 09:00 (\(number))",
          "Petugas sudah memiliki janji temu pukul 09:00 (\(number))",
        ]
    )
    // Another day, another time, a time spelled otherwise, another member of the staff.
    _ = try await clinic.book(on: 2)
    _ = try await clinic.book(on: 1, at: "09:30")
    _ = try await clinic.book(on: 1, at: "09.00")
    _ = try await clinic.book(on: 1, with: try await clinic.staff("Wulan"))
    #expect(try await shop.all(ClinicAppointment.self).count == 5)
  }

  @Test(arguments: ["InProgress", "Completed", "Cancelled"])
  func `an appointment that is no longer scheduled leaves its time to others`(
    status: String
  ) async throws {
    let first = try await clinic.book(on: 1)
    try await clinic.bill(first)
    try await clinic.bring(first, to: status)
    _ = try await clinic.book(on: 1)
  }

  @Test func `a deleted appointment leaves its time to others`() async throws {
    let first = try await clinic.book(on: 1)
    try await clinic.backend.mutation(ClinicAppointments.$remove(id: first))
    _ = try await clinic.book(on: 1)
  }

  @Test func `of parallel appointments for one time one is made`() async throws {
    let made = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask { [clinic] in
          do {
            _ = try await clinic.book(on: 1)
            return 1
          } catch let error as ConvexError where error.data["code"] == "CONFLICT_STATE" {
            return 0
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(made == 1)
    #expect(try await shop.all(ClinicAppointment.self).count == 1)
  }

  @Test func `an appointment moves to another time and to other staff`() async throws {
    let appointment = try await clinic.book(on: 1)
    let groomer = try await clinic.staff("Wulan")
    try await clinic.backend.mutation(
      ClinicAppointments.$reschedule(
        appointmentId: appointment,
        appointmentDate: 2.0,
        appointmentTime: "10:00"
      )
    )
    var row = try await shop.row(appointment)
    #expect(row.appointmentDate == 2)
    #expect(row.appointmentTime == "10:00")
    #expect(row.staffId == clinic.vet)
    let moved = try await clinic.backend.mutation(
      ClinicAppointments.$reschedule(
        appointmentId: appointment,
        appointmentDate: 2.0,
        appointmentTime: "10:00",
        staffId: groomer
      )
    )
    #expect(moved == appointment)
    row = try await shop.row(appointment)
    #expect(row.staffId == groomer)
    #expect(row.status == "Scheduled")
  }

  @Test func `an appointment moves to no time that is taken and may stay where it is`()
    async throws
  {
    _ = try await clinic.book(on: 1)
    let second = try await clinic.book(on: 2)
    func move(to date: Double, _ staff: ID<ClinicStaff>? = nil) async throws {
      try await clinic.backend.mutation(
        ClinicAppointments.$reschedule(
          appointmentId: second,
          appointmentDate: date,
          appointmentTime: "09:00",
          staffId: staff
        )
      )
    }
    #expect(try await refusal { try await move(to: 1) }.code == "CONFLICT_STATE")
    try await move(to: 2)
    let gone = try await clinic.staff("Wulan")
    try await clinic.backend.mutation(ClinicStaffMembers.$remove(id: gone))
    #expect(
      try await refusal { try await move(to: 3, gone) }
        == Refused(code: "NOT_FOUND", details: ["table": "clinicStaff", "id": .id(gone)])
    )
    #expect(try await shop.row(second).appointmentDate == 2)
  }
}
