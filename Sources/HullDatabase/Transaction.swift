package import HullPersistence
internal import Synchronization

/// One function's view of the database: a snapshot, what was read from it, and writes to commit.
///
/// It sees its own writes. Operations may be called concurrently (`async let` in a function); each
/// is atomic and they take effect in the order they arrived. While a nested call runs, the
/// transaction is on loan to it and other operations wait.
package final class Transaction: Sendable {
  /// Whether a transaction may write, which decides what its snapshot may contain.
  package enum Mode: Sendable, Hashable {
    /// Reads what is durable.
    case readOnly
    /// Also reads commits on their way to the disk; its own commit becomes durable after them.
    case readWrite
  }

  package let database: Database
  package let mode: Mode
  /// The snapshot everything is read from.
  package let beginTimestamp: Timestamp
  /// The generation of the write log the snapshot was taken from.
  let generation: Int

  /// Grants exclusive use of `unguardedState`, in order of arrival.
  private let gate = FIFOGate()
  /// What operations work on.
  ///
  /// Safe: used only in ``exclusively(_:)``, while the gate is held. A nested transaction shares the
  /// state and has a gate of its own; its parent's gate is held as long as it runs.
  private nonisolated(unsafe) let unguardedState: TransactionState

  /// Whether the nested call this transaction was made for has ended.
  private let isRetired = Atomic(false)

  init(database: Database, mode: Mode, state: TransactionState) {
    self.database = database
    self.mode = mode
    beginTimestamp = state.reader.timestamp
    generation = state.reader.generation
    unguardedState = state
  }

  /// Runs `body` with the state while nobody else has it.
  ///
  /// - Throws: ``DatabaseError`` `TransactionEnded` after the transaction was committed or its call
  ///   returned, and what `body` throws.
  package func exclusively<Value>(
    _ body: (TransactionState) async throws -> Value
  ) async throws -> Value {
    // Most often nobody else has it, and to call a function that may wait costs more than to look.
    if !gate.tryAcquire() { await gate.acquire() }
    defer { gate.release() }
    if isRetired.load(ordering: .relaxed) || unguardedState.isFinished {
      throw DatabaseError.transactionEnded
    }
    return try await body(unguardedState)
  }

  /// What the transaction has read so far; nil while an operation is running, which may never end.
  package func readSetIfIdle() -> ReadSet? {
    guard gate.tryAcquire() else { return nil }
    defer { gate.release() }
    unguardedState.foldOpenScans()
    return unguardedState.reads
  }

  /// Runs a nested call, keeping its writes if it returns and taking them back if it throws.
  ///
  /// What it read stays read, and counts, either way (spec/functions.md 4).
  ///
  /// - Parameters:
  ///   - budget: What the call may use on top of what is used already; nil: what is left.
  ///   - body: Uses the transaction it is given, and only while it runs.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws, its writes undone.
  package func nested<Value>(
    budget: TransactionLimits? = nil,
    _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    try await exclusively { state in
      let savepoint = state.savepoint(budget: budget)
      let child = Transaction(database: database, mode: mode, state: state)
      do {
        let value = try await body(child)
        await child.retire()
        state.release(savepoint)
        return value
      } catch {
        await child.retire()
        state.rollback(to: savepoint)
        throw error
      }
    }
  }

  /// Gives the transaction up without waiting for what is running in it, which may never end.
  ///
  /// Nothing of it can be committed any more, and operations that have not begun are refused.
  package func abandon() {
    isRetired.store(true, ordering: .relaxed)
  }

  /// Waits for the operation a nested call left running and refuses later ones.
  private func retire() async {
    await gate.acquire()
    isRetired.store(true, ordering: .relaxed)
    gate.release()
  }

  /// A read-only transaction on the same snapshot, without this one's writes and reads
  /// (`useStaleSnapshot`, spec/functions.md 4).
  package func staleSnapshot() async throws -> Transaction {
    try await exclusively { state in
      Transaction(
        database: database,
        mode: .readOnly,
        state: TransactionState(
          reader: state.reader,
          catalog: state.catalog,
          limits: state.limits,
          start: beginTimestamp,
          random: database.options.random,
          mayWrite: false
        )
      )
    }
  }
}
