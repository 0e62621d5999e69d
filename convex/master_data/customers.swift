import Hull

/// The customers: registering, changing, listing.
///
/// Its neighbours add finding, the walk-in customer, and the profile.
@Functions("master_data/customers")
enum Customers {
  /// The most customers a list holds: the most elements an array may have.
  static let maximumListed = 8_192

  /// The newest customers in the order they were created: active ones, or all with `includeInactive`.
  ///
  /// At most `limit`, 8 192 unless given. The walk-in customer is always among them: the till selects
  /// it at the start.
  @Query
  static func list(
    _ ctx: QueryContext,
    includeInactive: Bool = false,
    limit: Double?
  ) async throws -> [Encoded<Customer>] {
    let limit = try Form.limit(limit, default: maximumListed, maximum: maximumListed)
    var customers = Array(
      try await newestFirst(ctx, includeInactive: includeInactive).take(limit).reversed()
    )
    if customers.count == limit,
      let walkIn = try await ctx.db.walkIn(),
      !customers.contains(where: { $0.id == walkIn.id }),
      try includeInactive || walkIn.decoded().isActive
    {
      customers[0] = walkIn
    }
    return customers
  }

  /// A page of the customers, newest first.
  @Query
  static func listPaginated(
    _ ctx: QueryContext,
    paginationOpts: PaginationOptions,
    includeInactive: Bool = false
  ) async throws -> Paginated<Encoded<Customer>> {
    try await newestFirst(ctx, includeInactive: includeInactive).paginate(paginationOpts)
  }

  /// A customer, deleted or not: old sales still show the name.
  ///
  /// Null if there never was one.
  @Query
  static func get(_ ctx: QueryContext, id: ID<Customer>) async throws -> Encoded<Customer>? {
    try await ctx.db.getEncoded(id)
  }

