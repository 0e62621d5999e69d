import HullPersistence
import HullValues
import TestRandomness
import Testing

@testable import HullDatabase

/// The parts a vector index is made of.
@Suite struct VectorTableTests {
  private static let definition = VectorIndexDefinition(
    name: "by_embedding",
    vectorField: "embedding",
    dimensions: 20,
    filterFields: ["kind"]
  )

  private static func row(
    _ components: [Double],
    kind: ConvexValue? = nil
  ) -> VectorRow {
    VectorRow(direction: DirectionVector(components), filters: [FilterFingerprint(kind)])
  }

  private static func id(_ number: Int) -> InternalID {
    InternalID(high: UInt64(number), low: 0)
  }

  private static func search(
    _ vector: [Double],
    limit: Int = 256,
    kind: ConvexValue? = nil,
    _ definition: VectorIndexDefinition = definition
  ) throws -> CompiledVectorSearch {
    var query = VectorQuery(table: "t", index: "i", vector: vector, limit: limit)
    if let kind { query.filter = [VectorFilterClause(field: "kind", value: kind)] }
    return try CompiledVectorSearch(query, against: definition, named: "t.i")
  }

  @Test func `a table holds what was last set, however it was changed`() async throws {
    let seed = randomSeed()
    var random = SeededGenerator(seed: seed)
    var table = VectorTable(VectorLayout(Self.definition))
    var model: [InternalID: (components: [Double], kind: ConvexValue)] = [:]
    var snapshots:
      [(rows: VectorRows, model: [InternalID: (components: [Double], kind: ConvexValue)])] = []
    for step in 0..<6_000 {
      let id = Self.id(random.below(400))
      // Long stretches in which most documents go, so that segments become empty and are merged.
      if random.below(10) < (step / 1_500 % 2 == 0 ? 2 : 7) {
        table.set(id, to: nil)
        model[id] = nil
      } else {
        let components = (0..<20).map { _ in Double(random.below(7)) - 3 }
        let kind = ConvexValue.float64(Double(random.below(3)))
        table.set(id, to: Self.row(components, kind: kind))
        model[id] = (components, kind)
      }
      #expect(table.rows.count == model.count)
      if step % 600 == 599 { snapshots.append((table.rows, model)) }
    }
    // Copies made on the way are not disturbed by what came later.
    for (rows, model) in snapshots {
      for kind in [nil, ConvexValue.float64(1)] {
        let direction = (0..<20).map { _ in Double(random.below(7)) - 3 }
        let found = await rows.nearest(try Self.search(direction, kind: kind))
        let expected = model.filter { kind == nil || $0.value.kind == kind }
          .map { id, row in
            let cosine = DirectionVector(row.components).cosine(to: DirectionVector(direction))
            return ScoredVector(score: cosine, id: id)
          }
          .sorted(by: >).prefix(256)
        #expect(found == Array(expected), "seed \(seed)")
      }
    }
    let least = model.count * VectorTable.bytes(of: table.rows.layout)
    #expect((least...(3 * least + 4_096)).contains(table.bytes))
  }

  @Test func `setting what is there changes nothing`() {
    var table = VectorTable(VectorLayout(Self.definition))
    let components = (0..<20).map { Double($0) }
    for number in 0..<10 { table.set(Self.id(number), to: Self.row(components, kind: "a")) }
    let bytes = table.bytes
    for _ in 0..<100 {
      for number in 0..<10 { table.set(Self.id(number), to: Self.row(components, kind: "a")) }
    }
    #expect(table.bytes == bytes)
    #expect(table.rows.segments.count == 1)
    #expect(table.rows.segments.first?.count == 10)
  }

  @Test(arguments: [1, 2, 5])
  func `several tasks find what one finds`(tasks: Int) async throws {
    var random = SeededGenerator(seed: randomSeed())
    let definition = VectorIndexDefinition(
      name: "i",
      vectorField: "embedding",
      dimensions: 1_024,
      filterFields: ["kind"]
    )
    var table = VectorTable(VectorLayout(definition))
    let center = (0..<1_024).map { _ in Double(random.below(100)) }
    for number in 0..<1_200 {
      var components = center
      for _ in 0..<3 { components[random.below(1_024)] = Double(random.below(100)) }
      table.set(Self.id(number), to: Self.row(components))
    }
    #expect(table.rows.segments.count > 5)
    let search = try Self.search(center, limit: 50, definition)
    var best = BestVectors(limit: 50)
    for segment in table.rows.segments {
      segment.block.scan(search, live: segment.live, into: &best)
    }
    #expect(await table.rows.nearest(search) == best.sorted())
    #expect(await table.rows.nearest(search, tasks: tasks) == best.sorted())
  }

