import Hull
import HullTesting
import Testing

@testable import PetShop

/// What may be done with an appointment in which state.
@Suite struct AppointmentStateTests {
  enum Action: String, CaseIterable {
    case examine, note, bill, unbill, discount, reschedule, submit, cancel, remove, pay, pickUp

    /// The states that allow it.
    var allowed: Set<String> {
      switch self {
      case .examine, .reschedule: ["Scheduled"]
      case .note, .bill, .unbill, .discount, .submit: ["Scheduled", "InProgress"]
      case .cancel, .remove: ["Scheduled", "InProgress", "Cancelled"]
      case .pay, .pickUp: ["Scheduled", "InProgress", "Completed"]
      }
    }

    /// What the refusal says an appointment of a state cannot do.
    var words: String {
      switch self {
      case .examine: "start an examination"
      case .note: "be examined"
      case .bill: "get more services"
      case .unbill: "lose services"
      case .discount: "be billed otherwise"
      case .reschedule: "be rescheduled"
      case .submit: "be completed"
      case .cancel: "be cancelled"
      case .remove: "be deleted"
      case .pay: "be paid"
      case .pickUp: "hand out prescriptions"
      }
    }

    /// The state it leads to from one that allows it.
    func result(from status: String) -> String {
      switch self {
      case .examine: "InProgress"
      case .submit: "Completed"
      case .cancel: "Cancelled"
      default: status
      }
    }
  }

  /// An appointment with a bill of a service and a prescription.
  private struct Visit {
    let clinic: Clinic
    let appointment: ID<ClinicAppointment>
    let service: ID<ClinicAppointmentService>
    let prescription: ID<ClinicAppointmentService>

    init(status: String) async throws {
      clinic = try await Clinic()
      let medicine = try await clinic.shop.product("Drontal", type: "medicine")
      _ = try await clinic.shop.stock(5, of: medicine, at: clinic.branch)
      appointment = try await clinic.book()
      service = try await clinic.bill(appointment)
      prescription = try await clinic.bill(
        appointment,
        medicine,
        goods: medicine,
        isPrescription: true
      )
      try await clinic.bring(appointment, to: status)
    }

    func perform(_ action: Action) async throws {
      let backend = clinic.backend
      switch action {
      case .examine: try await clinic.examine(appointment)
      case .note:
        try await backend.mutation(
          ClinicExaminations.$updateClinicalData(appointmentId: appointment, weight: 4.0)
        )
      case .bill: try await clinic.bill(appointment)
      case .unbill: try await backend.mutation(ClinicAppointmentServices.$remove(id: service))
      case .discount:
        try await backend.mutation(
          ClinicBilling.$updateDiscountAndTax(appointmentId: appointment, discountAmount: 1.0)
        )
      case .reschedule:
        try await backend.mutation(
          ClinicAppointments.$reschedule(
            appointmentId: appointment,
            appointmentDate: 9.0,
            appointmentTime: "11:00"
          )
        )
      case .submit: try await clinic.submit(appointment)
      case .cancel: try await clinic.cancel(appointment)
      case .remove: try await backend.mutation(ClinicAppointments.$remove(id: appointment))
      case .pay: try await clinic.pay(1_000, for: appointment)
      case .pickUp:
        try await backend.mutation(
          ClinicBilling.$pickupPrescription(serviceItemId: prescription)
        )
      }
    }
  }

  @Test(arguments: Action.allCases, Clinic.statuses)
  func `a state allows what it allows and refuses the rest without effect`(
    action: Action,
    status: String
  ) async throws {
    let visit = try await Visit(status: status)
    let before = try await visit.clinic.shop.row(visit.appointment)
    #expect(before.status == status)
    guard !action.allowed.contains(status) else {
      try await visit.perform(action)
      let after = try await visit.clinic.shop.row(visit.appointment)
      #expect(after.status == action.result(from: status))
      #expect((after.deletedAt != nil) == (action == .remove))
      return
    }
    #expect(
      try await refusal { try await visit.perform(action) }
        == Refused(code: "CONFLICT_STATE", details: ["currentStatus": .string(status)])
    )
    #expect(
      try await refusalWords { try await visit.perform(action) }
        == [
          "The appointment is \(status) and cannot \(action.words)",
          "Janji temu berstatus \(status) tidak dapat diproses",
        ]
    )
    #expect(try await visit.clinic.shop.row(visit.appointment) == before)
  }

  @Test(arguments: Action.allCases)
  func `a deleted appointment is not found`(action: Action) async throws {
    let visit = try await Visit(status: "Scheduled")
    try await visit.perform(.remove)
    let deleted = try await visit.clinic.shop.row(visit.appointment)
    if action == .remove {
      // Deleting twice keeps the first moment.
      try await visit.clinic.shop.tick()
      try await visit.perform(.remove)
    } else {
      #expect(
        try await refusal { try await visit.perform(action) }
          == Refused(
            code: "NOT_FOUND",
            details: ["table": "clinicAppointments", "id": .id(visit.appointment)]
          )
      )
    }
    #expect(try await visit.clinic.shop.row(visit.appointment) == deleted)
  }

  @Test func `an appointment that never was is not found`() async throws {
    let clinic = try await Clinic()
    let gone = try await clinic.book()
    try await clinic.backend.run { try await $0.db.delete(gone) }
    for body in [
      { try await clinic.examine(gone) }, { try await clinic.cancel(gone) },
      { try await clinic.backend.mutation(ClinicAppointments.$remove(id: gone)) },
    ] as [() async throws -> ID<ClinicAppointment>] {
      #expect(try await refusal(from: body).code == "NOT_FOUND")
      #expect(
        try await refusalWords(from: body)
          == ["Appointment not found", "Janji temu tidak ditemukan"]
      )
    }
  }

  @Test func `notes of a cancellation take the place of those there are`() async throws {
    let clinic = try await Clinic()
    let appointment = try await clinic.book(notes: "Kontrol")
    try await clinic.cancel(appointment, notes: " ")
    #expect(try await clinic.shop.row(appointment).notes == "Kontrol")
    try await clinic.cancel(appointment, notes: " Hewan sembuh ")
    #expect(try await clinic.shop.row(appointment).notes == "Hewan sembuh")
  }
}
