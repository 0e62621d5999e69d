import Hull

/// A room, suite or cage of the pet hotel.
@Table("hotelRooms")
struct HotelRoom {
  var code: String
  var name: String
  var branchId: ID<Branch>
  var roomType: String
  var animalCategory: String
  var size: String
  var dailyRate: Double
  var capacity: Double
  var amenities: [String]
  var description: String?
  /// `Available`, `Occupied`, `Reserved` or `Maintenance`.
  var status: String
  var isActive: Bool
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byCode = index("by_code", \.code)
  static let byBranch = index("by_branch", \.branchId)
  static let byRoomType = index("by_room_type", \.roomType)
  static let byStatus = index("by_status", \.status)
  static let byAnimalCategory = index("by_animal_category", \.animalCategory)
}

/// A pet's stay at the hotel, from the reservation to the bill.
@Table("hotelBookings")
struct HotelBooking {
  var bookingNumber: String
  var branchId: ID<Branch>
  var customerId: ID<Customer>
  var petId: ID<CustomerPet>
  var roomId: ID<HotelRoom>
  var checkInDate: Double
  var checkOutDate: Double
  var actualCheckInDate: Double?
  var actualCheckOutDate: Double?
  /// `Reserved`, `CheckedIn`, `CheckedOut` or `Cancelled`.
  var status: String
  var numberOfDays: Double
  var dailyRate: Double
  var roomTotal: Double
  var servicesTotal: Double
  var consumablesTotal: Double
  var subtotal: Double
  var discountAmount: Double
  var discountType: String
  var taxAmount: Double
  var taxRate: Double
  var totalAmount: Double
  var paidAmount: Double
  var outstandingAmount: Double
  var specialRequests: String?
  var emergencyContact: String?
  var ownFood: Bool
  var notes: String?
  var pointsEarned: Double?
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byBookingNumber = index("by_booking_number", \.bookingNumber)
  static let byBranch = index("by_branch", \.branchId)
  static let byCustomer = index("by_customer", \.customerId)
  static let byPet = index("by_pet", \.petId)
  static let byRoom = index("by_room", \.roomId)
  static let byStatus = index("by_status", \.status)
  static let byCheckInDate = index("by_check_in_date", \.checkInDate)
  static let byCheckOutDate = index("by_check_out_date", \.checkOutDate)
  static let byRoomCheckout = index("by_room_checkout", \.roomId, \.checkOutDate)
  static let byRoomStatus = index("by_room_status", \.roomId, \.status)
}