  /// Registers a customer.
  ///
  /// Texts are trimmed, a blank one counts as absent, and the code is put in upper case. Without a
  /// code the customer gets the next `CUST` number; without a phone an email is needed.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    code: String?,
    name: String,
    phone: String?,
    email: String?,
    address: String?,
    city: String?,
    province: String?,
    postalCode: String?,
    dateOfBirth: Double?,
    gender: String?,
    idNumber: String?,
    notes: String?,
    preferredContact: ContactChannel?,
    contactChannels: [ContactChannel]?,
    marketingOptIn: Bool?
  ) async throws -> ID<Customer> {
    var customer = Customer(
      code: try await CustomerCodes.code(for: code, in: ctx.db),
      name: try Form.required(name, "name"),
      phone: "-",
      address: address?.nonBlank,
      city: city?.nonBlank,
      province: province?.nonBlank,
      postalCode: postalCode?.nonBlank,
      dateOfBirth: try dateOfBirth.map { try Form.finite($0, "dateOfBirth") },
      gender: try Form.gender(gender),
      idNumber: idNumber?.nonBlank,
      notes: notes?.nonBlank,
      isActive: true,
      preferredContact: preferredContact,
      contactChannels: contactChannels?.withoutRepetition
    )
    try customer.setContact(phone: phone?.nonBlank, email: email?.nonBlank)
    customer.setMarketingOptIn(marketingOptIn, at: ctx.now)
    return try await register(ctx, customer)
  }

  /// Registers a customer at the till, or finds the one who is registered already.
  ///
  /// An active customer with the same phone, or failing that the same email, is returned as it is.
  /// Needs a phone or an email.
  @Mutation
  static func quickCreate(
    _ ctx: MutationContext,
    name: String,
    phone: String?,
    email: String?,
    marketingOptIn: Bool?
  ) async throws -> QuickRegistration {
    let name = try Form.required(name, "name")
    if let known = try await ctx.db.activeCustomer(phone: phone, email: email) {
      return QuickRegistration(customerId: known.id, created: false)
    }
    var customer = Customer(
      code: try await CustomerCodes.next(in: ctx.db),
      name: name,
      phone: "-",
      isActive: true
    )
    try customer.setContact(
      phone: phone.flatMap(ContactKeys.phone) == nil ? nil : phone?.nonBlank,
      email: email?.nonBlank
    )
    customer.setMarketingOptIn(marketingOptIn, at: ctx.now)
    return QuickRegistration(customerId: try await register(ctx, customer), created: true)
  }

  /// Changes the fields that are given; null removes one, and a blank text changes nothing.
  @Mutation
  static func update(
    _ ctx: MutationContext,
    id: ID<Customer>,
    code: String?,
    name: String?,
    phone: Patch<String>,
    email: Patch<String>,
    address: Patch<String>,
    city: Patch<String>,
    province: Patch<String>,
    postalCode: Patch<String>,
    dateOfBirth: Patch<Double>,
    gender: Patch<String>,
    idNumber: Patch<String>,
    notes: Patch<String>,
    isActive: Bool?,
    preferredContact: Patch<ContactChannel>,
    contactChannels: Patch<[ContactChannel]>,
    marketingOptIn: Patch<Bool>
  ) async throws -> ID<Customer> {
    var customer = try await ctx.db.live(id).value
    if let code = try Form.change(code, "code") {
      try await CustomerCodes.change(of: id, in: &customer, to: code, db: ctx.db)
    }
    if let name = try Form.change(name, "name") { customer.name = name }
    try customer.changeContact(phone: phone.trimmed, email: email.trimmed)
    address.trimmed.apply(to: &customer.address)
    city.trimmed.apply(to: &customer.city)
    province.trimmed.apply(to: &customer.province)
    postalCode.trimmed.apply(to: &customer.postalCode)
    try dateOfBirth.map { try Form.finite($0, "dateOfBirth") }.apply(to: &customer.dateOfBirth)
    try gender.trimmed.map(Form.gender).apply(to: &customer.gender)
    idNumber.trimmed.apply(to: &customer.idNumber)
    notes.trimmed.apply(to: &customer.notes)
    if let isActive { customer.isActive = isActive }
    customer.changePreferences(preferredContact, contactChannels, marketingOptIn, at: ctx.now)
    try await ctx.db.replace(id, with: customer)
    return id
  }

  /// Changes how a customer wants to hear from the shop, if at all.
  @Mutation
  static func updatePreferences(
    _ ctx: MutationContext,
    id: ID<Customer>,
    preferredContact: Patch<ContactChannel>,
    contactChannels: Patch<[ContactChannel]>,
    marketingOptIn: Bool?
  ) async throws -> ID<Customer> {
    var customer = try await ctx.db.live(id).value
    customer.changePreferences(
      preferredContact,
      contactChannels,
      marketingOptIn.map { .set($0) } ?? .unchanged,
      at: ctx.now
    )
    try await ctx.db.replace(id, with: customer)
    return id
  }

  /// Hides a customer.
  ///
  /// Pets, sales and history stay, and the code becomes free; deleting twice changes nothing.
  @Mutation
  static func remove(_ ctx: MutationContext, id: ID<Customer>) async throws -> ID<Customer> {
    if try await ctx.db.existing(id).isLive {
      try await ctx.db.patch(id, \.deletedAt, to: ctx.now)
    }
    return id
  }

  /// The live customers, newest first.
  static func newestFirst(
    _ ctx: QueryContext,
    includeInactive: Bool
  ) -> DocumentQuery<Encoded<Customer>> {
    let customers = ctx.db.query(Customer.self).encoded()
    let live =
      includeInactive
      ? customers.withIndex(Customer.byDeleted) { $0.eq(nil) }
      : customers.withIndex(Customer.byDeletedActive) { $0.eq(nil).eq(true) }
    return live.order(.descending)
  }

  /// Inserts a customer and, unless it is the walk-in customer, a metrics row of zeros.
  private static func register(
    _ ctx: MutationContext,
    _ customer: Customer
  ) async throws -> ID<Customer> {
    let id = try await ctx.db.insert(customer)
    if !customer.isWalkIn {
      _ = try await ctx.db.insert(
        CustomerFigures().metrics(of: id, replacing: nil, at: ctx.now)
      )
    }
    return id
  }
}

/// What `quickCreate` did.
@ConvexObject
struct QuickRegistration {
  var customerId: ID<Customer>
  /// False if the customer was registered already.
  var created: Bool
}
