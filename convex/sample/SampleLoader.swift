import Hull

/// Loads the sample data within one mutation, leaving alone what is there.
///
/// A class, because it counts while a closure of its own methods makes a row; it never leaves the
/// mutation.
final class SampleLoader {
  let ctx: MutationContext
  /// What each table got so far.
  private(set) var counts: [String: SampleCount] = [:]

  init(_ ctx: MutationContext) { self.ctx = ctx }

  /// Finds a row by its business key or makes it.
  func row<T: Table>(
    _ find: @autoclosure () async throws -> ID<T>?,
    orElse make: () async throws -> ID<T>
  ) async throws -> (id: ID<T>, isNew: Bool) {
    if let id = try await find() {
      counts[T.tableName, default: SampleCount(inserted: 0, existing: 0)].existing += 1
      return (id, false)
    }
    let id = try await make()
    counts[T.tableName, default: SampleCount(inserted: 0, existing: 0)].inserted += 1
    return (id, true)
  }

  /// Counts a row that belongs to another one and was made with it.
  func countInserted<T: Table>(_ table: T.Type) {
    counts[T.tableName, default: SampleCount(inserted: 0, existing: 0)].inserted += 1
  }
}

/// What the sample did to one table.
@ConvexObject
struct SampleCount {
  var inserted: Int
  var existing: Int
}
