import HullValues
import TestRandomness
import Testing

@Suite struct IndexKeyTests {
  @Test func `every section of the index key vectors has a test`() {
    #expect(Vectors.sections("index-keys") == ["keys", "ranges"])
  }

  @Test(arguments: Vectors.cases("index-keys", "keys"))
  func `the key of a document is that of its values and its id`(vector: VectorCase) throws {
    let values = try #require(vector["values"]?.array).map { try FilterExpression.value($0) }
    let expected = try vector.string("keyHex")
    #expect(hex(IndexKey(values).bytes) == expected)
    #expect(try IndexKey(values).values() == values)

    // The same key from a document, decoded and stored, whose fields hold the values.
    let id = try DocumentID(parsing: try #require(values.last??.string))
    var object = ConvexObject()
    var fields: [FieldPath] = []
    for (index, value) in values.dropLast().enumerated() {
      if let value { try object.set("f\(index)", to: value) }
      fields.append(try FieldPath(parsing: "f\(index)"))
    }
    #expect(hex(IndexKey(fields: fields, of: object, id: id).bytes) == expected)
    let document = EncodedDocument(id: id, creationTime: 1, fields: object)
    #expect(hex(IndexKey(fields: fields, of: document).bytes) == expected)
  }

  @Test(arguments: Vectors.cases("index-keys", "ranges"))
  func `clauses become a range of keys or an error`(vector: VectorCase) throws {
    let fields = try #require(vector["indexFields"]?.array).map {
      try FieldPath(parsing: $0.string ?? "")
    }
    let clauses = try #require(vector["range"]?.array).map { clause in
      IndexRangeClause(
        try #require(IndexRangeClause.Comparison(rawValue: clause["op"]?.string ?? "")),
        try #require(clause["field"]?.string),
        try FilterExpression.value(try #require(clause["value"]))
      )
    }
    let result = Result {
      try IndexRange.compile(clauses, indexName: "messages.by_x", fields: fields)
    }
    switch result {
    case .success(let range):
      #expect(hex(range.start.bytes) == vector["startInclusiveHex"]?.string)
      #expect(range.end.map { hex($0.bytes) } == vector["endExclusiveHex"]?.string)
      #expect(range.isEmpty == vector.testDescription.contains("empty interval"))
    case .failure(let error as ConvexValueError):
      #expect(error.code == vector["error"]?["shortMsg"]?.string)
      #expect(error.message == vector["error"]?["message"]?.string)
    case .failure(let error): throw error
    }
  }

  @Test func `clauses in the order of the index select what they do in any other`() throws {
    let fields = try ["a", "b", "c", "_creationTime"].map { try FieldPath(parsing: $0) }
    let inequalities: [[IndexRangeClause.Comparison]] = [
      [], [.gt], [.gte], [.lt], [.lte], [.gt, .lte], [.gte, .lt],
    ]
    for count in 0...fields.count {
      for inequality in inequalities where count + inequality.count > 0 {
        // Bounds are those of the next field, which behind all others is that of the id.
        let next = count < fields.count ? fields[count].description : "_id"
        let equalities = (0..<count).map {
          IndexRangeClause(.eq, fields[$0].description, .float64(Double($0)))
        }
        let bounds = inequality.map { IndexRangeClause($0, next, .string("\($0)")) }
        func range(_ clauses: [IndexRangeClause]) throws -> KeyRange {
          try IndexRange.compile(clauses, indexName: "messages.by_x", fields: fields)
        }
        let inOrder = try range(equalities + bounds)
        #expect(try range(bounds + equalities) == inOrder)
        #expect(try range(bounds.reversed() + equalities.reversed()) == inOrder)
        // A path may begin with a dot, which makes it no other path.
        let dotted = equalities.map { IndexRangeClause($0.op, "." + $0.field, $0.value) }
        #expect(try range(dotted + bounds) == inOrder)
      }
    }
  }

