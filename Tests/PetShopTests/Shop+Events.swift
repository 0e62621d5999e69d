import Hull
import HullTesting

@testable import PetShop

/// An event as sales, clinic and hotel will record it when they complete something.
struct TestEvent {
  var kind: EventKind
  var reference: String
  var amount: Double
  var pointsToRedeem: Double = 0
  var occurredAt: Double?
  var pet: ID<CustomerPet>?

  func arguments(for customer: ID<Customer>, now: Double) throws -> ConvexObject {
    var arguments: ConvexObject = [
      "kind": .string(kind.rawValue),
      "referenceId": .string(reference),
      "referenceNumber": .string("NO-\(reference)"),
      "customerId": .id(customer),
      "amount": .float64(amount),
      "occurredAt": .float64(occurredAt ?? now),
      "summary": "Test",
      "pointsToRedeem": .float64(pointsToRedeem),
    ]
    if let pet { try arguments.set("petId", to: .id(pet)) }
    return arguments
  }
}

extension Shop {
  /// Completes something, at a time of its own.
  @discardableResult
  func complete(_ event: TestEvent, for customer: ID<Customer>) async throws -> EventOutcome {
    try await tick()
    return try await backend.mutation(
      LoyaltyEngine.$applyEvent,
      event.arguments(for: customer, now: backend.clock.now)
    )
  }

  @discardableResult
  func sell(
    _ amount: Double,
    as reference: String,
    redeeming points: Double = 0,
    to customer: ID<Customer>
  ) async throws -> EventOutcome {
    try await complete(
      TestEvent(kind: .sale, reference: reference, amount: amount, pointsToRedeem: points),
      for: customer
    )
  }

  @discardableResult
  func refund(_ reference: String, kind: EventKind = .sale) async throws -> EventOutcome {
    try await tick()
    return try await backend.mutation(
      LoyaltyEngine.$reverseEvent,
      ["kind": .string(kind.rawValue), "referenceId": .string(reference)]
    )
  }

  /// The figures of the metrics row, which must exist and agree with an audit.
  func auditedFigures(of customer: ID<Customer>) async throws -> CustomerFigures? {
    let audit = try await backend.query(
      LoyaltyAudit.$auditCustomer,
      ["customerId": .id(customer)]
    )
    guard audit.ok else { throw FailedAudit(audit: audit) }
    return audit.actual.value?.figures
  }

  func ledger(of customer: ID<Customer>) async throws -> [LoyaltyTransaction] {
    try await all(LoyaltyTransaction.self).filter { $0.customerId == customer }.map(\.value)
  }

  func history(of customer: ID<Customer>) async throws -> [CustomerHistory] {
    try await all(CustomerHistory.self).filter { $0.customerId == customer }.map(\.value)
  }
}

/// An audit that found something.
struct FailedAudit: Error {
  var audit: CustomerAudit
}
