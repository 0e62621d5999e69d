import Hull

// The shapes of what the profile functions return.

/// Everything about one customer.
@ConvexObject
struct CustomerProfile {
  @Flatten var customer: Document<Customer>
  var preferences: CustomerPreferences
  var metrics: ProfileMetrics
  var loyalty: ProfileLoyalty
  var pets: [PetWithSpecies]
  var upcoming: Upcoming
  var recentHistory: [Encoded<CustomerHistory>]
}

/// How a customer wants to hear from the shop, with what absent fields mean.
@ConvexObject
struct CustomerPreferences {
  var preferredContact: Nullable<ContactChannel>
  var contactChannels: [ContactChannel]
  var marketingOptIn: Bool
  var marketingOptInAt: Nullable<Double>

  init(_ customer: Customer) {
    preferredContact = Nullable(customer.preferredContact)
    contactChannels = customer.contactChannels ?? []
    marketingOptIn = customer.marketingOptIn ?? false
    marketingOptInAt = Nullable(customer.marketingOptInAt)
  }
}

/// What a customer spent, and how often they came.
@ConvexObject
struct ProfileMetrics {
  var totalSpent: Double
  var visitCount: Double
  var lastVisit: Nullable<Double>
  var saleCount: Double
  var clinicVisitCount: Double
  var hotelStayCount: Double

  init(_ figures: CustomerFigures) {
    totalSpent = figures.totalSpent
    visitCount = figures.visitCount
    lastVisit = Nullable(figures.lastVisit)
    saleCount = figures.saleCount
    clinicVisitCount = figures.clinicVisitCount
    hotelStayCount = figures.hotelStayCount
  }
}

/// A customer's points, and what is missing to the next tier.
@ConvexObject
struct ProfileLoyalty {
  var points: Double
  var tier: LoyaltyTier
  /// What the points are worth as a discount, in rupiah.
  var pointsValue: Double
  var lifetimePointsEarned: Double
  var lifetimePointsRedeemed: Double
  /// Null in the highest tier.
  var nextTier: Nullable<LoyaltyTier>
  /// The rupiah still to be spent for it.
  var amountToNextTier: Nullable<Double>

  init(_ figures: CustomerFigures) {
    let next = figures.loyaltyTier.next
    points = figures.loyaltyPoints
    tier = figures.loyaltyTier
    pointsValue = LoyaltyProgram.value(ofPoints: figures.loyaltyPoints)
    lifetimePointsEarned = figures.lifetimePointsEarned
    lifetimePointsRedeemed = figures.lifetimePointsRedeemed
    nextTier = Nullable(next)
    amountToNextTier = Nullable(
      next.map { Rupiah.sum($0.minimumSpend, -figures.totalSpent) }
    )
  }
}

/// What a customer has booked, the next first.
@ConvexObject
struct Upcoming {
  var appointments: [Document<ClinicAppointment>]
  var bookings: [Document<HotelBooking>]
}

/// A customer seen by the loyalty programme.
@ConvexObject
struct LoyaltyProfile {
  var customerId: ID<Customer>
  var totalPurchases: Double
  var loyaltyPoints: Double
  var loyaltyTier: LoyaltyTier
  var totalSpent: Double
  var lastVisitDate: Nullable<Double>
  /// Names of products.
  var favoriteProducts: [String]
  var serviceHistory: ServiceHistory
}

/// How often a customer used each part of the business.
@ConvexObject
struct ServiceHistory {
  var totalSales: Double
  var totalClinicVisits: Double
  var totalHotelStays: Double
}

/// One of those who have spent most.
@ConvexObject
struct TopCustomer {
  var customerId: ID<Customer>
  var code: String
  var name: String
  var loyaltyTier: LoyaltyTier
  var loyaltyPoints: Double
  var totalSpent: Double
  var visitCount: Double

  init(_ customer: Document<Customer>, _ metrics: CustomerMetrics) {
    customerId = customer.id
    code = customer.code
    name = customer.name
    loyaltyTier = metrics.loyaltyTier
    loyaltyPoints = metrics.loyaltyPoints
    totalSpent = metrics.totalSpent
    visitCount = metrics.visitCount
  }
}
