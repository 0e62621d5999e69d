import Hull

/// A table whose rows are hidden, not removed, when they are deleted: old sales and bookings still
/// show their names.
protocol SoftDeletable: Table {
  /// When the row was deleted; nil while it is live.
  var deletedAt: Double? { get }
}

extension SoftDeletable {
  /// Whether lists, searches and references may use the row.
  var isLive: Bool { deletedAt == nil }
}

extension Customer: SoftDeletable {}
extension CustomerPet: SoftDeletable {}
extension PetVaccination: SoftDeletable {}
extension AnimalCategory: SoftDeletable {}
extension AnimalSubcategory: SoftDeletable {}
extension LoyaltyReward: SoftDeletable {}
extension Branch: SoftDeletable {}
extension Product: SoftDeletable {}
extension ProductVariant: SoftDeletable {}
extension Sale: SoftDeletable {}
extension SaleItem: SoftDeletable {}
extension SalePayment: SoftDeletable {}
extension ProductCategory: SoftDeletable {}
extension Brand: SoftDeletable {}
extension Unit: SoftDeletable {}
extension ClinicStaff: SoftDeletable {}
extension ClinicAppointment: SoftDeletable {}
extension ClinicAppointmentService: SoftDeletable {}
extension ClinicPayment: SoftDeletable {}
extension PetMedicalRecord: SoftDeletable {}
extension HotelRoom: SoftDeletable {}
extension HotelBooking: SoftDeletable {}
extension HotelBookingService: SoftDeletable {}
extension HotelConsumable: SoftDeletable {}
extension HotelPayment: SoftDeletable {}

extension DatabaseReading {
  /// A row that exists, deleted or not.
  ///
  /// - Throws: `NOT_FOUND`.
  func existing<T: Table>(_ id: ID<T>) async throws -> Document<T> {
    guard let row = try await get(id) else { throw Refusal.notFound(id) }
    return row
  }

  /// A row that exists and is not deleted.
  ///
  /// - Throws: `NOT_FOUND`.
  func live<T: SoftDeletable>(_ id: ID<T>) async throws -> Document<T> {
    let row = try await existing(id)
    guard row.isLive else { throw Refusal.notFound(id) }
    return row
  }
}
