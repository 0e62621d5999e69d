// Reading and changing the deployment's environment variables.

import HullDatabase

extension Backend {
  /// The deployment's environment variables, by name; those the server decides are not among them.
  ///
  /// - Throws: ``BackendError`` when the store fails.
  package func environmentVariables() async throws(BackendError) -> [String: String] {
    do {
      return try await database.begin().environmentVariables()
    } catch let error as DatabaseError {
      throw BackendError(error)
    } catch {
      throw .internal
    }
  }

  /// Changes environment variables in one transaction; queries that read one are run again.
  ///
  /// - Parameter changes: What to set and unset; of several for one name the last counts.
  /// - Throws: ``BackendError`` `EnvVarLimitMet` or `EnvVarTotalSizeLimitMet` if there would be too
  ///   many, and what the store throws.
  package func updateEnvironmentVariables(
    _ changes: [EnvironmentVariableChange]
  ) async throws(BackendError) {
    do {
      try await database.withTransaction(source: "_system/environmentVariables:update") {
        transaction in
        var variables = try await transaction.environmentVariables()
        var final: [String: String?] = [:]
        for change in changes { final[change.name] = .some(change.value) }
        for (name, value) in final { variables[name] = value }
        try Self.checkBounds(variables)
        for (name, value) in final.sorted(by: { $0.key < $1.key }) {
          try await transaction.setEnvironmentVariable(name, to: value)
        }
      }
    } catch let error as DatabaseError {
      throw BackendError(error)
    } catch let error as BackendError {
      throw error
    } catch {
      throw .internal
    }
  }

  private static func checkBounds(_ variables: [String: String]) throws(BackendError) {
    typealias Change = EnvironmentVariableChange
    guard variables.count <= Change.maximumCount else {
      throw BackendError(
        kind: .badRequest,
        code: "EnvVarLimitMet",
        message: "A deployment has at most \(Change.maximumCount) environment variables; these "
          + "would be \(variables.count)."
      )
    }
    let bytes = variables.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    guard bytes <= Change.maximumTotalBytes else {
      throw BackendError(
        kind: .badRequest,
        code: "EnvVarTotalSizeLimitMet",
        message: "All environment variables together have at most \(Change.maximumTotalBytes) "
          + "bytes; these would have \(bytes)."
      )
    }
  }
}
