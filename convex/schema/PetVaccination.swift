import Hull

/// A vaccination a pet was given.
@Table("petVaccinations")
struct PetVaccination {
  var petId: ID<CustomerPet>
  var vaccineName: String
  var vaccineDate: Double
  var nextVaccineDate: Double?
  var veterinarian: String?
  var clinic: String?
  var notes: String?
  var createdBy: ID<User>?
  var deletedAt: Double?

  static let byPet = index("by_pet", \.petId)
  static let byVaccineDate = index("by_vaccine_date", \.vaccineDate)
}
