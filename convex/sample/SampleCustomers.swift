import Hull

/// A customer of the sample.
struct SampleCustomer {
  var code: String
  var name: String
  var phone: String
  var email: String?
  var address: String
  var city: String
  var province: String
  var postalCode: String
  var gender: String
  var notes: String?
  var preferredContact: ContactChannel?
  var contactChannels: [ContactChannel]?
  var marketingOptIn: Bool?
  /// Points carried over from the stamp cards of before.
  var carriedOverPoints: Double?
  var state = State.active

  enum State {
    case active, inactive, deleted
  }

  static let all = [
    SampleCustomer(
      code: "CUST0001",
      name: "Budi Santoso",
      phone: "081234567801",
      email: "budi.santoso@example.com",
      address: "Jl. Melati No. 12",
      city: "Jakarta Selatan",
      province: "DKI Jakarta",
      postalCode: "12430",
      gender: "L",
      preferredContact: .phone,
      contactChannels: [.phone, .sms],
      marketingOptIn: true
    ),
    SampleCustomer(
      code: "CUST0002",
      name: "Siti Rahayu",
      phone: "081234567802",
      email: "siti.rahayu@example.com",
      address: "Jl. Kenanga No. 5",
      city: "Jakarta Timur",
      province: "DKI Jakarta",
      postalCode: "13220",
      gender: "P",
      preferredContact: .email,
      contactChannels: [.email],
      marketingOptIn: true,
      carriedOverPoints: 350
    ),
    SampleCustomer(
      code: "CUST0003",
      name: "Andi Wijaya",
      phone: "+62 812-3456-7803",
      email: "andi.wijaya@example.com",
      address: "Jl. Dago No. 88",
      city: "Bandung",
      province: "Jawa Barat",
      postalCode: "40135",
      gender: "L",
      carriedOverPoints: 1_200
    ),
    SampleCustomer(
      code: "CUST0004",
      name: "Dewi Lestari",
      phone: "081234567804",
      email: "dewi.lestari@example.com",
      address: "Jl. Cihampelas No. 41",
      city: "Bandung",
      province: "Jawa Barat",
      postalCode: "40131",
      gender: "P",
      notes: "Berbagi nomor telepon dengan suami"
    ),
    SampleCustomer(
      code: "CUST0005",
      name: "Rudi Hartono",
      phone: "081234567804",
      email: "rudi.hartono@example.com",
      address: "Jl. Cihampelas No. 41",
      city: "Bandung",
      province: "Jawa Barat",
      postalCode: "40131",
      gender: "L"
    ),
    SampleCustomer(
      code: "CUST0006",
      name: "Emily Johnson",
      phone: "081234567806",
      email: "emily.johnson@example.com",
      address: "Jl. Kemang Raya No. 3",
      city: "Jakarta Selatan",
      province: "DKI Jakarta",
      postalCode: "12730",
      gender: "P",
      notes: "Speaks English",
      preferredContact: .email,
      contactChannels: [.email, .mail],
      marketingOptIn: false
    ),
    SampleCustomer(
      code: "CUST0007",
      name: "Agus Pratama",
      phone: "081234567807",
      address: "Jl. Mawar No. 27",
      city: "Depok",
      province: "Jawa Barat",
      postalCode: "16411",
      gender: "L"
    ),
    SampleCustomer(
      code: "CUST0008",
      name: "Maya Kusuma",
      phone: "081234567808",
      email: "maya.kusuma@example.com",
      address: "Jl. Anggrek No. 9",
      city: "Tangerang",
      province: "Banten",
      postalCode: "15118",
      gender: "P"
    ),
    SampleCustomer(
      code: "CUST0009",
      name: "James Wilson",
      phone: "081234567809",
      email: "james.wilson@example.com",
      address: "Jl. Senopati No. 60",
      city: "Jakarta Selatan",
      province: "DKI Jakarta",
      postalCode: "12190",
      gender: "L",
      notes: "Speaks English"
    ),
    SampleCustomer(
      code: "CUST0010",
      name: "Rina Anggraini",
      phone: "081234567810",
      email: "rina.anggraini@example.com",
      address: "Jl. Setiabudi No. 17",
      city: "Bandung",
      province: "Jawa Barat",
      postalCode: "40141",
      gender: "P"
    ),
    SampleCustomer(
      code: "CUST0011",
      name: "Hendra Gunawan",
      phone: "081234567811",
      email: "hendra.gunawan@example.com",
      address: "Jl. Teratai No. 2",
      city: "Bekasi",
      province: "Jawa Barat",
      postalCode: "17112",
      gender: "L",
      notes: "Pindah ke luar kota",
      state: .inactive
    ),
    SampleCustomer(
      code: "CUST0012",
      name: "Lina Marlina",
      phone: "081234567812",
      email: "lina.marlina@example.com",
      address: "Jl. Flamboyan No. 30",
      city: "Bogor",
      province: "Jawa Barat",
      postalCode: "16121",
      gender: "P",
      state: .deleted
    ),
  ]
}

extension SampleLoader {
  func loadCustomers() async throws {
    _ = try await row(try await customer(WalkIn.code)) {
      try await WalkInCustomers.createDefaultCustomer(ctx).id
    }
    for sample in SampleCustomer.all {
      let (id, isNew) = try await row(try await customer(sample.code)) {
        try await create(sample)
      }
      guard isNew else { continue }
      countInserted(CustomerMetrics.self)
      if let points = sample.carriedOverPoints {
        _ = try await LoyaltyEngine.adjustPoints(
          ctx,
          customerId: id,
          points: points,
          reason: "Saldo kartu stempel lama"
        )
        countInserted(LoyaltyTransaction.self)
      }
      switch sample.state {
      case .active: break
      case .inactive: try await ctx.db.patch(id, \.isActive, to: false)
      case .deleted: _ = try await Customers.remove(ctx, id: id)
      }
    }
  }

  /// The customer with a code, deleted or not.
  func customer(_ code: String) async throws -> ID<Customer>? {
    try await ctx.db.query(Customer.self).withIndex(Customer.byCode) { $0.eq(code) }.first()?.id
  }

  private func create(_ sample: SampleCustomer) async throws -> ID<Customer> {
    try await Customers.create(
      ctx,
      code: sample.code,
      name: sample.name,
      phone: sample.phone,
      email: sample.email,
      address: sample.address,
      city: sample.city,
      province: sample.province,
      postalCode: sample.postalCode,
      dateOfBirth: nil,
      gender: sample.gender,
      idNumber: nil,
      notes: sample.notes,
      preferredContact: sample.preferredContact,
      contactChannels: sample.contactChannels,
      marketingOptIn: sample.marketingOptIn
    )
  }
}
