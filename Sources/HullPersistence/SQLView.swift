package import HullValues

/// A read-only view of one table for people who open the file with SQL tools.
///
/// The columns are `_id`, `_creationTime` and the given ones. Strings, numbers, booleans (as 1 and
/// 0) and null come out as SQL values; an int64 does in an ``Column/Kind/int64`` column; everything
/// else, arrays and objects included, comes out as its JSON text.
package struct SQLView: Hashable, Sendable {
  /// A top-level field to show.
  package struct Column: Hashable, Sendable {
    /// How to read the field.
    package enum Kind: Hashable, Sendable {
      /// JSON scalars as SQL values, the rest as JSON text.
      case value
      /// The same, and `{"$integer": …}` as an SQL integer.
      case int64
    }

    /// The name of the field and of the column.
    package var name: String
    /// How to read the field.
    package var kind: Kind

    package init(name: String, kind: Kind = .value) {
      self.name = name
      self.kind = kind
    }
  }

  /// The name of the table and of the view.
  package var name: String
  /// The table shown.
  package var tableNumber: TableNumber
  /// The fields shown.
  package var columns: [Column]

  package init(name: String, tableNumber: TableNumber, columns: [Column]) {
    self.name = name
    self.tableNumber = tableNumber
    self.columns = columns
  }
}
