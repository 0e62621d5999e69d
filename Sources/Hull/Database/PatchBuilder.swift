/// The changes of one ``DatabaseWriter/patch(_:_:)``.
public struct PatchBuilder<T: Table> {
  private var changes: [(String, ConvexValue?)] = []
  private var failure: (any Error)?

  init() {}

  /// Whether nothing has been changed yet.
  public var isEmpty: Bool { changes.isEmpty }

  /// Sets a field; nil removes it.
  ///
  /// - Parameters:
  ///   - field: The field.
  ///   - value: Its new value.
  public mutating func set<Value>(
    _ field: KeyPath<T.Fields, Field<T, Value>>,
    _ value: Value
  ) {
    do {
      changes.append((T.fields[keyPath: field].path, try value.convexFieldValue()))
    } catch {
      if failure == nil { failure = error }
    }
  }

  /// Sets a field if there is a value for it, and leaves it alone otherwise.
  ///
  /// - Parameters:
  ///   - field: The field.
  ///   - value: Its new value; nil leaves the field as it is.
  public mutating func set<Value>(
    _ field: KeyPath<T.Fields, Field<T, Value>>,
    ifPresent value: Value?
  ) {
    if let value { set(field, value) }
  }

  /// Sets an optional field if there is a value for it, and leaves it alone otherwise.
  ///
  /// - Parameters:
  ///   - field: The field.
  ///   - value: Its new value; nil leaves the field as it is, rather than removing it.
  public mutating func set<Value>(
    _ field: KeyPath<T.Fields, Field<T, Value?>>,
    ifPresent value: Value?
  ) {
    if let value { set(field, value) }
  }

  /// Removes an optional field.
  ///
  /// - Parameter field: The field.
  public mutating func unset<Value>(_ field: KeyPath<T.Fields, Field<T, Value?>>) {
    changes.append((T.fields[keyPath: field].path, nil))
  }

  /// Does to an optional field what a caller asked for.
  ///
  /// - Parameters:
  ///   - field: The field.
  ///   - patch: The argument that says what to do.
  public mutating func apply<Value>(
    _ field: KeyPath<T.Fields, Field<T, Value?>>,
    _ patch: Patch<Value>
  ) {
    switch patch {
    case .unchanged: break
    case .clear: unset(field)
    case .set(let value): set(field, value)
    }
  }

  func finish() throws -> [(String, ConvexValue?)] {
    if let failure { throw failure }
    return changes
  }
}
