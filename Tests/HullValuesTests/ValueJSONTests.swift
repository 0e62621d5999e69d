import HullValues
import Testing

@Suite struct ValueJSONTests {
  @Test func `every section of the value vectors has a test`() {
    #expect(Vectors.sections("value-json") == ["roundTrip", "clientEncode", "decode"])
    #expect(
      Vectors.sections("value-size") == [
        "values", "getDocumentSizeWithoutSystemFields", "documentSizeLimit", "binarySizeText",
        "formatBytesText",
      ]
    )
    #expect(Vectors.sections("export-formats") == ["values", "parseExportJson"])
    #expect(Vectors.sections("display-text") == ["display", "literalDisplay"])
    #expect(Vectors.sections("value-ordering") == ["sorted", "compareValuesDisagreements"])
  }

  @Test(arguments: Vectors.cases("value-json", "roundTrip"))
  func `a value and its wire text stand for each other`(vector: VectorCase) throws {
    let value = try typedValue(try #require(vector["value"]))
    let text = try vector.string("text")
    let server = try #require(vector["server"])
    guard server["ok"]?.bool == true else {
      // The commit timestamp: legal for a mutation's own values only.
      let error = #expect(throws: JSONParseError.self) { try JSONParser().value(text) }
      #expect(error?.message == server["error"]?.string)
      #expect(try JSONParser(options: .mutation).value(text) == value)
      #expect(EncodedValue(value).string == text)
      return
    }
    #expect(try JSONParser().value(text) == value)
    #expect(try vector.value("wire") == value)
    #expect(value.typeName == server["type"]?.string)
    #expect(value.nesting == server["nesting"]?.integer.map(Int.init))
    #expect(value.size == vector["convexSize"]?.integer.map(Int.init))
    #expect(try EncodedValue(value).decoded() == value)
    #expect(JSONValue(wireFormOf: value) == vector["wire"].map(asDoubles))
  }

  @Test(arguments: Vectors.cases("value-json", "decode"))
  func `a text is read as the reference's server reads it`(vector: VectorCase) throws {
    let text = try vector["text"]?.string ?? generated(try vector.string("generated"))
    let server = try #require(vector["server"])
    let parsed = Result { try JSONParser().value(text) }
    switch parsed {
    case .success(let value):
      #expect(server["ok"]?.bool == true)
      #expect(value.typeName == server["type"]?.string)
      if let reencoded = server["reencoded"]?.string {
        #expect(EncodedValue(value).string == reencoded)
      }
    case .failure(let error as JSONParseError):
      #expect(server["ok"]?.bool == false)
      expect(error.message, abbreviates: try #require(server["error"]?.string))
      #expect(error.code == server["shortMsg"]?.string)
      if case .syntax = error {
        #expect(server["stage"] == "json")
      } else {
        #expect(server["stage"] == "value")
      }
    case .failure(let error): throw error
    }
    // What goes through a tree first has the same outcome.
    let viaTree = Result { try ConvexValue(json: try JSONParser().json(text)) }
    #expect((try? viaTree.get()) == (try? parsed.get()))
  }

  /// What the JavaScript client does with odd inputs, against what the same input does here.
  @Test(arguments: Vectors.cases("value-json", "clientEncode"))
  func `what a client refuses to encode is no value here either`(vector: VectorCase) throws {
    let input = try vector.string("input")
    if let name = Self.refusedNames[input] {
      #expect(!vector.isOK)
      #expect(throws: ConvexValueError.self) { try ConvexObject(validating: [(name, .null)]) }
      let text = JSONValue.object([name: .null]).description
      #expect(throws: JSONParseError.self) { try JSONParser().value(text) }
    } else if let wire = vector["wire"] {
      #expect(vector.isOK)
      if input.hasPrefix("patch") {
        #expect(throws: Never.self) { try DocumentPatch(json: wire) }
      } else if input == "filter literal undefined" {
        #expect(try FilterExpression.value(wire) == nil)
      } else {
        #expect(throws: Never.self) { try ConvexValue(json: wire) }
      }
    } else if input.hasPrefix("lone surrogate") {
      #expect(throws: JSONParseError.self) { try JSONParser().value(#""\ud800""#) }
    } else {
      // `undefined`, too large integers, dates, instances: no Swift value of these types exists.
      #expect(!vector.isOK)
      #expect(Self.inexpressible.contains(input))
    }
  }

  private static let refusedNames: [String: String] = [
    "key starts with $": "$a", "key $integer object literal": "$integer", "key non-ASCII": "é",
    "key control char": "a\tb", "key DEL": "a\u{7f}",
    "key too long": String(repeating: "k", count: 1025), "patch: invalid key with undefined": "$a",
  ]

  private static let inexpressible: Set<String> = [
    "undefined", "undefined in array", "undefined in nested array", "bigint too large",
    "bigint too small", "Set", "Map nested", "Date", "class instance", "top-level class instance",
    "Uint8Array", "function", "symbol", "patch: undefined in array", "patch: whole value undefined",
  ]

  private func generated(_ description: String) throws -> String {
    switch description {
    case "object with one key of 1024 'k' characters":
      return "{\"\(String(repeating: "k", count: 1024))\":1}"
    case "object with one key of 1025 'k' characters":
      return "{\"\(String(repeating: "k", count: 1025))\":1}"
    case "array of 8192 ones", "array of 8193 ones":
      let count = description.contains("8192") ? 8192 : 8193
      return "[\(Array(repeating: "1", count: count).joined(separator: ","))]"
    case "object with 1024 fields k0..", "object with 1025 fields k0..":
      let count = description.contains("1024") ? 1024 : 1025
      return "{\((0..<count).map { "\"k\($0)\":\($0)" }.joined(separator: ","))}"
    default: throw ConvexValueError(message: "no rule for \(description)")
    }
  }

  /// Numbers of a vector as the wire form has them: doubles, however they were spelled.
  private func asDoubles(_ json: JSONValue) -> JSONValue {
    switch json {
    case .integer(let value): .double(Double(value))
    case .array(let elements): .array(elements.map(asDoubles))
    case .object(let members): .object(JSONObject(members.map { ($0.key, asDoubles($0.value)) }))
    default: json
    }
  }

  // MARK: Formats

  @Test(arguments: Vectors.cases("export-formats", "values"))
  func `a value is written in all three formats`(vector: VectorCase) throws {
    let value = try vector.value("wire")
    #expect(value.typeName == vector["type"]?.string)
    let encoded = EncodedValue(value)
    for (format, key) in [
      (ValueFormat.encoded, "encoded"), (.clean, "clean"), (.export, "exportJson"),
    ] {
      var writer = JSONWriter()
      writer.value(value, format: format)
      #expect(writer.string == vector[key]?.string)
      #expect(String(decoding: encoded.bytes(in: format), as: UTF8.self) == vector[key]?.string)
    }
    let exported = try vector.string("exportJson")
    #expect(try JSONParser(options: .export).value(exported) == value)
  }

  @Test(arguments: Vectors.cases("export-formats", "parseExportJson"))
  func `the export form is read back`(vector: VectorCase) throws {
    let text = try vector.string("text")
    if vector.isOK {
      let value = try JSONParser(options: .export).value(text)
      #expect(value.typeName == vector["type"]?.string)
      #expect(EncodedValue(value).string == vector["encoded"]?.string)
    } else {
      let error = #expect(throws: JSONParseError.self) {
        try JSONParser(options: .export).value(text)
      }
      #expect(error?.message == vector["error"]?.string)
    }
  }

  @Test func `format names and their aliases are known, others are refused`() throws {
    let names: [(String, ValueFormat)] = [
      ("convex_encoded_json", .encoded), ("convex_json", .encoded), ("json", .clean),
      ("convex_clean_json", .clean), ("export_json", .export),
    ]
    for (name, format) in names { #expect(try ValueFormat(name: name) == format) }
    let error = #expect(throws: ConvexValueError.self) { try ValueFormat(name: "raw") }
    #expect(error?.code == "BadFormat")
    #expect(error?.message == "format param must be one of [`json`]. Got raw")
  }

  // MARK: Sizes

  @Test(arguments: Vectors.cases("value-size", "values"))
  func `size and nesting are counted as the reference counts them`(vector: VectorCase) throws {
    let value = try typedValue(try #require(vector["value"]))
    #expect(value.size == vector["size"]?.integer.map(Int.init))
    #expect(value.nesting == vector["nesting"]?.integer.map(Int.init))
  }

  @Test(arguments: Vectors.cases("value-size", "getDocumentSizeWithoutSystemFields"))
  func `a document's size includes its system fields`(vector: VectorCase) throws {
    let value = try #require(vector["value"])
    let object = try #require(try typedValue(value).object)
    #expect(object.size == vector["convexSize"]?.integer.map(Int.init))
    let id = try DocumentID(parsing: "j57000820c20a1g7104gm2rc1m70ynr8")
    let document = try object.asDocument(id: id, creationTime: 1_700_000_000_000.25)
    #expect(document.size == vector["documentSize"]?.integer.map(Int.init))
  }

  @Test func `documents of up to 1 MiB are accepted`() throws {
    let cases = try #require(Vectors.load("value-size")["documentSizeLimit"]?["cases"]?.array)
    let id = try DocumentID(parsing: "j57000820c20a1g7104gm2rc1m70ynr8")
    #expect(cases.count > 10)
    for vector in cases {
      let pad = Int(try #require(vector["pad"]?.integer))
      let object: ConvexObject = ["s": .string(String(repeating: "a", count: pad))]
      let document = try object.asDocument(id: id, creationTime: 1_700_000_000_000)
      #expect(document.size == vector["size"]?.integer.map(Int.init))
      let error = thrown { try document.checkDocumentSize() } as? ConvexValueError
      #expect((error == nil) == vector["accepted"]?.bool, "pad \(pad)")
      #expect(error?.message == vector["error"]?.string)
      #expect(error?.code == vector["shortMsg"]?.string)
    }
  }

  @Test func `sizes are printed in the reference's two ways`() throws {
    let file = Vectors.load("value-size")
    for vector in try #require(file["binarySizeText"]?["cases"]?.array) {
      #expect(SizeText.binary(Int(vector["bytes"]?.integer ?? -1)) == vector["text"]?.string)
    }
    for vector in try #require(file["formatBytesText"]?["cases"]?.array) {
      #expect(SizeText.exact(Int(vector["bytes"]?.integer ?? -1)) == vector["text"]?.string)
    }
  }

  // MARK: Display

  @Test(arguments: Vectors.cases("display-text", "display"))
  func `a value is displayed as in error messages`(vector: VectorCase) throws {
    let value = try vector.value("wire")
    #expect(value.displayText == vector["display"]?.string)
    #expect(EncodedValue(value).string == vector["jsonText"]?.string)
  }

  @Test(arguments: Vectors.cases("display-text", "literalDisplay"))
  func `a literal is displayed as in error messages`(vector: VectorCase) throws {
    let validator = Validator.literal(try vector.value("literal"))
    #expect(validator.description == vector["display"]?.string)
  }

  // MARK: Order

  @Test func `a writer makes room for what is expected, within bounds, and writes the same`() {
    var writer = JSONWriter()
    writer.beginArray()
    writer.expect(10_000)
    let room = writer.bytes.capacity
    #expect(room > 10_000 && room < 20_000)
    // Twice the room comes by itself.
    writer.expect(room)
    #expect(writer.bytes.capacity == room)
    writer.expect(.max)
    #expect(writer.bytes.capacity < 200_000)
    writer.double(1)
    writer.endArray()
    #expect(writer.string == "[1.0]")
  }

  @Test func `values sort as their keys do, in the order of the vectors`() throws {
    let sorted = try #require(Vectors.load("value-ordering")["sorted"]?.array)
    #expect(sorted.count == 139)
    let values = try sorted.map { vector -> ConvexValue? in
      try vector["wire"].map { try ConvexValue(json: $0) }
    }
    let keys = values.map { IndexKey([$0]) }
    for (index, vector) in sorted.enumerated() {
      #expect(hex(keys[index].bytes) == vector["sortKey"]?.string, "rank \(index)")
      #expect(try keys[index].values() == [values[index]], "rank \(index)")
    }
    for left in sorted.indices {
      for right in sorted.indices {
        #expect((keys[left] < keys[right]) == (left < right), "keys \(left) and \(right)")
        if let a = values[left], let b = values[right] {
          #expect((a < b) == (left < right), "values \(left) and \(right)")
          #expect((a == b) == (left == right), "values \(left) and \(right)")
        }
      }
    }
  }

  @Test(arguments: Vectors.cases("value-ordering", "compareValuesDisagreements"))
  func `NaNs sort by their bits where the client's helper disagrees`(vector: VectorCase) throws {
    let a = try JSONParser().value(try vector.string("a"))
    let b = try JSONParser().value(try vector.string("b"))
    #expect(vector["server"] == -1)
    #expect(a < b)
    #expect(IndexKey([a]) < IndexKey([b]))
  }
}

/// Compares a text with one that has `...` in place of a long middle.
func expect(
  _ text: String,
  abbreviates vector: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let parts = vector.split(separator: "...", maxSplits: 1)
  if parts.count == 2, text != vector {
    #expect(text.hasPrefix(parts[0]) && text.hasSuffix(parts[1]), sourceLocation: sourceLocation)
  } else {
    #expect(text == vector, sourceLocation: sourceLocation)
  }
}
