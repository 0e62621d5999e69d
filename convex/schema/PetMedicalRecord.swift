import Hull

/// What was found about a pet at a visit, and what was done.
@Table("petMedicalRecords")
struct PetMedicalRecord {
  var petId: ID<CustomerPet>
  var recordDate: Double
  var diagnosis: String?
  var treatment: String?
  /// One line for each medicine.
  var prescription: String?
  var veterinarian: String?
  var clinic: String?
  var notes: String?
  var createdBy: ID<User>?
  var deletedAt: Double?

  static let byPet = index("by_pet", \.petId)
  static let byRecordDate = index("by_record_date", \.recordDate)
}
