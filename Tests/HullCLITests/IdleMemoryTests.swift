import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullServer
import HullValues
import Synchronization
import Testing

@testable import HullCLI

@Suite(.timeLimit(.minutes(1))) struct IdleMemoryTests {
  /// Sleeps until the test has it wake, and tells how long it was to sleep.
  private final class Naps: Sleeping {
    let begun: AsyncStream<Duration>
    private let continuation: AsyncStream<Duration>.Continuation
    /// Guards who sleeps.
    private let sleeper = Mutex<CheckedContinuation<Void, Never>?>(nil)

    init() { (begun, continuation) = AsyncStream.makeStream() }

    func sleep(for duration: Duration) async throws {
      await withCheckedContinuation { sleeper in
        self.sleeper.withLock { $0 = sleeper }
        continuation.yield(duration)
      }
      try Task.checkCancellation()
    }

    func wake() { sleeper.withLock { $0.take() }?.resume() }
  }

  private func backend() async throws -> Backend {
    let module = Module("texts") { module in
      module.query("long", args: v.object(["n": v.number()])) { _, _ -> ConvexValue in
        .string(String(repeating: "x", count: 300_000))
      }
      module.mutation("touch") { context, _ in
        _ = try await context.db.insert("touches", ["at": .null])
      }
    }
    return try await Backend.open(
      Application(name: "texts", schema: SchemaDefinition(tables: []), modules: [module]),
      persistence: InMemoryPersistence()
    )
  }

  private func call(_ backend: Backend, _ path: String, _ kind: FunctionKind, n: Double? = nil)
    async throws
  {
    let arguments: ConvexObject = n.map { ["n": .float64($0)] } ?? [:]
    _ = try await backend.run(
      FunctionRequest(
        path: path,
        kind: kind,
        arguments: .values([.object(arguments)]),
        identity: .anonymous,
        requestID: backend.makeRequestID()
      )
    ).result.get()
  }

  @Test func `memory is let go of once in each pause, and not while something happens`()
    async throws
  {
    let (backend, naps) = (try await backend(), Naps())
    var begun = naps.begun.makeAsyncIterator()
    let watch = IdleMemory.watch(backend, ServerCounters(), sleeping: naps)
    #expect(await begun.next() == IdleMemory.pause)
    for n in 0..<10 { try await call(backend, "texts:long", .query, n: Double(n)) }

    // Something has happened since the pause began.
    naps.wake()
    #expect(await begun.next() == IdleMemory.pause)
    #expect(backend.queryCacheCounters.entries == 10)
    try await call(backend, "texts:touch", .mutation)
    naps.wake()
    #expect(await begun.next() == IdleMemory.pause)
    #expect(backend.queryCacheCounters.entries == 10)

    // Nothing has.
    naps.wake()
    #expect(await begun.next() == IdleMemory.grace)
    #expect(backend.queryCacheCounters.entries == 0)
    naps.wake()
    #expect(await begun.next() == IdleMemory.pause)

    // Still nothing: there is nothing more to let go of.
    naps.wake()
    #expect(await begun.next() == IdleMemory.pause)

    watch.cancel()
    naps.wake()
    await watch.value
    await backend.close()
  }
}