  @Test func `a clause names a field letter by letter`() throws {
    #expect(throws: ConvexValueError.self) {
      try IndexRange.compile(
        [IndexRangeClause(.eq, "\u{212A}ey", 1)],
        indexName: "messages.by_key",
        fields: [try FieldPath(parsing: "Key"), .creationTime]
      )
    }
  }

  @Test func `a nested, missing or misplaced field is undefined in a key`() throws {
    let id = try DocumentID(parsing: "j57000820c20a1g7104gm2rc1m70ynr8")
    let object: ConvexObject = ["a": ["b": "x"], "s": "text"]
    let document = EncodedDocument(id: id, creationTime: 7, fields: object)
    for (path, value) in [
      ("a.b", ConvexValue.string("x")), ("a.c", nil), ("s.b", nil), ("zzz", nil), ("a", ["b": "x"]),
    ] {
      let path = try FieldPath(parsing: path)
      #expect(
        IndexKey(fields: [path], of: object, id: id) == IndexKey([value, .string(id.string)])
      )
      #expect(IndexKey(fields: [path], of: document) == IndexKey([value, .string(id.string)]))
    }
    #expect(
      IndexKey(fields: [.creationTime], of: document) == IndexKey([7, .string(id.string)])
    )
  }

  @Test func `sort keys order random values as the values do and decode to them`() throws {
    let seed: UInt64 = 20_250
    var generator = SeededGenerator(seed: seed)
    let values = (0..<600).map { _ in ConvexValue.random(&generator) }
    let keys = values.map { IndexKey([$0]) }
    for (value, key) in zip(values, keys) {
      #expect(try key.values() == [value], "seed \(seed): \(value)")
    }
    for left in values.indices {
      for right in stride(from: left % 7, to: values.count, by: 7) {
        let less = values[left] < values[right]
        if less != (keys[left] < keys[right]) {
          Issue.record("seed \(seed): \(values[left]) and \(values[right])")
        }
        if (values[left] == values[right]) != (keys[left] == keys[right]) {
          Issue.record("seed \(seed): \(values[left]) and \(values[right])")
        }
      }
    }
  }

  @Test func `random bytes either decode to values with that key or are refused`() {
    let seed: UInt64 = 77
    var generator = SeededGenerator(seed: seed)
    var decoded = 0
    for _ in 0..<50_000 {
      let bytes = (0..<Int.random(in: 0..<10, using: &generator)).map { _ in
        generator.chance(60)
          ? UInt8.random(in: 0...0x16, using: &generator)
          : UInt8.random(in: 0...255, using: &generator)
      }
      guard let values = try? IndexKey(bytes: bytes).values() else { continue }
      decoded += 1
      if IndexKey(values).bytes != bytes { Issue.record("seed \(seed): \(hex(bytes)) \(values)") }
    }
    #expect(decoded > 100)
  }

  @Test func `the key after a prefix is above every key with it`() {
    #expect(IndexKey(bytes: [1, 0xFF, 0xFF]).afterPrefix == IndexKey(bytes: [2]))
    #expect(IndexKey(bytes: [0xFF]).afterPrefix == nil)
    #expect(IndexKey.empty.afterPrefix == nil)
    #expect(IndexKey(bytes: [1]).next == IndexKey(bytes: [1, 0]))
    #expect(KeyRange(point: IndexKey(bytes: [5])).contains(IndexKey(bytes: [5])))
    #expect(!KeyRange(point: IndexKey(bytes: [5])).contains(IndexKey(bytes: [5, 0])))
    #expect(KeyRange(point: IndexKey(bytes: [5])).isPoint)
  }

  @Test func `a set of ranges answers as a list of them does`() {
    let seed: UInt64 = 4711
    var generator = SeededGenerator(seed: seed)
    func key() -> IndexKey {
      IndexKey(
        bytes: (0..<Int.random(in: 0..<3, using: &generator)).map { _ in
          UInt8.random(in: 0..<6, using: &generator)
        }
      )
    }
    func range() -> KeyRange {
      KeyRange(start: key(), end: generator.chance(10) ? nil : key())
    }
    for _ in 0..<300 {
      let list = (0..<Int.random(in: 0..<8, using: &generator)).map { _ in range() }
      let set = KeyRangeSet(list)
      for (left, right) in zip(set.ranges, set.ranges.dropFirst()) {
        #expect(left.end.map { $0 < right.start } == true, "seed \(seed)")
      }
      for _ in 0..<40 {
        let key = key()
        #expect(set.contains(key) == list.contains { $0.contains(key) }, "seed \(seed)")
        let probe = range()
        #expect(set.overlaps(probe) == list.contains { $0.overlaps(probe) }, "seed \(seed)")
        #expect(probe.overlaps(probe) == !probe.isEmpty)
        for other in list {
          let both = probe.intersection(other)
          #expect(both.contains(key) == (probe.contains(key) && other.contains(key)))
        }
        #expect(probe.after(key).contains(key) == false)
        #expect(probe.before(key).contains(key) == false)
      }
    }
  }
}
