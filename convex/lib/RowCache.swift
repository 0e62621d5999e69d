import Hull

/// Rows that many rows of a list refer to, each read once.
struct RowCache<Of: Table> {
  private var rows: [ID<Of>: Encoded<Of>?] = [:]

  /// The row, deleted or not; null if there is none.
  mutating func row(
    _ id: ID<Of>,
    in db: some DatabaseReading
  ) async throws -> Nullable<Encoded<Of>> {
    if let known = rows[id] { return Nullable(known) }
    let row = try await db.getEncoded(id)
    rows[id] = .some(row)
    return Nullable(row)
  }
}

extension RowCache {
  /// The row that may be referred to; null if none is.
  mutating func row(
    ifPresent id: ID<Of>?,
    in db: some DatabaseReading
  ) async throws -> Nullable<Encoded<Of>> {
    guard let id else { return .null }
    return try await row(id, in: db)
  }
}
