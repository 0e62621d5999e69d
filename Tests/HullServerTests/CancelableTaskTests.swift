import Testing

@testable import HullServer

@Suite(.timeLimit(.minutes(1))) struct CancelableTaskTests {
  @Test func `a task that runs is cancelled`() async {
    let task = CancelableTask()
    let (started, hasStarted) = AsyncStream<Void>.makeStream()
    let made = Task {
      hasStarted.yield()
      await untilCancelled()
    }
    task.hasBegun(made)
    for await _ in started { break }
    #expect(!made.isCancelled)
    task.cancel()
    await made.value
    #expect(made.isCancelled)
  }

  @Test func `a task that is yet to be made is cancelled once it is`() async {
    let task = CancelableTask()
    task.cancel()
    let made = Task { await untilCancelled() }
    task.hasBegun(made)
    await made.value
    #expect(made.isCancelled)
  }

  @Test func `a task that has ended is not cancelled`() async {
    let task = CancelableTask()
    let made = Task { await Task.yield() }
    task.hasBegun(made)
    task.hasEnded()
    task.cancel()
    await made.value
    #expect(!made.isCancelled)
  }

  @Test func `a task that ended before it was handed over is let go`() async {
    let task = CancelableTask()
    let made = Task { await Task.yield() }
    task.hasEnded()
    task.hasBegun(made)
    task.cancel()
    await made.value
    #expect(!made.isCancelled)
  }

  private func untilCancelled() async {
    let (never, _) = AsyncStream<Void>.makeStream()
    for await _ in never {}
  }
}
