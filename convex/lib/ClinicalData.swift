import Hull

/// What was found at an examination.
@ConvexObject
struct ClinicalData: Equatable {
  var chiefComplaint: String?
  /// In degrees Celsius.
  var temperature: Double?
  /// In kilograms.
  var weight: Double?
  /// Beats a minute.
  var heartRate: Double?
  /// Breaths a minute.
  var respiratoryRate: Double?
  /// In millimetres of mercury.
  var bloodPressureSystolic: Double?
  var bloodPressureDiastolic: Double?
  var physicalExamination: String?
  var diagnosis: String?
  var treatmentPlan: String?
  var notes: String?
}

extension ClinicalData {
  init(_ appointment: ClinicAppointment) {
    self.init(
      chiefComplaint: appointment.chiefComplaint,
      temperature: appointment.temperature,
      weight: appointment.weight,
      heartRate: appointment.heartRate,
      respiratoryRate: appointment.respiratoryRate,
      bloodPressureSystolic: appointment.bloodPressureSystolic,
      bloodPressureDiastolic: appointment.bloodPressureDiastolic,
      physicalExamination: appointment.physicalExamination,
      diagnosis: appointment.diagnosis,
      treatmentPlan: appointment.treatmentPlan,
      notes: appointment.notes
    )
  }

  /// The data as a text for the medical record, a line for each thing known; nil if nothing is.
  ///
  /// The diagnosis has a field of its own there and is left out.
  var recordText: String? {
    var lines: [String] = []
    func add(_ name: String, _ text: String?) {
      if let text { lines.append("\(name): \(text)") }
    }
    add("Keluhan", chiefComplaint)
    add("Suhu", temperature.map { "\($0.quantityText) °C" })
    add("Berat", weight.map { "\($0.quantityText) kg" })
    add("Detak jantung", heartRate.map { "\($0.quantityText)/menit" })
    add("Pernapasan", respiratoryRate.map { "\($0.quantityText)/menit" })
    add("Tekanan darah", bloodPressureText)
    add("Pemeriksaan fisik", physicalExamination)
    add("Rencana pengobatan", treatmentPlan)
    add("Catatan", notes)
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  private var bloodPressureText: String? {
    guard bloodPressureSystolic != nil || bloodPressureDiastolic != nil else { return nil }
    let parts = [bloodPressureSystolic, bloodPressureDiastolic].map { $0?.quantityText ?? "?" }
    return "\(parts.joined(separator: "/")) mmHg"
  }
}

extension Form {
  /// A measured value: a finite number, zero or more.
  ///
  /// - Throws: `VALIDATION`.
  static func measurement(_ value: Double, _ field: String) throws -> Double {
    guard value.isFinite, value >= 0 else {
      throw Refusal.invalid(
        field,
        "\(field) must be zero or more",
        "\(field) harus nol atau lebih"
      )
    }
    return value
  }
}
