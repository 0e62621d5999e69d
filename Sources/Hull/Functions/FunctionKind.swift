/// What a function may do.
public enum FunctionKind: String, Sendable, Hashable, CaseIterable {
  /// Reads one snapshot of the database; cached and reactive.
  case query
  /// Reads and writes the database in one serializable transaction.
  case mutation
  /// Runs outside any transaction and reaches the database through queries and mutations.
  case action
}

/// Who may call a function.
public enum Visibility: String, Sendable, Hashable, CaseIterable {
  /// Any client.
  case `public`
  /// Other functions, the scheduler, and callers with an admin key.
  case `internal`
}
