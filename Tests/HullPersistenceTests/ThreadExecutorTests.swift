import Testing

@testable import HullPersistence

/// The thread of an actor that blocks, and callers that lend it theirs.
@Suite(.timeLimit(.minutes(1))) struct ThreadExecutorTests {
  private actor Clerk {
    nonisolated let executor = ThreadExecutor(name: "clerk")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    deinit { executor.stop() }

    /// Has the executor do something later; it is in its queue when this returns.
    func doLater(_ body: @escaping @Sendable () -> Void) {
      Task {
        assertIsolated()
        body()
      }
    }
  }

  @Test func `what is enqueued while a caller does the work is done afterwards`() async {
    let clerk = Clerk()
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      let wasFree: Void? = clerk.executor.onThisThread {
        clerk.assumeIsolated { $0.doLater { done.resume() } }
        // Whoever comes meanwhile is told that the actor has work.
        #expect(clerk.executor.onThisThread {} == nil)
      }
      #expect(wasFree != nil)
    }
  }
}
