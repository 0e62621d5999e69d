// Faults a test injects into its backend.

import HullDatabase
import HullRuntime
import HullValues
import Synchronization

/// The faults of one backend: what a test lets go wrong.
public struct TestFaults: Sendable {
  let plan: FaultPlan

  /// Makes the next commits that touch a table lose against another writer.
  ///
  /// The mutation is retried as after a real conflict, and its caller notices nothing while the
  /// retries suffice.
  ///
  /// - Parameters:
  ///   - count: How many commits are to fail, those of retries included.
  ///   - table: The table they read from or write to.
  public func conflict(next count: Int, on table: String) {
    plan.add(count, table: table)
  }

  /// How many of the commits asked for have not failed yet.
  public var pendingConflicts: Int { plan.pending }
}

/// The commits that are still to fail.
final class FaultPlan: CommitFaults {
  /// Guards the counts; held only to read or change them.
  private let conflicts = Mutex<[String: Int]>([:])

  func add(_ count: Int, table: String) {
    conflicts.withLock { $0[table, default: 0] += count }
  }

  var areExpected: Bool { pending > 0 }

  var pending: Int { conflicts.withLock { $0.values.reduce(0, +) } }

  func beforeCommit(of function: FunctionPath, tables: Set<TableName>) throws {
    let hit = conflicts.withLock { conflicts -> TableName? in
      for table in tables {
        guard let count = conflicts[table.rawValue], count > 0 else { continue }
        conflicts[table.rawValue] = count - 1
        return table
      }
      return nil
    }
    guard let hit else { return }
    throw DatabaseError(
      code: "OptimisticConcurrencyControlFailure",
      message: "Documents read from or written to the \"\(hit.rawValue)\" table changed while this "
        + "mutation was being run and on every subsequent retry. "
        + "See https://docs.convex.dev/error#1",
      kind: .conflict
    )
  }
}
