import Hull

extension DatabaseWriter {
  /// The next number under a key, from 1: no two transactions get the same one.
  ///
  /// Transactions that draw from one key conflict, and the engine runs the loser again.
  func nextNumber(_ key: String) async throws -> Int {
    let stored = try await query(NumberSequence.self)
      .withIndex(NumberSequence.byKey) { $0.eq(key) }
      .unique()
    let number = (stored?.lastNumber ?? 0) + 1
    if let stored {
      try await patch(stored.id, \.lastNumber, to: number)
    } else {
      _ = try await insert(NumberSequence(key: key, lastNumber: number))
    }
    return Int(number)
  }
}
