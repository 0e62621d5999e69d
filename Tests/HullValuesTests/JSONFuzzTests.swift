import HullValues
import TestRandomness
import Testing

@Suite struct JSONFuzzTests {
  @Test func `random values survive all lossless trips`() throws {
    let seed: UInt64 = 1001
    var generator = SeededGenerator(seed: seed)
    for round in 0..<3000 {
      let value = ConvexValue.random(&generator)
      let encoded = EncodedValue(value)
      let context: Comment = "seed \(seed), round \(round): \(encoded)"
      #expect(try encoded.decoded() == value, context)
      #expect(encoded.size == value.size, context)
      #expect(try JSONParser().value(spaced(encoded.bytes, &generator)) == value, context)
      let tree = try JSONParser().json(encoded.bytes)
      #expect(try ConvexValue(json: tree) == value, context)
      #expect(tree.description == encoded.string, context)
      let exported = encoded.bytes(in: .export)
      #expect(try JSONParser(options: .export).value(exported) == value, context)
      #expect(throws: Never.self, context) { try JSONParser().json(encoded.bytes(in: .clean)) }
      var writer = JSONWriter()
      writer.value(value, format: .clean)
      #expect(writer.bytes == encoded.bytes(in: .clean), context)
      #expect(throws: Never.self, context) { try value.checkLimits() }
    }
  }

  /// The same text with white space wherever JSON allows it.
  private func spaced(_ text: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var result: [UInt8] = []
    var inString = false
    var escaped = false
    for byte in text {
      let isStructure = !inString && "{}[],:".utf8.contains(byte)
      if isStructure { result += Array(" \n\t\r".utf8).shuffled(using: &generator).prefix(2) }
      result.append(byte)
      if isStructure { result.append(0x20) }
      if escaped {
        escaped = false
      } else if byte == 0x5C {
        escaped = inString
      } else if byte == 0x22 {
        inString.toggle()
      }
    }
    return result
  }

  @Test func `fields of stored objects are found without decoding the rest`() throws {
    let seed: UInt64 = 2002
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<3000 {
      var object = ConvexObject()
      for name in ["a", "aa", "b", "_id", "a b", "\"q\"", "zz", "n\\"] where generator.chance(50) {
        try object.set(name, to: .random(&generator, depth: 1))
      }
      let encoded = EncodedValue(object)
      for name in ["_id", "a", "aa", "b", "zz", "missing"] {
        let path = try FieldPath(parsing: name)
        #expect(encoded.field(path) == object[name], "seed \(seed): \(encoded) \(name)")
      }
      let names = ["A", "_id", "a", "aa", "b", "zz"]
      #expect(encoded.fields(names) == names.map { object[$0] }, "seed \(seed): \(encoded)")
    }
  }

