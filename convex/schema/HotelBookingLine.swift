import Hull

/// A service during a stay, such as grooming.
@Table("hotelBookingServices")
struct HotelBookingService {
  var bookingId: ID<HotelBooking>
  var serviceId: ID<Product>
  var serviceDate: Double
  var quantity: Double
  var unitPrice: Double
  var discountAmount: Double
  var discountType: String
  var subtotal: Double
  var notes: String?
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byBooking = index("by_booking", \.bookingId)
  static let byService = index("by_service", \.serviceId)
  static let byServiceDate = index("by_service_date", \.serviceDate)
}

/// Goods a pet used up during a stay, at what they cost the shop.
@Table("hotelConsumables")
struct HotelConsumable {
  var bookingId: ID<HotelBooking>
  var productId: ID<Product>
  var variantId: ID<ProductVariant>?
  var consumptionDate: Double
  var quantity: Double
  var unitPrice: Double
  var subtotal: Double
  var notes: String?
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byBooking = index("by_booking", \.bookingId)
  static let byProduct = index("by_product", \.productId)
  static let byConsumptionDate = index("by_consumption_date", \.consumptionDate)
}
