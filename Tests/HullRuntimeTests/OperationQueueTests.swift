import HullRuntime
import Testing

@Suite struct OperationQueueTests {
  @Test func `no more than the width run at a time, and all run`() async throws {
    let queue = OperationQueue(width: 3)
    let running = Locked((now: 0, most: 0, done: 0))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask {
          try await queue.run {
            running.withLock {
              $0.now += 1
              $0.most = max($0.most, $0.now)
            }
            await Task.yield()
            running.withLock {
              $0.now -= 1
              $0.done += 1
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let (now, most, done) = running.withLock { $0 }
    #expect(now == 0)
    #expect((1...3).contains(most))
    #expect(done == 50)
  }

  @Test func `closing waits for what runs and refuses what comes later`() async throws {
    let queue = OperationQueue(width: 1)
    let begun = Signal()
    let mayEnd = Signal()
    let order = Locked<[String]>([])
    async let operation: Void = queue.run {
      begun.open()
      await mayEnd.wait()
      order.withLock { $0.append("operation") }
    }
    await begun.wait()
    async let closing: Void = {
      await queue.close()
      order.withLock { $0.append("closed") }
    }()
    mayEnd.open()
    try await operation
    await closing
    #expect(order.withLock { $0 } == ["operation", "closed"])
    await #expect(throws: FunctionEnded.self) { try await queue.run {} }
  }
}
