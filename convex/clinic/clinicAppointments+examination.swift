import Hull

/// What is found at an appointment.
@Functions("clinic/clinicAppointments")
enum ClinicExaminations {
  /// Begins the examination of a scheduled appointment, noting why the pet was brought.
  @Mutation
  static func startExamination(
    _ ctx: MutationContext,
    appointmentId: ID<ClinicAppointment>,
    chiefComplaint: String
  ) async throws -> ID<ClinicAppointment> {
    let appointment = try await ctx.db.live(appointmentId)
    let complaint = try Form.required(chiefComplaint, "chiefComplaint")
    guard appointment.status == AppointmentStatus.scheduled else {
      throw Refusal.appointment(appointment.status, cannot: "start an examination")
    }
    try await ctx.db.patch(appointmentId) {
      $0.set(\.status, AppointmentStatus.inProgress)
      $0.set(\.chiefComplaint, complaint)
    }
    return appointmentId
  }

  /// Notes what was found; fields that are not given change nothing.
  ///
  /// The screen sends all its texts with each change: a blank one empties its field, but for the
  /// complaint, which every examination has.
  @Mutation
  static func updateClinicalData(
    _ ctx: MutationContext,
    appointmentId: ID<ClinicAppointment>,
    chiefComplaint: String?,
    temperature: Double?,
    weight: Double?,
    heartRate: Double?,
    respiratoryRate: Double?,
    bloodPressureSystolic: Double?,
    bloodPressureDiastolic: Double?,
    physicalExamination: String?,
    diagnosis: String?,
    treatmentPlan: String?,
    notes: String?
  ) async throws -> ID<ClinicAppointment> {
    _ = try await ctx.db.openAppointment(appointmentId, to: "be examined")
    func measured(_ value: Double?, _ field: String) throws -> Double? {
      try value.map { try Form.measurement($0, field) }
    }
    try await ctx.db.patch(appointmentId) {
      $0.set(\.chiefComplaint, ifPresent: chiefComplaint?.nonBlank)
      $0.set(\.temperature, ifPresent: try measured(temperature, "temperature"))
      $0.set(\.weight, ifPresent: try weight.map(Form.weight))
      $0.set(\.heartRate, ifPresent: try measured(heartRate, "heartRate"))
      $0.set(\.respiratoryRate, ifPresent: try measured(respiratoryRate, "respiratoryRate"))
      $0.set(
        \.bloodPressureSystolic,
        ifPresent: try measured(bloodPressureSystolic, "bloodPressureSystolic")
      )
      $0.set(
        \.bloodPressureDiastolic,
        ifPresent: try measured(bloodPressureDiastolic, "bloodPressureDiastolic")
      )
      if let physicalExamination {
        $0.set(\.physicalExamination, physicalExamination.nonBlank)
      }
      if let diagnosis { $0.set(\.diagnosis, diagnosis.nonBlank) }
      if let treatmentPlan { $0.set(\.treatmentPlan, treatmentPlan.nonBlank) }
      if let notes { $0.set(\.notes, notes.nonBlank) }
    }
    return appointmentId
  }

  /// What was found so far; null if there is no such appointment or it is deleted.
  @Query
  static func getClinicalData(
    _ ctx: QueryContext,
    appointmentId: ID<ClinicAppointment>
  ) async throws -> ClinicalData? {
    guard let appointment = try await ctx.db.get(appointmentId), appointment.isLive else {
      return nil
    }
    return ClinicalData(appointment.value)
  }
}
