internal import Foundation
internal import HullValues

extension VectorRows {
  /// Vectors up to this many bytes are scanned where the search was called: in well under a
  /// millisecond, which is less than it takes to go elsewhere and come back.
  private static let inlineBytes = 2 << 20
  /// From how many bytes on several threads scan.
  private static let parallelBytes = 64 << 20
  /// How many segments, of a megabyte each, are scanned before others have a turn.
  private static let segmentsPerTurn = 8

  /// Finds the vectors nearest to a direction.
  ///
  /// Threads that run functions are kept free: anything that takes long runs on the threads of
  /// Swift's own pool, on at most half of the processor's cores, and pauses every few milliseconds.
  ///
  /// - Parameter search: What to find.
  /// - Returns: At most `search.limit` vectors, best first.
  /// - Complexity: O(vectors × dimensions), at about the speed of memory.
  func nearest(_ search: CompiledVectorSearch) async -> [ScoredVector] {
    if scannedBytes <= Self.inlineBytes {
      var best = BestVectors(limit: search.limit)
      for segment in segments { segment.block.scan(search, live: segment.live, into: &best) }
      return best.sorted()
    }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return await nearest(
      search,
      tasks: scannedBytes < Self.parallelBytes ? 1 : max(1, cores / 2)
    )
  }

  /// Finds the vectors nearest to a direction with so many tasks at a time.
  func nearest(_ search: CompiledVectorSearch, tasks: Int) async -> [ScoredVector] {
    await withTaskGroup(of: BestVectors.self) { group in
      for task in 0..<tasks {
        group.addTask(executorPreference: globalConcurrentExecutor) {
          await scan(search, first: task, step: tasks)
        }
      }
      var best = BestVectors(limit: search.limit)
      for await part in group { best.merge(part) }
      return best.sorted()
    }
  }

  /// The best of every `step`th segment.
  private func scan(_ search: CompiledVectorSearch, first: Int, step: Int) async -> BestVectors {
    var best = BestVectors(limit: search.limit)
    var scanned = 0
    for position in stride(from: first, to: segments.count, by: step) {
      segments[position].block.scan(search, live: segments[position].live, into: &best)
      scanned += 1
      if scanned % Self.segmentsPerTurn == 0 { await Task.yield() }
    }
    return best
  }
}