  @Test func `single precision errs by no more than the margin`() {
    let seed = randomSeed()
    var random = SeededGenerator(seed: seed)
    for dimensions in [2, 15, 16, 17, 31, 33, 100, 768, 4_096] {
      for _ in 0..<20 {
        // Magnitudes of many orders, and terms that cancel out.
        func vector() -> DirectionVector {
          DirectionVector(
            (0..<dimensions).map { _ in
              let digits = Double(random.next() >> 11) / 0x1p53 - 0.5
              return digits * Double(sign: .plus, exponent: random.below(20), significand: 1)
            }
          )
        }
        let (left, right) = (vector(), vector())
        let lanes = left.lanes.count
        let (single, double) = left.lanes.withUnsafeBufferPointer { left in
          right.lanes.withUnsafeBufferPointer { right in
            (
              VectorKernel.dot(left.baseAddress!, right.baseAddress!, lanes: lanes),
              VectorKernel.exactDot(left.baseAddress!, right.baseAddress!, lanes: lanes)
            )
          }
        }
        let lengths = (left.square * right.square).squareRoot()
        #expect(
          abs(Double(single) - double) <= VectorKernel.margin(lanes: lanes) * lengths,
          "seed \(seed), \(dimensions) dimensions"
        )
      }
    }
  }

  @Test func `the best of any number are kept`() {
    var random = SeededGenerator(seed: randomSeed())
    for limit in [1, 2, 3, 10, 256] {
      var (best, other) = (BestVectors(limit: limit), BestVectors(limit: limit))
      var all: [ScoredVector] = []
      for number in 0..<1_000 {
        let vector = ScoredVector(
          score: Double(random.below(50)) / 50,
          id: Self.id(random.below(5_000))
        )
        all.append(vector)
        if number % 3 == 0 { other.insert(vector) } else { best.insert(vector) }
      }
      best.merge(other)
      #expect(best.sorted() == Array(all.sorted(by: >).prefix(limit)))
    }
  }

  @Test func `an index that a commit removes from the catalog leaves memory`() async throws {
    let database = try await Database.inMemory(schema: .foods())
    try await database.insertVectors([[1, 2, 3]])
    _ = try await database.vectorSearch(.foods([1, 2, 3]))
    #expect(database.vectorSearchCounters.loadedIndexes == 1)
    func commit(_ catalog: Catalog) {
      let timestamp = database.latestTimestamp
      let pending = PendingCommit(
        commit: CommittedTransaction(
          timestamp: timestamp,
          source: "",
          changes: [],
          createdTables: []
        ),
        record: CommitRecord(timestamp: timestamp),
        catalog: catalog
      )
      database.committer.vectorIndexes.enqueue([pending], from: database.committer)
    }
    commit(database.catalog)
    #expect(database.vectorSearchCounters.loadedIndexes == 1)
    commit(Catalog())
    #expect(database.vectorSearchCounters.loadedIndexes == 0)
    #expect(database.vectorSearchCounters.loadedBytes == 0)
  }

  @Test func `fingerprints tell values apart`() {
    let values: [ConvexValue?] = [
      nil, .null, 0, -0.0, 1, .int64(1), .int64(0), true, false, "", "a", "a\0", "b", "1",
      "a string of 16 b", "a string of 16 by", "a longer string than that", .bytes([1]), [], [[]],
      [1], ["a"], [:], ["a": .null], ["a": 1], .float64(.nan), .float64(.infinity),
    ]
    #expect(Set(values.map { FilterFingerprint($0) }).count == values.count)
    for value in values { #expect(FilterFingerprint(value) == FilterFingerprint(value)) }
  }

  @Test func `vectors are read off documents without building values`() throws {
    func read(
      _ object: ConvexObject,
      _ path: FieldPath = "v",
      with fields: [FieldPath] = []
    ) -> ([Double], [ConvexValue?])? {
      var components = [0.0, 0, 0]
      return EncodedValue(object).vector(path, into: &components, with: fields)
        .map { (components, $0) }
    }
    let object: ConvexObject = [
      "a": ["b": 1, "v": [4, 5, 6]], "v": [1, -2.5, 3e-7], "w": .null, "z": ["b": ["c": "x"]],
    ]
    #expect(try #require(read(object)).0 == [1, -2.5, 3e-7])
    #expect(try #require(read(object, "a.v")).0 == [4, 5, 6])
    let fields: [FieldPath] = ["z.b.c", "a.b", "a", "w", "missing", "z.q", "w.x", "z.b"]
    for path in ["v", "a.v"] as [FieldPath] {
      let values = try #require(read(object, path, with: fields)).1
      #expect(values == fields.map { ConvexValue.object(object)[$0] })
    }
    // A filter field inside the vector's own field.
    #expect(try #require(read(object, "v", with: ["v", "v.x"])).1 == [object["v"], nil])
    #expect(read(object, "x") == nil)
    #expect(read(object, "w") == nil)
    #expect(read(object, "z") == nil)
    #expect(read(object, "v.x") == nil)
    #expect(read(["v": [1, 2]]) == nil)
    #expect(read(["v": [1, 2, 3, 4]]) == nil)
    #expect(read(["v": [1, 2, .int64(3)]]) == nil)
    #expect(try #require(read(["v": [-0.0, 0, 1]])).0.map(\.sign) == [.minus, .plus, .plus])
  }
}
