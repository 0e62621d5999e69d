import Hull

/// An appointment of the sample.
struct SampleAppointment {
  var customer: String
  var pet: String
  /// The code of the staff member, whose branch it is at.
  var staff: String
  /// Days after its customer was registered; no two appointments of a customer are equal.
  var daysFromNow: Double
  var time: String
  /// What was found, if the examination began.
  var examination: ClinicalData?
  var lines: [Line] = []
  /// What completes it; nil leaves it scheduled.
  var payment: PaymentInput?

  /// What is on the bill, at the price of the catalogue.
  struct Line {
    var sku: String
    var quantity: Double
    /// How to take it, if it is a medicine that is prescribed.
    var dosage: String?
  }

  static let all = [
    SampleAppointment(
      customer: "CUST0006",
      pet: "Daisy",
      staff: "DRH001",
      daysFromNow: 2,
      time: "09:00"
    )
  ]
}

extension SampleLoader {
  func loadClinicStaff() async throws {
    for (code, name, role, field, branch) in [
      ("DRH001", "drh. Ratna Sari", "Veterinarian", "Hewan kecil", "PUSAT"),
      ("DRH002", "drh. Bayu Nugroho", "Veterinarian", "Bedah", "BANDUNG"),
      ("GRM001", "Wulan Puspita", "Groomer", "Perawatan bulu", "PUSAT"),
    ] {
      guard let branch = try await self.branch(branch) else { continue }
      _ = try await row(try await staff(code)?.id) {
        try await ClinicStaffMembers.create(
          ctx,
          code: code,
          name: name,
          role: role,
          specialization: field,
          phone: nil,
          email: nil,
          branchId: branch
        )
      }
    }
  }

  /// The staff member with a code, deleted or not.
  private func staff(_ code: String) async throws -> Document<ClinicStaff>? {
    try await ctx.db.query(ClinicStaff.self).withIndex(ClinicStaff.byCode) { $0.eq(code) }.first()
  }

  /// Makes an appointment through the functions of the clinic, unless it is there.
  ///
  /// An appointment of the sample is known by its customer and its date, which follows from when the
  /// customer was registered.
  func load(_ sample: SampleAppointment) async throws {
    guard let customer = try await customer(sample.customer),
      let pet = try await pet(sample.pet, of: customer),
      let staff = try await staff(sample.staff)
    else { return }
    let registered = try await ctx.db.existing(customer).creationTime.rounded(.down)
    let date = registered + sample.daysFromNow * Self.day
    _ = try await row(
      try await ctx.db.query(ClinicAppointment.self)
        .withIndex(ClinicAppointment.byCustomer) { $0.eq(customer) }
        .filter { $0.appointmentDate == date }
        .first()?.id
    ) {
      let appointment = try await ClinicAppointments.create(
        ctx,
        branchId: staff.branchId,
        petId: pet,
        customerId: customer,
        staffId: staff.id,
        appointmentDate: date,
        appointmentTime: sample.time,
        notes: nil
      ).appointmentId
      if let found = sample.examination { try await note(found, at: appointment) }
      for line in sample.lines { try await add(line, to: appointment) }
      if let payment = sample.payment { try await complete(appointment, payment) }
      return appointment
    }
  }

  private func note(
    _ found: ClinicalData,
    at appointment: ID<ClinicAppointment>
  ) async throws {
    _ = try await ClinicExaminations.startExamination(
      ctx,
      appointmentId: appointment,
      chiefComplaint: found.chiefComplaint ?? ""
    )
    _ = try await ClinicExaminations.updateClinicalData(
      ctx,
      appointmentId: appointment,
      chiefComplaint: nil,
      temperature: found.temperature,
      weight: found.weight,
      heartRate: found.heartRate,
      respiratoryRate: found.respiratoryRate,
      bloodPressureSystolic: found.bloodPressureSystolic,
      bloodPressureDiastolic: found.bloodPressureDiastolic,
      physicalExamination: found.physicalExamination,
      diagnosis: found.diagnosis,
      treatmentPlan: found.treatmentPlan,
      notes: found.notes
    )
  }

  private func add(
    _ line: SampleAppointment.Line,
    to appointment: ID<ClinicAppointment>
  ) async throws {
    guard let service = try await product(line.sku) else { return }
    _ = try await ClinicAppointmentServices.create(
      ctx,
      appointmentId: appointment,
      serviceId: service,
      productId: line.dosage == nil ? nil : service,
      variantId: nil,
      quantity: line.quantity,
      unitPrice: try await ctx.db.existing(service).sellingPrice,
      discountAmount: 0,
      discountType: "nominal",
      isPrescription: line.dosage != nil,
      prescriptionDosage: line.dosage,
      notes: nil
    )
    countInserted(ClinicAppointmentService.self)
  }

  private func complete(
    _ appointment: ID<ClinicAppointment>,
    _ payment: PaymentInput
  ) async throws {
    let completed = try await ClinicBilling.submitAppointment(
      ctx,
      appointmentId: appointment,
      payments: [payment]
    )
    countInserted(ClinicPayment.self)
    countInserted(PetMedicalRecord.self)
    countEvent(earned: completed.pointsEarned, redeemed: 0)
  }
}
