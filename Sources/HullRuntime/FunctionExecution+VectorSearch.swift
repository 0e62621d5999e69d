// The vector searches of actions.

import Hull
import HullDatabase
import HullValues

extension FunctionExecution {
  func vectorSearch(_ query: VectorQuery) async throws -> [VectorHit] {
    guard let operations else {
      throw HullError(
        code: .invalidArgument,
        message: "Vector search is only available in actions."
      )
    }
    return try await operations.run {
      try await operation { try await tree.runner.database.vectorSearch(query) }
    }
  }
}
