import Hull

/// A pet of the sample.
struct SamplePet {
  var owner: String
  var name: String
  var species: String
  var group: String?
  var breed: String?
  var gender: String
  var weight: Double?
  var color: String?
  var microchip: String?
  var allergies: [String]?
  var chronicConditions: [String]?
  var temperament: String?
  var handling: String?
  /// Days until the next rabies vaccination, which was given a year before; nil: never vaccinated.
  var vaccinationDueInDays: Double?

  static let all = [
    SamplePet(
      owner: "CUST0001",
      name: "Bruno",
      species: "Anjing",
      group: "Ras Besar",
      breed: "Golden Retriever",
      gender: "L",
      weight: 31.5,
      color: "Emas",
      microchip: "360000000000001",
      allergies: ["Ayam"],
      temperament: "Ramah, suka anak-anak",
      vaccinationDueInDays: 200
    ),
    SamplePet(
      owner: "CUST0001",
      name: "Kitty",
      species: "Kucing",
      group: "Bulu Panjang",
      breed: "Persia",
      gender: "P",
      weight: 4.2,
      color: "Putih",
      handling: "Sisir setiap hari",
      vaccinationDueInDays: 12
    ),
    SamplePet(
      owner: "CUST0001",
      name: "Pipit",
      species: "Burung",
      breed: "Lovebird",
      gender: "L",
      weight: 0.05,
      color: "Hijau"
    ),
    SamplePet(
      owner: "CUST0002",
      name: "Oyen",
      species: "Kucing",
      group: "Bulu Pendek",
      breed: "Domestik",
      gender: "L",
      weight: 5.1,
      color: "Oranye",
      temperament: "Mudah terkejut",
      vaccinationDueInDays: -20
    ),
    SamplePet(
      owner: "CUST0002",
      name: "Mochi",
      species: "Hamster",
      breed: "Syrian",
      gender: "P",
      weight: 0.13,
      color: "Krem"
    ),
    SamplePet(
      owner: "CUST0003",
      name: "Rocky",
      species: "Anjing",
      group: "Ras Besar",
      breed: "Rottweiler",
      gender: "L",
      weight: 44,
      color: "Hitam",
      microchip: "360000000000002",
      chronicConditions: ["Displasia pinggul"],
      temperament: "Waspada terhadap orang asing",
      handling: "Pakai brongsong saat pemeriksaan",
      vaccinationDueInDays: 90
    ),
    SamplePet(
      owner: "CUST0003",
      name: "Milo",
      species: "Anjing",
      group: "Ras Sedang",
      breed: "Beagle",
      gender: "L",
      weight: 11.2,
      color: "Tiga warna",
      vaccinationDueInDays: 25
    ),
    SamplePet(
      owner: "CUST0004",
      name: "Snowy",
      species: "Kelinci",
      breed: "Anggora",
      gender: "P",
      weight: 2.4,
      color: "Putih"
    ),
    SamplePet(
      owner: "CUST0004",
      name: "Nala",
      species: "Kucing",
      group: "Bulu Panjang",
      breed: "Maine Coon",
      gender: "P",
      weight: 6.3,
      color: "Abu-abu",
      allergies: ["Debu", "Gandum"],
      vaccinationDueInDays: 150
    ),
    SamplePet(
      owner: "CUST0005",
      name: "Max",
      species: "Anjing",
      group: "Ras Kecil",
      breed: "Pomeranian",
      gender: "L",
      weight: 2.8,
      color: "Cokelat",
      vaccinationDueInDays: -3
    ),
    SamplePet(
      owner: "CUST0006",
      name: "Daisy",
      species: "Anjing",
      group: "Ras Kecil",
      breed: "Shih Tzu",
      gender: "P",
      weight: 5.6,
      color: "Putih cokelat",
      microchip: "360000000000003",
      temperament: "Calm",
      vaccinationDueInDays: 300
    ),
    SamplePet(
      owner: "CUST0006",
      name: "Shelly",
      species: "Reptil",
      breed: "Sulcata",
      gender: "P",
      weight: 1.9,
      handling: "Keep the basking lamp on"
    ),
    SamplePet(
      owner: "CUST0007",
      name: "Jago",
      species: "Burung",
      breed: "Kenari",
      gender: "L",
      color: "Kuning"
    ),
    SamplePet(
      owner: "CUST0008",
      name: "Luna",
      species: "Kucing",
      group: "Bulu Pendek",
      breed: "British Shorthair",
      gender: "P",
      weight: 4.9,
      color: "Biru",
      chronicConditions: ["Asma"],
      vaccinationDueInDays: 45
    ),
    SamplePet(
      owner: "CUST0008",
      name: "Gogo",
      species: "Sugar Glider",
      gender: "L",
      weight: 0.11
    ),
    SamplePet(
      owner: "CUST0009",
      name: "Simba",
      species: "Kucing",
      group: "Bulu Pendek",
      breed: "Bengal",
      gender: "L",
      weight: 5.5,
      temperament: "Very active",
      vaccinationDueInDays: 8
    ),
    SamplePet(
      owner: "CUST0010",
      name: "Duri",
      species: "Landak Mini",
      gender: "L",
      weight: 0.4,
      handling: "Pegang dengan sarung tangan"
    ),
    SamplePet(
      owner: "CUST0010",
      name: "Momo",
      species: "Guinea Pig",
      gender: "P",
      weight: 0.9,
      allergies: ["Serbuk kayu pinus"]
    ),
  ]
}

extension SampleLoader {
  func loadPets() async throws {
    for sample in SamplePet.all {
      guard let owner = try await customer(sample.owner) else { continue }
      let (id, isNew) = try await row(try await pet(sample.name, of: owner)) {
        try await create(sample, for: owner)
      }
      guard isNew, let days = sample.vaccinationDueInDays else { continue }
      let due = ctx.now + days * Self.day
      _ = try await PetCare.addVaccination(
        ctx,
        petId: id,
        vaccineName: "Rabies",
        vaccineDate: due - 365 * Self.day,
        nextVaccineDate: due,
        veterinarian: "drh. Ratna Sari",
        clinic: "Klinik Pusat",
        notes: nil
      )
      countInserted(PetVaccination.self)
    }
  }

  /// A pet of a customer by its name.
  func pet(_ name: String, of owner: ID<Customer>) async throws -> ID<CustomerPet>? {
    try await ctx.db.query(CustomerPet.self)
      .withIndex(CustomerPet.byCustomer) { $0.eq(owner) }
      .filter { $0.name == name }
      .first()?.id
  }

  private func create(
    _ sample: SamplePet,
    for owner: ID<Customer>
  ) async throws -> ID<CustomerPet> {
    let species = try await ctx.db.species(named: sample.species)
    var group: ID<AnimalSubcategory>?
    if let name = sample.group { group = try await subcategory(name, of: species) }
    return try await CustomerPets.create(
      ctx,
      customerId: owner,
      name: sample.name,
      categoryId: species,
      species: nil,
      subcategoryId: group,
      breed: sample.breed,
      dateOfBirth: nil,
      gender: sample.gender,
      weight: sample.weight,
      color: sample.color,
      microchipNumber: sample.microchip,
      microchipId: nil,
      notes: nil,
      allergies: sample.allergies,
      chronicConditions: sample.chronicConditions,
      vaccinationStatus: sample.vaccinationDueInDays == nil ? .unknown : nil,
      temperament: sample.temperament,
      handlingInstructions: sample.handling
    )
  }
}
