import HullPersistence
import Synchronization
import Testing

@testable import HullRuntime

@Suite(.timeLimit(.minutes(1))) struct PeriodicCleanupTests {
  @Test func `a pass is begun once an hour, and none while one runs`() async throws {
    let time = ManualTimeSource()
    let (begun, mayEnd) = (Signal(), Signal())
    let passes = Mutex(0)
    let cleanup = PeriodicCleanup(time: time) { _ in
      passes.withLock { $0 += 1 }
      begun.open()
      await mayEnd.wait()
    }
    cleanup.runIfDue()
    await begun.wait()
    time.advance(by: .seconds(3700))
    cleanup.runIfDue()
    mayEnd.open()
    while passes.withLock(\.self) < 2 {
      cleanup.runIfDue()
      await Task.yield()
    }
    await cleanup.finish()
    cleanup.runIfDue()
    #expect(passes.withLock(\.self) == 2)
  }

  @Test func `the end does not wait for all that is left to remove`() async throws {
    let begun = Signal()
    let cleanup = PeriodicCleanup(time: ManualTimeSource()) { _ in
      begun.open()
      while !Task.isCancelled { await Task.yield() }
    }
    cleanup.runIfDue()
    await begun.wait()
    await cleanup.finish()
  }
}
