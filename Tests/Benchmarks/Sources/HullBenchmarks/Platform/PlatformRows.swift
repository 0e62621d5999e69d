// The rows of scheduled functions and of stored files.

/// The rows of scheduled functions and of stored files.
struct PlatformRows {
  let run: BenchmarkRun

  func measure() async throws {
    let jobs = JobRows(run: run)
    try jobs.scheduling()
    try await jobs.draining()
    let files = FileRows(run: run)
    for size in [1 << 20, 64 << 20] { try files.measure(size) }
  }
}
