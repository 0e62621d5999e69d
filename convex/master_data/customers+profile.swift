import Hull

/// All that is known about a customer, across sales, clinic and hotel.
@Functions("master_data/customers")
enum CustomerProfiles {
  /// A customer's data, preferences, metrics, points, pets, what is coming up and what was last;
  /// null if there is no such customer.
  ///
  /// Takes the id as `customerId` or as `id`.
  @Query
  static func getProfile(
    _ ctx: QueryContext,
    customerId: ID<Customer>?,
    id: ID<Customer>?
  ) async throws -> CustomerProfile? {
    let id = try Form.exactlyOne(("customerId", customerId), ("id", id))
    guard let customer = try await ctx.db.get(id), customer.isLive else { return nil }
    let figures = try await ctx.db.figures(of: id)
    let pets = try await ctx.db.query(CustomerPet.self)
      .withIndex(CustomerPet.byCustomer) { $0.eq(id) }
      .filter(\.isLive)
      .take(200)
    return CustomerProfile(
      customer: customer,
      preferences: CustomerPreferences(customer.value),
      metrics: ProfileMetrics(figures),
      loyalty: ProfileLoyalty(figures),
      pets: try await ctx.db.withSpecies(pets),
      upcoming: Upcoming(
        appointments: try await openAppointments(ctx.db, of: id),
        bookings: try await openBookings(ctx.db, of: id)
      ),
      recentHistory: try await ctx.db.query(CustomerHistory.self).encoded()
        .withIndex(CustomerHistory.byCustomerDate) { $0.eq(id) }
        .order(.descending)
        .take(10)
    )
  }

  /// A page of a customer's history, newest first; of one kind or one pet, if given.
  @Query
  static func getHistory(
    _ ctx: QueryContext,
    customerId: ID<Customer>,
    paginationOpts: PaginationOptions,
    kind: String?,
    petId: ID<CustomerPet>?
  ) async throws -> Paginated<Encoded<CustomerHistory>> {
    let kind = try kind.map(historyKind)
    let history = ctx.db.query(CustomerHistory.self).encoded()
    if let petId {
      // A pet that changed hands has history with its former owners, too.
      return
        try await history
        .withIndex(CustomerHistory.byPetDate) { $0.eq(petId) }
        .order(.descending)
        .filter {
          let row = try $0.decoded()
          return row.customerId == customerId && (kind == nil || row.kind == kind)
        }
        .paginate(paginationOpts)
    }
    let rows =
      if let kind {
        history.withIndex(CustomerHistory.byCustomerKindDate) { $0.eq(customerId).eq(kind) }
      } else {
        history.withIndex(CustomerHistory.byCustomerDate) { $0.eq(customerId) }
      }
    return try await rows.order(.descending).paginate(paginationOpts)
  }

  /// A customer's points, spending and favourite products; null if there is no such customer.
  @Query
  static func getLoyaltyProfile(
    _ ctx: QueryContext,
    customerId: ID<Customer>
  ) async throws -> LoyaltyProfile? {
    guard let customer = try await ctx.db.get(customerId), customer.isLive else { return nil }
    let figures = try await ctx.db.figures(of: customerId)
    return LoyaltyProfile(
      customerId: customerId,
      totalPurchases: figures.saleCount,
      loyaltyPoints: figures.loyaltyPoints,
      loyaltyTier: figures.loyaltyTier,
      totalSpent: figures.totalSpent,
      lastVisitDate: Nullable(figures.lastVisit),
      favoriteProducts: try await favoriteProducts(ctx.db, of: customerId),
      serviceHistory: ServiceHistory(
        totalSales: figures.saleCount,
        totalClinicVisits: figures.clinicVisitCount,
        totalHotelStays: figures.hotelStayCount
      )
    )
  }

  /// The ten active customers who have spent most, out of the fifty who have.
  @Query
  static func getLoyaltyTop10(_ ctx: QueryContext) async throws -> [TopCustomer] {
    let spenders = ctx.db.query(CustomerMetrics.self)
      .withIndex(CustomerMetrics.bySpent)
      .order(.descending)
    var top: [TopCustomer] = []
    for metrics in try await spenders.take(50) where top.count < 10 {
      guard let customer = try await ctx.db.get(metrics.customerId),
        customer.isLive, customer.isActive
      else { continue }
      top.append(TopCustomer(customer, metrics.value))
    }
    return top
  }

  private static func historyKind(_ name: String) throws -> HistoryKind {
    guard let kind = HistoryKind(rawValue: name) else {
      let kinds = HistoryKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw Refusal.invalid(
        "kind",
        "kind must be one of \(kinds)",
        "Jenis riwayat harus salah satu dari \(kinds)"
      )
    }
    return kind
  }

  /// The next ten appointments among the newest fifty.
  private static func openAppointments(
    _ db: DatabaseReader,
    of customer: ID<Customer>
  ) async throws -> [Document<ClinicAppointment>] {
    let newest = try await db.query(ClinicAppointment.self)
      .withIndex(ClinicAppointment.byCustomer) { $0.eq(customer) }
      .order(.descending)
      .take(50)
    return Array(
      newest
        .filter { $0.isLive && AppointmentStatus.isOpen($0.status) }
        .sorted { $0.appointmentDate < $1.appointmentDate }
        .prefix(10)
    )
  }

  /// The next ten stays among the newest fifty.
  private static func openBookings(
    _ db: DatabaseReader,
    of customer: ID<Customer>
  ) async throws -> [Document<HotelBooking>] {
    let newest = try await db.query(HotelBooking.self)
      .withIndex(HotelBooking.byCustomer) { $0.eq(customer) }
      .order(.descending)
      .take(50)
    return Array(
      newest
        .filter { $0.isLive && BookingStatus.isOpen($0.status) }
        .sorted { $0.checkInDate < $1.checkInDate }
        .prefix(10)
    )
  }

  /// The names of the five products bought most often for the customer's first fifty pets, by the two
  /// hundred most bought of each.
  private static func favoriteProducts(
    _ db: DatabaseReader,
    of customer: ID<Customer>
  ) async throws -> [String] {
    let pets = try await db.query(CustomerPet.self)
      .withIndex(CustomerPet.byCustomer) { $0.eq(customer) }
      .filter(\.isLive)
      .take(50)
    var purchases: [ID<Product>: Double] = [:]
    for pet in pets {
      let preferences = try await db.query(PetProductPreference.self)
        .withIndex(PetProductPreference.byPetCount) { $0.eq(pet.id) }
        .order(.descending)
        .take(200)
      for preference in preferences {
        purchases[preference.productId, default: 0] += preference.purchaseCount
      }
    }
    let favorites = purchases.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
    var names: [String] = []
    for (product, _) in favorites.prefix(5) {
      if let name = try await db.get(product)?.name { names.append(name) }
    }
    return names
  }
}
