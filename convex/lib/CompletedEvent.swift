import Hull

/// Something a customer completed: a sale, a visit to the clinic, a stay at the hotel.
struct CompletedEvent {
  var kind: EventKind
  /// The id of the sale, appointment or booking.
  var referenceId: String
  /// The number people know it by.
  var referenceNumber: String
  var customerId: ID<Customer>
  /// What it came to, in rupiah, whether paid or not.
  var amount: Double
  var occurredAt: Double
  var branchId: ID<Branch>
  var petId: ID<CustomerPet>?
  var summary: String
  var pointsToRedeem = 0.0

  /// Records it: history, points and metrics, in the caller's transaction.
  ///
  /// - Throws: `INSUFFICIENT_POINTS` if it redeems more points than there are.
  func record(_ ctx: MutationContext) async throws -> EventOutcome {
    try await ctx.runMutation(
      LoyaltyEngine.$applyEvent(
        kind: kind,
        referenceId: referenceId,
        referenceNumber: referenceNumber,
        customerId: customerId,
        amount: amount,
        occurredAt: occurredAt,
        branchId: branchId,
        petId: petId,
        summary: summary,
        pointsToRedeem: pointsToRedeem
      )
    )
  }

  /// Takes a recorded event back, in the caller's transaction.
  ///
  /// - Throws: `NOT_FOUND`; `CONFLICT_STATE` if it was taken back already.
  static func reverse(
    _ kind: EventKind,
    referenceId: String,
    reason: String?,
    _ ctx: MutationContext
  ) async throws -> EventOutcome {
    try await ctx.runMutation(
      LoyaltyEngine.$reverseEvent(kind: kind, referenceId: referenceId, reason: reason)
    )
  }

  /// What a list of names says in one line: the first three, and how many more there are.
  static func summary(of names: [String]) -> String {
    let shown = names.prefix(3).joined(separator: ", ")
    return names.count > 3 ? "\(shown) +\(names.count - 3)" : shown
  }
}