  @Test func `damaged texts are refused or read, in both ways alike`() throws {
    let seed: UInt64 = 3003
    var generator = SeededGenerator(seed: seed)
    let pieces: [[UInt8]] = [
      Array("{\"$integer\":\"AQAAAAAAAAA=\"}".utf8), Array("\"".utf8), Array("\\u00".utf8), [0xFF],
      [0xC3], [0xED, 0xA0, 0x80], Array("1e9".utf8), Array("[".utf8), Array("}".utf8), [0],
      Array("\\".utf8), Array("-".utf8), Array("{\"$bytes\":\"A".utf8), Array("\"a\":1,".utf8),
    ]
    var accepted = 0
    for round in 0..<20_000 {
      var text = EncodedValue(.random(&generator)).bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let position = Int.random(in: 0...text.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0 where position < text.count: text.remove(at: position)
        case 1 where position < text.count:
          text[position] = UInt8.random(in: 0...255, using: &generator)
        default:
          text.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: position)
        }
      }
      let value = try? JSONParser().value(text)
      let tree = try? JSONParser().json(text)
      let viaTree = tree.flatMap { try? ConvexValue(json: $0) }
      if value != viaTree { Issue.record("seed \(seed), round \(round): \(text)") }
      if value != nil { accepted += 1 }
      // Text that is not canonical, or no text at all, must not crash the readers of stored values.
      let stored = EncodedValue(canonical: text)
      _ = stored.field("a.b")
      _ = stored.fields(["_id", "a", "b"])
      _ = stored.encodedField("a")
      _ = stored.bytes(in: .clean)
      if let members = try? JSONParser().members(text) {
        #expect(tree?.object != nil)
        for member in members { _ = try? JSONParser().value(text, in: member.value) }
      }
    }
    #expect(accepted > 500)
  }

  @Test func `deep nesting is refused without using up the stack`() {
    for (text, message) in [
      (String(repeating: "[", count: 1_000_000), "recursion limit exceeded at line 1 column 129"),
      (
        String(repeating: "{\"a\":", count: 300_000),
        "recursion limit exceeded at line 1 column 641"
      ),
      (
        String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
        "Value is too nested (nested 65 levels deep > maximum nesting 64)"
      ),
    ] {
      let error = #expect(throws: JSONParseError.self) { try JSONParser().value(text) }
      #expect(error?.message == message)
    }
    let allowed =
      String(repeating: "[", count: 63) + #"[{"$integer":"AQAAAAAAAAA="}]"#
      + String(repeating: "]", count: 63)
    #expect(throws: Never.self) { try JSONParser().value(allowed) }
  }

  @Test func `a value larger than 32 MiB is refused though its text is smaller`() throws {
    // 500 arrays of 8000 ones: 8 MB of text, 36 MB by Convex's measure.
    let row = "[" + Array(repeating: "1", count: 8000).joined(separator: ",") + "]"
    let text = "[" + Array(repeating: row, count: 500).joined(separator: ",") + "]"
    let error = #expect(throws: JSONParseError.self) { try JSONParser().value(text) }
    #expect(error?.code == "ValueTooLargeError")
    #expect(error?.message == "Value is too large (34.33 MiB > maximum size 32 MiB)")
  }

  // MARK: Numbers

  @Test func `every double reads back as itself in the server's spelling`() throws {
    let seed: UInt64 = 4004
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      let value = ConvexValue.randomDouble(&generator)
      guard value.isFinite else { continue }
      var writer = JSONWriter()
      writer.double(value, format: .export)
      let read = try JSONParser().value(writer.bytes)
      #expect(read == .float64(value), "seed \(seed): \(writer.string)")
      #expect(writer.string.contains { ".e".contains($0) }, "seed \(seed): \(writer.string)")
    }
  }

  @Test func `decimal texts are rounded as the standard library rounds them`() throws {
    let seed: UInt64 = 5005
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      var text = generator.chance(50) ? "-" : ""
      func digits(_ count: ClosedRange<Int>) -> String {
        (0..<Int.random(in: count, using: &generator)).map { _ in
          String(Int.random(in: 0...9, using: &generator))
        }.joined()
      }
      text +=
        generator.chance(20) ? "0" : "\(Int.random(in: 1...9, using: &generator))\(digits(0...21))"
      if generator.chance(60) { text += ".\(digits(1...22))" }
      if generator.chance(40) {
        text +=
          "\(generator.chance(50) ? "e" : "E")\(["", "+", "-"].randomElement(using: &generator) ?? "")"
        text += "\(Int.random(in: 0...30, using: &generator))"
      }
      #expect(try JSONParser().value(text).float64 == Double(text), "seed \(seed): \(text)")
    }
  }

  private static let unusualNumbers: [(String, Double)] = [
    ("9007199254740993", 9_007_199_254_740_992.0), ("0.1e1", 1), ("1e-400", 0),
    ("123456789012345678901234567890", 1.2345678901234568e29),
    ("1.7976931348623157e308", .greatestFiniteMagnitude),
    ("0." + String(repeating: "0", count: 400) + "1", 0),
    ("1" + String(repeating: "0", count: 300), 1e300),
    ("1" + String(repeating: "0", count: 400) + "e-400", 1), ("0e99999999999999999999", 0),
    ("2.2250738585072011e-308", Double(bitPattern: 0x000F_FFFF_FFFF_FFFF)),
  ]

  @Test(arguments: unusualNumbers)
  func `unusual numbers are read exactly`(text: String, value: Double) throws {
    #expect(try JSONParser().value(text) == .float64(value))
    #expect(try JSONParser().json(text).number == value)
  }

  // MARK: Syntax

  @Test(arguments: [
    ("", "EOF while parsing a value at line 1 column 0"),
    ("  ", "EOF while parsing a value at line 1 column 2"),
    ("nul", "EOF while parsing a value at line 1 column 3"),
    ("nulx", "expected ident at line 1 column 4"),
    ("[1,\n 2,\n x]", "expected value at line 3 column 2"),
    ("[1 2]", "expected `,` or `]` at line 1 column 4"),
    ("[1,]", "trailing comma at line 1 column 4"),
    ("{\"a\" 1}", "expected `:` at line 1 column 6"),
    ("{\"a\":1 \"b\":2}", "expected `,` or `}` at line 1 column 8"),
    ("{a:1}", "key must be a string at line 1 column 2"),
    ("{\"a\":1,}", "trailing comma at line 1 column 8"),
    ("1 1", "trailing characters at line 1 column 3"),
    ("01", "invalid number at line 1 column 2"),
    ("1.", "EOF while parsing a value at line 1 column 2"),
    ("-", "EOF while parsing a value at line 1 column 1"),
    ("1.x", "invalid number at line 1 column 3"),
    ("\"abc", "EOF while parsing a string at line 1 column 4"),
    (
      "\"a\nb\"",
      "control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0"
    ),
    ("\"\\x\"", "invalid escape at line 1 column 3"),
    ("\"\\u12\"", "invalid escape at line 1 column 6"),
    ("1e999", "number out of range at line 1 column 5"),
    ("\"\\ud800\\u0041\"", "lone leading surrogate in hex escape at line 1 column 13"),
    ("\u{FEFF}1", "expected value at line 1 column 1"),
    ("'a'", "expected value at line 1 column 1"),
    ("NaN", "expected value at line 1 column 1"),
    ("[", "EOF while parsing a list at line 1 column 1"),
    ("{", "EOF while parsing an object at line 1 column 1"),
    ("{\"a\"", "EOF while parsing an object at line 1 column 4"),
  ])
  func `an error of syntax names its place`(text: String, message: String) {
    let error = #expect(throws: JSONParseError.self) { try JSONParser().value(text) }
    #expect(error?.message == message)
    #expect(error?.code == nil)
  }

  @Test(
    arguments: [
      [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22],
      [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0xE2, 0x82, 0x22],
      [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D],
    ] as [[UInt8]]
  )
  func `text that is not UTF-8 is refused`(text: [UInt8]) {
    let error = #expect(throws: JSONParseError.self) { try JSONParser().value(text) }
    #expect(error?.message.hasPrefix("invalid unicode code point") == true)
  }

  @Test func `the last of equal keys wins, even over one whose value is none`() throws {
    #expect(try JSONParser().value(#"{"a":{"$integer":1},"b":0,"a":2}"#) == ["a": 2, "b": 0])
    #expect(
      try JSONParser().value(#"{"$x":1,"$x":2,"a":3}"#.replacing("$x", with: "x")) == [
        "x": 2, "a": 3,
      ]
    )
    let many = (0..<3000).map { "\"k\($0 % 1000)\":\($0)" }.joined(separator: ",")
    let object = try #require(try JSONParser().value("{\(many)}").object)
    #expect(object.count == 1000)
    #expect(object["k7"] == 2007)
    #expect(try JSONParser().json("{\(many)}").object?.count == 1000)
  }

  @Test func `an error of syntax anywhere comes before an error of value`() {
    let error = #expect(throws: JSONParseError.self) {
      try JSONParser().value(#"[{"$integer":1},x]"#)
    }
    #expect(error?.message == "expected value at line 1 column 17")
  }

  @Test func `members of an envelope are found where they stand`() throws {
    let text = Array(#" {"path":"a:b", "args":{"n":1},"x":[ 1 , 2 ] } "#.utf8)
    let members = try #require(try JSONParser().members(text))
    #expect(members.map(\.key) == ["path", "args", "x"])
    #expect(String(decoding: text[members[1].value], as: UTF8.self) == #"{"n":1}"#)
    #expect(try JSONParser().value(text, in: members[1].value) == ["n": 1])
    #expect(try JSONParser().json(text, in: members[2].value) == [1, 2])
    #expect(try JSONParser().members(Array("[1]".utf8)) == nil)
    #expect(throws: JSONParseError.self) { try JSONParser().members(Array("{\"a\":}".utf8)) }
  }

  // MARK: Writer

  @Test func `the writer puts commas where they belong`() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("a")
    writer.beginArray()
    writer.null()
    writer.bool(true)
    writer.string("[")
    writer.double(-0.0)
    writer.double(.nan, format: .clean)
    writer.integer(7)
    writer.int64(7)
    writer.int64(-7, format: .clean)
    writer.bytes([1])
    writer.beginArray()
    writer.endArray()
    writer.encoded(EncodedValue(["k": .int64(1)] as ConvexValue), format: .clean)
    writer.endArray()
    let key: JSONKey = "b\"c"
    writer.key(key)
    writer.beginObject()
    writer.endObject()
    writer.key("d")
    writer.raw("1.0")
    writer.key("e")
    writer.json(["x": [1, 2.5, .null]])
    writer.endObject()
    #expect(
      writer.string == #"""
        {"a":[null,true,"[",{"$float":"AAAAAAAAAIA="},"NaN",7,{"$integer":"BwAAAAAAAAA="},"-7",{"$bytes":"AQ=="},[],{"k":"1"}],"b\"c":{},"d":1.0,"e":{"x":[1,2.5,null]}}
        """#
    )
  }

  @Test func `text without special values is the same in clean form`() {
    let plain = EncodedValue(["a": [1, "{$", "{\\\"$"], "b": .null] as ConvexValue)
    #expect(plain.bytes(in: .clean) == plain.bytes)
    let tricky = EncodedValue(["a": "x{\"$y"] as ConvexValue)
    #expect(tricky.bytes(in: .clean) == tricky.bytes)
  }
}
