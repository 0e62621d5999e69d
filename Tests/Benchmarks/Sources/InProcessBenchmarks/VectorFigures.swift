// What a vector search costs, beside reading as many bytes of memory once.

import Foundation
import Hull
import HullTesting

/// A vector of 768 dimensions, as embeddings of sentences have, in one of ten groups.
@Table("passages")
struct Passage {
  var group: Double
  var embedding: [Double]

  static let dimensions = 768
  static let byEmbedding = vectorIndex(
    "by_embedding",
    \.embedding,
    dimensions: Passage.dimensions,
    filters: \.group
  )
}

/// The figures, in milliseconds; printed as JSON.
struct VectorFigures: Encodable {
  var vectors: Int
  var dimensions: Int
  /// The first search, which makes the index of the documents.
  var first: Double
  /// A search of all vectors for the ten nearest.
  var search: Double
  /// A search of a tenth of them.
  var filtered: Double
  /// To add up as many bytes as the vectors have, on one thread.
  var bound: Double

  /// Measures searches of so many vectors and prints the figures.
  ///
  /// A million take about 20 GB of disk and 8 GB of memory.
  static func print(vectors count: Int) async throws {
    var options = TestOptions()
    // Documents of a million vectors are more than fits in memory.
    options.store = count > 200_000 ? .temporaryFile : .memory
    // Twice what the vectors take.
    options.vectorIndexBytes = count * Passage.dimensions * 8
    let backend = try await TestBackend(schema: try Schema(Passage.self), modules: [], options)
    let batch = 500
    for first in stride(from: 0, to: count, by: batch) {
      try await backend.run { ctx in
        for number in first..<min(first + batch, count) {
          var vectors = VectorGenerator(seed: UInt64(number))
          _ = try await ctx.db.insert(
            Passage(group: Double(number % 10), embedding: vectors.next())
          )
        }
      }
    }

    let first = try await milliseconds { _ = try await search(backend, 0) }
    let memory = Memory(bytes: count * Passage.dimensions * 4)
    // In turns, so that whatever else goes on concerns all of them.
    var times: (search: [Double], filtered: [Double], bound: [Double]) = ([], [], [])
    var sum: Float = 0
    for round in 1...21 {
      times.search.append(try await milliseconds { _ = try await search(backend, round) })
      let filter = VectorFilter<Passage>.eq(\.group, Double(round % 10))
      times.filtered.append(try await milliseconds { _ = try await search(backend, round, filter) })
      times.bound.append(await milliseconds { sum += memory.sum() })
    }
    // The sum is used, or it would not be computed.
    precondition(sum > 0)
    await backend.close()
    let figures = VectorFigures(
      vectors: count,
      dimensions: Passage.dimensions,
      first: first,
      search: times.search.sorted()[10],
      filtered: times.filtered.sorted()[10],
      bound: times.bound.sorted()[10]
    )
    Swift.print(String(decoding: try JSONEncoder().encode(figures), as: UTF8.self))
  }

  private static func search(
    _ backend: TestBackend,
    _ round: Int,
    _ filter: VectorFilter<Passage>? = nil
  ) async throws -> [VectorMatch<Passage>] {
    var vectors = VectorGenerator(seed: .max - UInt64(round))
    let vector = vectors.next()
    let matches = try await backend.action { ctx in
      try await ctx.vectorSearch(Passage.byEmbedding, vector: vector, filter: filter)
    }
    precondition(matches.count == 10)
    return matches
  }

  private static func milliseconds(
    _ body: () async throws -> Void
  ) async rethrows -> Double {
    let elapsed = try await ContinuousClock().measure { try await body() }
    return Double(elapsed.components.seconds) * 1e3
      + Double(elapsed.components.attoseconds) / 1e15
  }
}

/// Vectors that are the same in every run.
private struct VectorGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> [Double] {
    (0..<Passage.dimensions).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // As exact as embeddings are, which are computed in single precision.
      return Double(Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31)
    }
  }
}

/// Memory of the size of the vectors.
private final class Memory {
  private let values: UnsafeMutableBufferPointer<SIMD16<Float>>

  init(bytes: Int) {
    values = .allocate(capacity: bytes / MemoryLayout<SIMD16<Float>>.stride)
    values.initialize(repeating: SIMD16(repeating: 1))
  }

  deinit { values.deallocate() }

  /// Reads all of it.
  func sum() -> Float {
    var even = SIMD16<Float>.zero
    var odd = SIMD16<Float>.zero
    var position = 0
    while position &+ 2 <= values.count {
      even += values[position]
      odd += values[position &+ 1]
      position &+= 2
    }
    return (even + odd).sum()
  }
}
