import Hull

/// Someone who works at a clinic.
@Table("clinicStaff")
struct ClinicStaff {
  var code: String
  var name: String
  var role: String
  var specialization: String?
  var phone: String?
  var email: String?
  var branchId: ID<Branch>
  var isActive: Bool
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byCode = index("by_code", \.code)
  static let byName = index("by_name", \.name)
  static let byBranch = index("by_branch", \.branchId)
  static let byRole = index("by_role", \.role)
}

/// A pet's visit to a clinic, from the booking to the bill.
@Table("clinicAppointments")
struct ClinicAppointment {
  var appointmentNumber: String
  var branchId: ID<Branch>
  var petId: ID<CustomerPet>
  var customerId: ID<Customer>
  var staffId: ID<ClinicStaff>
  var appointmentDate: Double
  /// Free text: one screen sends `09:00`, another `09.00`.
  var appointmentTime: String
  /// `Scheduled`, `InProgress`, `Completed` or `Cancelled`.
  var status: String
  var chiefComplaint: String?
  var temperature: Double?
  var weight: Double?
  var heartRate: Double?
  var respiratoryRate: Double?
  var bloodPressureSystolic: Double?
  var bloodPressureDiastolic: Double?
  var physicalExamination: String?
  var diagnosis: String?
  var treatmentPlan: String?
  var subtotal: Double
  var discountAmount: Double
  var discountType: String
  var taxAmount: Double
  var taxRate: Double
  var totalAmount: Double
  var paidAmount: Double
  var outstandingAmount: Double
  var notes: String?
  var completedAt: Double?
  var pointsEarned: Double?
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byAppointmentNumber = index("by_appointment_number", \.appointmentNumber)
  static let byBranch = index("by_branch", \.branchId)
  static let byPet = index("by_pet", \.petId)
  static let byCustomer = index("by_customer", \.customerId)
  static let byStaff = index("by_staff", \.staffId)
  static let byStatus = index("by_status", \.status)
  static let byAppointmentDate = index("by_appointment_date", \.appointmentDate)
  static let byDateAndTime = index("by_date_and_time", \.appointmentDate, \.appointmentTime)
  static let byStaffSlot = index(
    "by_staff_slot",
    \.staffId,
    \.appointmentDate,
    \.appointmentTime
  )
  static let byCustomerDue = index(
    "by_customer_due",
    \.customerId,
    \.status,
    \.outstandingAmount
  )
}
