import Hull

/// Rows of a table found by id, each read once: for lists that show the same ones again and again.
struct RowsByID<T: Table> {
  private var rows: [ID<T>: Nullable<Encoded<T>>] = [:]

  /// The row with an id, deleted or not; null if there is no such row, or no id.
  mutating func row(
    _ id: ID<T>?,
    in db: some DatabaseReading
  ) async throws -> Nullable<Encoded<T>> {
    guard let id else { return .null }
    if let row = rows[id] { return row }
    let row = Nullable(try await db.getEncoded(id))
    rows[id] = row
    return row
  }
}
