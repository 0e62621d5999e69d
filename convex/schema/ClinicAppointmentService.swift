import Hull

/// A line of an appointment's bill: something done, or a medicine given or prescribed.
@Table("clinicAppointmentServices")
struct ClinicAppointmentService {
  var appointmentId: ID<ClinicAppointment>
  var serviceId: ID<Product>
  /// The goods it takes out of stock.
  var productId: ID<Product>?
  var variantId: ID<ProductVariant>?
  var quantity: Double
  var unitPrice: Double
  var discountAmount: Double
  var discountType: String
  var subtotal: Double
  /// A prescription takes its goods when it is picked up, anything else when the visit is billed.
  var isPrescription: Bool
  var prescriptionDosage: String?
  var prescriptionPickedUp: Bool?
  var prescriptionPickupDate: Double?
  var notes: String?
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byAppointment = index("by_appointment", \.appointmentId)
  static let byService = index("by_service", \.serviceId)
  static let byProduct = index("by_product", \.productId)
}

/// A payment for an appointment.
@Table("clinicPayments")
struct ClinicPayment {
  var appointmentId: ID<ClinicAppointment>
  var amount: Double
  var paymentMethod: String
  var referenceNumber: String?
  var paymentDate: Double
  var notes: String?
  var createdBy: ID<User>?
  var updatedBy: ID<User>?
  var deletedAt: Double?

  static let byAppointment = index("by_appointment", \.appointmentId)
  static let byPaymentMethod = index("by_payment_method", \.paymentMethod)
  static let byPaymentDate = index("by_payment_date", \.paymentDate)
}
