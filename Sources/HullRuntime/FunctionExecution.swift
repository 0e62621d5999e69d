// One function at work: what its context does.

import Hull
import HullDatabase
import HullPersistence
import HullValues
import Synchronization

/// Runs one function once, and is the host its context talks to.
///
/// A query or mutation works on a transaction; a nested one on its caller's, on loan. An action has
/// none: what it calls gets transactions of its own.
final class FunctionExecution: Sendable {
  let target: RegisteredFunction
  let tree: ExecutionTree

  /// What the function reads and writes; `nil` for an action.
  let transaction: Transaction?

  /// How many calls enclose this one.
  let depth: Int

  /// The function's random stream, seeded from its caller's.
  let random: SeededRandomSource

  /// Admits the operations of an action; those of a transaction are ordered by the transaction.
  let operations: OperationQueue?

  /// How many operations of one action run at a time.
  static let concurrentOperations = 8

  /// Where the function's page ended, in this run and the one before.
  let journal: QueryJournal

  /// Guards whether the function has returned.
  private let hasEnded = Mutex(false)

  init(
    _ target: RegisteredFunction,
    in tree: ExecutionTree,
    transaction: Transaction?,
    depth: Int = 0,
    seed: UInt64,
    journal: QueryJournal
  ) {
    self.target = target
    self.tree = tree
    self.transaction = transaction
    operations =
      transaction == nil ? OperationQueue(width: FunctionExecution.concurrentOperations) : nil
    self.depth = depth
    self.journal = journal
    random = SeededRandomSource(seed: seed)
  }

  /// Runs the function and checks what it returns.
  ///
  /// - Throws: ``FunctionFailure``, or the ``BackendError`` an action did not catch. What ended the
  ///   function from outside is in the tree's clock instead.
  func run(_ arguments: ConvexObject) async throws -> Result {
    let value: EncodedValue
    do {
      value = try await target.definition.invoke(self, arguments)
    } catch let error as BackendError {
      await end()
      throw error
    } catch {
      await end()
      throw FunctionFailure(uncaught: error, in: target, innerFrames: tree.frames(of: error))
    }
    await end()
    if !CallValidation.mustCheck(value, of: target, limits: tree.runner.limits) {
      return Result(value: value, size: 0)
    }
    let validation = CallValidation(
      function: target,
      limits: tree.runner.limits,
      tables: try await tree.runner.tables(in: transaction)
    )
    do throws(CallValidation.Rejection) {
      return Result(value: value, size: try validation.check(value))
    } catch {
      throw FunctionFailure(message: error.message)
    }
  }

  /// What a function returned.
  struct Result: Sendable {
    var value: EncodedValue
    /// The size of the value, as far as it had to be measured.
    var size: Int
  }

  /// Refuses work the function left behind; an action's is waited for.
  private func end() async {
    hasEnded.withLock { $0 = true }
    if let operations { await operations.close() }
  }

  /// Runs an operation the function asked for, on the server's time.
  ///
  /// - Throws: What `body` throws; the verdict, once the function has been ended; ``FunctionEnded``
  ///   once it has returned.
  func operation<Value>(_ body: () async throws -> Value) async throws -> Value {
    try beginOperation()
    defer { tree.clock.leaveOperation() }
    do {
      return try await body()
    } catch {
      throw judged(error)
    }
  }

  /// Makes sure that the function may still do something, and notes that the server's time begins.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  private func beginOperation() throws {
    try checkRunning()
    try tree.clock.enterOperation()
  }

  /// The error of an operation, after ending the function if it is not the function's fault.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  private func judged(_ error: any Error) -> any Error {
    switch error {
    case let error as DatabaseError:
      // What is not the function's fault must not become its result, whatever it catches.
      if !error.isFunctionError { tree.clock.terminate(.failed(error)) }
      return error
    case let error as PersistenceError:
      let error = DatabaseError.storeFailed(error)
      tree.clock.terminate(.failed(error))
      return error
    default: return error
    }
  }

  /// Makes sure that the function may still do something.
  func checkRunning() throws {
    if hasEnded.withLock({ $0 }) { throw FunctionEnded() }
    if let termination = tree.clock.termination { throw termination }
  }

  /// Runs an operation on the transaction.
  func transaction<Value>(
    _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    guard let transaction else {
      throw HullError(
        code: .invalidArgument,
        message: "An action has no database of its own: use ctx.runQuery and ctx.runMutation."
      )
    }
    return try await operation { try await body(transaction) }
  }
}

extension DatabaseError {
  /// Whether a function may catch the error and go on: it is about what the function asked for.
  var isFunctionError: Bool {
    switch kind {
    case .badRequest, .paginationLimit: true
    case .conflict, .outOfRetention, .overloaded, .system: false
    }
  }
}
