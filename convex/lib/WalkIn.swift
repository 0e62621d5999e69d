import Hull

/// The customer that anonymous sales are made out to.
///
/// It earns and redeems no points and has no metrics row, so that sales at many tills have nothing
/// to conflict about.
enum WalkIn {
  static let code = "UMUM"
  static let name = "Pelanggan Umum"
}

extension Customer {
  /// Whether sales to this customer are anonymous.
  var isWalkIn: Bool { code == WalkIn.code }
}

extension DatabaseReading {
  /// The live walk-in customer.
  func walkIn() async throws -> Encoded<Customer>? {
    try await query(Customer.self).encoded()
      .withIndex(Customer.byCode) { $0.eq(WalkIn.code) }
      .filter { try $0.decoded().isLive }
      .first()
  }

  /// The live customer with a code; at most one is live, any number may be deleted.
  func customer(code: String) async throws -> Document<Customer>? {
    try await query(Customer.self)
      .withIndex(Customer.byCode) { $0.eq(code) }
      .filter(\.isLive)
      .first()
  }
}
