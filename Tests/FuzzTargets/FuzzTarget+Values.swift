import HullValues

extension FuzzTarget {
  static func checkJSON(_ input: [UInt8], _ findings: inout Findings) {
    let value = try? JSONParser().value(input)
    let tree = try? JSONParser().json(input)
    let viaTree = tree.flatMap { try? ConvexValue(json: $0) }
    findings.expect(value == viaTree, "both ways of reading agree")
    // Text that is not canonical must not crash the readers of stored values.
    let stored = EncodedValue(canonical: input)
    _ = stored.field("a.b")
    _ = stored.fields(["_id", "a", "b"])
    _ = stored.encodedField("a")
    _ = stored.bytes(in: .clean)
    _ = stored.size
    if let members = try? JSONParser().members(input) {
      findings.expect(tree?.object != nil, "only objects have members")
      for member in members { _ = try? JSONParser().value(input, in: member.value) }
    }
    guard let value else { return }
    let encoded = EncodedValue(value)
    let decoded = try? encoded.decoded()
    findings.expect(decoded == value, "\(encoded) decodes to what was encoded")
    findings.expect(encoded.size == value.size, "the size of \(encoded) is that of its value")
    findings.expect(decoded.map { EncodedValue($0) } == encoded, "\(encoded) is canonical")
    let exported = try? JSONParser(options: .export).value(encoded.bytes(in: .export))
    findings.expect(exported == value, "\(encoded) survives export")
    let isClean = (try? JSONParser().json(encoded.bytes(in: .clean))) != nil
    findings.expect(isClean, "the clean form of \(encoded) is JSON")
    findings.expect((try? value.checkLimits()) != nil, "what was read is within the limits")
    let display = "\(value)"
    findings.expect(!display.isEmpty, "every value can be shown")
  }

  /// An array of two values is compared; anything else is taken for a key.
  static func checkKeys(_ input: [UInt8], _ findings: inout Findings) {
    let key = IndexKey(bytes: input)
    if let values = try? key.values() {
      findings.expect(IndexKey(values) == key, "a key that can be read is the key of its values")
    }
    _ = key.trailingID
    guard case .array(let pair)? = try? JSONParser().value(input), pair.count == 2 else { return }
    let (left, right) = (IndexKey([pair[0]]), IndexKey([pair[1]]))
    let order = ConvexValue.compare(pair[0], pair[1])
    findings.expect((order < 0) == (left < right), "the order of \(pair) is that of their keys")
    findings.expect((order == 0) == (left == right), "equal values have equal keys: \(pair)")
    findings.expect(
      (order > 0) == (ConvexValue.compare(pair[1], pair[0]) < 0),
      "the order of \(pair) can be turned around"
    )
    let both = IndexKey(pair)
    findings.expect((try? both.values()) == pair.map { $0 }, "the key of \(pair) can be read")
    findings.expect(KeyRange(prefix: left).contains(both), "\(pair) is in the range of its first")
    let (mine, other) = (IndexKey([pair[0], pair[1]]), IndexKey([pair[1], pair[0]]))
    findings.expect(order == 0 || (order < 0) == (mine < other), "the first of \(pair) decides")
  }

  /// An object with a `validator`, an `other` one and a `value`, or anything that may be a validator, a
  /// schema or a filter.
  static func checkValidators(_ input: [UInt8], _ findings: inout Findings) {
    guard let json = try? JSONParser().json(input) else { return }
    if let schema = try? SchemaDefinition(json: json) {
      let text = try? schema.json()
      let isWritable = schema.tables.allSatisfy { $0.documentType.isWritable }
      findings.expect((text != nil) == isWritable, "a schema that was read can be written: \(json)")
      if let text {
        let again = try? SchemaDefinition(json: text)
        findings.expect(again != nil, "a schema reads its own JSON: \(text)")
        findings.expect((try? again?.json()) == text, "a schema writes what it reads: \(text)")
      }
    }
    _ = try? FilterExpression(json: json)
    _ = try? ArgumentsValidator(json: json)
    _ = try? ReturnsValidator(json: json)
    let members = json.object
    guard let validator = try? Validator(json: members?["validator"] ?? json) else { return }
    let text = try? validator.json()
    findings.expect(
      (text != nil) == validator.isWritable,
      "a validator that was read can be written: \(validator)"
    )
    if let text {
      findings.expect((try? Validator(json: text)) == validator, "a validator reads \(text)")
    }
    findings.expect(!"\(validator)".isEmpty, "every validator can be shown")
    findings.expect(validator.isSubset(of: validator), "\(validator) is a subset of itself")
    guard let value = members?["value"].flatMap({ try? ConvexValue(json: $0) }) else { return }
    let tables = FixedTableMapping([:])
    guard validator.check(value, tables: tables) == nil else { return }
    findings.expect(
      Validator.union([validator, .null]).check(value, tables: tables) == nil,
      "what satisfies a member satisfies the union"
    )
    let other = members?["other"].flatMap { try? Validator(json: $0) }
    for wider in [other, .any, .string, .int64, .commitTimestamp].compactMap({ $0 })
    where validator.isSubset(of: wider) {
      findings.expect(
        wider.check(value, tables: tables) == nil,
        "\(value) satisfies \(validator), and so \(wider)"
      )
    }
  }
}

extension Validator {
  /// Whether the validator has a form in JSON: a literal that is infinite or NaN can be read but not
  /// written.
  fileprivate var isWritable: Bool {
    switch self {
    case .literal(.float64(let value)): value.isFinite
    case .array(let element): element.isWritable
    case .record(let keys, let values): keys.isWritable && values.isWritable
    case .object(let object): object.fields.allSatisfy { $0.field.validator.isWritable }
    case .union(let members): members.allSatisfy(\.isWritable)
    default: true
    }
  }
}

extension IndexKey {
  /// The id at the end of the key as a scan reads it.
  fileprivate var trailingID: DocumentID? {
    bytes.withUnsafeBufferPointer { bytes in
      try? DocumentID.parse(UnsafeBufferPointer(rebasing: bytes.suffix(37))).get()
    }
  }
}
