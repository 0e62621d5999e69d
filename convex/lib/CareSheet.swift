import Hull

/// What to know before taking a pet in.
@ConvexObject
struct CareSheet {
  var pet: Pet
  var owner: Nullable<Owner>
  var allergies: [String]
  var chronicConditions: [String]
  var temperament: Nullable<String>
  var handlingInstructions: Nullable<String>
  var vaccinationStatus: VaccinationStatus
  var nextVaccineDate: Nullable<Double>
  var booking: Nullable<Booking>
  var warnings: [Warning]

  /// The animal.
  @ConvexObject
  struct Pet {
    var _id: ID<CustomerPet>
    var name: String
    var species: Nullable<String>
    var breed: Nullable<String>
    var weight: Nullable<Double>
  }

  /// Whom to call.
  @ConvexObject
  struct Owner {
    var _id: ID<Customer>
    var name: String
    var phone: String
  }

  /// What was agreed for the stay.
  @ConvexObject
  struct Booking {
    var bookingNumber: String
    var checkInDate: Double
    var checkOutDate: Double
    var specialRequests: Nullable<String>
    var emergencyContact: Nullable<String>
    var ownFood: Bool
    var notes: Nullable<String>
  }

  /// What to look at twice.
  ///
  /// A booking is never refused because of it.
  enum Warning: String, ConvexLiteral {
    case vaccinationOverdue = "VACCINATION_OVERDUE"
    case vaccinationUnknown = "VACCINATION_UNKNOWN"
    case hasAllergies = "HAS_ALLERGIES"
    case hasChronicConditions = "HAS_CHRONIC_CONDITIONS"
  }
}

extension CareSheet {
  init(
    pet: Document<CustomerPet>,
    species: String?,
    owner: Document<Customer>?,
    booking: Document<HotelBooking>?
  ) {
    self.pet = Pet(
      _id: pet.id,
      name: pet.name,
      species: Nullable(species),
      breed: Nullable(pet.breed),
      weight: Nullable(pet.weight)
    )
    self.owner = Nullable(owner.map { Owner(_id: $0.id, name: $0.name, phone: $0.phone) })
    allergies = pet.allergies ?? []
    chronicConditions = pet.chronicConditions ?? []
    temperament = Nullable(pet.temperament)
    handlingInstructions = Nullable(pet.handlingInstructions)
    vaccinationStatus = pet.vaccinationStatus ?? .unknown
    nextVaccineDate = Nullable(pet.nextVaccineDate)
    self.booking = Nullable(booking.map(Booking.init))
    warnings = Self.warnings(about: pet.value)
  }

  private static func warnings(about pet: CustomerPet) -> [Warning] {
    var warnings: [Warning] = []
    switch pet.vaccinationStatus ?? .unknown {
    case .overdue: warnings.append(.vaccinationOverdue)
    case .unknown: warnings.append(.vaccinationUnknown)
    case .upToDate, .dueSoon: break
    }
    if !(pet.allergies ?? []).isEmpty { warnings.append(.hasAllergies) }
    if !(pet.chronicConditions ?? []).isEmpty { warnings.append(.hasChronicConditions) }
    return warnings
  }
}

extension CareSheet.Booking {
  init(_ booking: Document<HotelBooking>) {
    bookingNumber = booking.bookingNumber
    checkInDate = booking.checkInDate
    checkOutDate = booking.checkOutDate
    specialRequests = Nullable(booking.specialRequests)
    emergencyContact = Nullable(booking.emergencyContact)
    ownFood = booking.ownFood
    notes = Nullable(booking.notes)
  }
}
