import Hull

/// The codes customers are known by: unique among the live ones, and given out when none is chosen.
enum CustomerCodes {
  /// The code for a new customer: the chosen one in upper case, or the next free `CUST` number.
  ///
  /// - Throws: `DUPLICATE_ENTRY` if another live customer has it.
  static func code(for chosen: String?, in db: DatabaseWriter) async throws -> String {
    guard let code = chosen?.nonBlank?.uppercased() else { return try await next(in: db) }
    try await requireFree(code, in: db)
    return code
  }

  /// The next free code: `CUST` and six digits.
  ///
  /// Numbers taken by hand are skipped.
  ///
  /// - Throws: `DUPLICATE_ENTRY` after twenty taken ones in a row.
  static func next(in db: DatabaseWriter) async throws -> String {
    var code = ""
    for _ in 0..<20 {
      code = "CUST" + (try await db.nextNumber("CUST")).padded(to: 6)
      if try await db.customer(code: code) == nil { return code }
    }
    throw Refusal.duplicate(Customer.self, field: "code", value: code)
  }

  /// Gives a customer another code.
  ///
  /// - Throws: `DUPLICATE_ENTRY` if another live customer has it; `VALIDATION` if it is, or was,
  ///   the walk-in customer's: its history has no metrics, everybody else's has.
  static func change(
    of id: ID<Customer>,
    in customer: inout Customer,
    to chosen: String,
    db: DatabaseWriter
  ) async throws {
    let code = chosen.uppercased()
    guard code != customer.code else { return }
    guard code != WalkIn.code, !customer.isWalkIn else {
      throw Refusal.invalid(
        "code",
        "The code \(WalkIn.code) belongs to the walk-in customer and cannot be moved",
        "Kode \(WalkIn.code) khusus untuk pelanggan umum"
      )
    }
    try await requireFree(code, in: db)
    customer.code = code
  }

  private static func requireFree(_ code: String, in db: DatabaseWriter) async throws {
    guard try await db.customer(code: code) == nil else {
      throw Refusal.duplicate(Customer.self, field: "code", value: code)
    }
  }
}
