internal import Synchronization

/// A few threads for calls that wait for the disk: they must not occupy the threads of tasks.
final class DiskThreads: Sendable {
  private let workers: [DiskWorker]
  private let turn = Atomic<UInt>(0)

  init(count: Int, name: String) {
    workers = (0..<count).map { _ in DiskWorker(name: name) }
  }

  /// Runs `work` on one of the threads; several calls may run at once.
  ///
  /// - Throws: What `work` throws.
  func run<Value: Sendable>(_ work: @Sendable () throws -> Value) async throws -> Value {
    let turn = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    return try await workers[Int(turn % UInt(workers.count))].run(work)
  }
}

/// One of the threads: an actor only because that is how a task gets onto a thread and back.
private actor DiskWorker {
  private let executor: ThreadExecutor

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(name: String) { executor = ThreadExecutor(name: name) }

  deinit { executor.stop() }

  func run<Value: Sendable>(_ work: @Sendable () throws -> Value) throws -> Value { try work() }
}
