/// Reads a text into ``JSONValue``, reporting the first error of syntax.
struct JSONTreeReader {
  var scanner: JSONScanner
  private let maximumDepth: Int
  private var depth = 0

  init(scanner: JSONScanner, maximumDepth: Int) {
    self.scanner = scanner
    self.maximumDepth = maximumDepth
  }

  mutating func readAll() throws(JSONSyntaxError) -> JSONValue {
    let value = try read()
    try scanner.expectEnd()
    return value
  }

  /// Keys of a top-level object with the ranges of their values; nil for other values.
  mutating func readMembers() throws(JSONSyntaxError) -> [(key: String, value: Range<Int>)]? {
    guard scanner.skipSpace() == UInt8(ascii: "{") else {
      _ = try readAll()
      return nil
    }
    var members: [(key: String, value: Range<Int>)] = []
    // A call has three.
    members.reserveCapacity(4)
    try object { reader, key throws(JSONSyntaxError) in
      _ = reader.scanner.skipSpace()
      let start = reader.scanner.position
      try reader.skip()
      members.append((key, start..<reader.scanner.position))
    }
    try scanner.expectEnd()
    return members
  }

  /// The ranges of the elements of a top-level array; nil for other values.
  mutating func readElements() throws(JSONSyntaxError) -> [Range<Int>]? {
    guard scanner.skipSpace() == UInt8(ascii: "[") else {
      _ = try readAll()
      return nil
    }
    var elements: [Range<Int>] = []
    try array { reader throws(JSONSyntaxError) in
      _ = reader.scanner.skipSpace()
      let start = reader.scanner.position
      try reader.skip()
      elements.append(start..<reader.scanner.position)
    }
    try scanner.expectEnd()
    return elements
  }

  private mutating func read() throws(JSONSyntaxError) -> JSONValue {
    switch scanner.skipSpace() {
    case UInt8(ascii: "\""):
      let token = try scanner.stringToken()
      return .string(try scanner.string(token))
    case UInt8(ascii: "{"):
      var members: [(key: String, value: JSONValue)] = []
      try object { reader, key throws(JSONSyntaxError) in members.append((key, try reader.read())) }
      return .object(JSONObject(normalizing: members))
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try array { reader throws(JSONSyntaxError) in elements.append(try reader.read()) }
      return .array(elements)
    case UInt8(ascii: "t"):
      try scanner.literal("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try scanner.literal("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try scanner.literal("null")
      return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      switch try scanner.number() {
      case .integer(let value): return .integer(value)
      case .double(let value): return .double(value)
      }
    default: throw noValue()
    }
  }

  /// Reads a value only to check it.
  private mutating func skip() throws(JSONSyntaxError) {
    switch scanner.skipSpace() {
    case UInt8(ascii: "\""):
      let token = try scanner.stringToken()
      if token.hasEscapes || !token.isASCII { _ = try scanner.string(token) }
    case UInt8(ascii: "{"): try object { reader, _ throws(JSONSyntaxError) in try reader.skip() }
    case UInt8(ascii: "["): try array { reader throws(JSONSyntaxError) in try reader.skip() }
    case UInt8(ascii: "t"): try scanner.literal("true")
    case UInt8(ascii: "f"): try scanner.literal("false")
    case UInt8(ascii: "n"): try scanner.literal("null")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): _ = try scanner.number()
    default: throw noValue()
    }
  }

  /// Reads an object whose `{` is next; `member` reads the value of each key.
  private mutating func object(
    _ member: (inout JSONTreeReader, String) throws(JSONSyntaxError) -> Void
  ) throws(JSONSyntaxError) {
    try enter()
    if scanner.skipSpace() != UInt8(ascii: "}") {
      while true {
        guard scanner.next == UInt8(ascii: "\"") else {
          throw scanner.position < scanner.end
            ? scanner.unexpected("key must be a string")
            : scanner.failure("EOF while parsing an object")
        }
        let token = try scanner.stringToken()
        let key = try scanner.string(token)
        guard scanner.skipSpace() == UInt8(ascii: ":") else {
          throw scanner.position < scanner.end
            ? scanner.unexpected("expected `:`") : scanner.failure("EOF while parsing an object")
        }
        scanner.position += 1
        try member(&self, key)
        let next = scanner.skipSpace()
        if next == UInt8(ascii: "}") { break }
        guard next == UInt8(ascii: ",") else {
          throw scanner.position < scanner.end
            ? scanner.unexpected("expected `,` or `}`")
            : scanner.failure("EOF while parsing an object")
        }
        scanner.position += 1
        if scanner.skipSpace() == UInt8(ascii: "}") { throw scanner.unexpected("trailing comma") }
      }
    }
    leave()
  }

  /// Reads an array whose `[` is next; `element` reads each element.
  private mutating func array(
    _ element: (inout JSONTreeReader) throws(JSONSyntaxError) -> Void
  ) throws(JSONSyntaxError) {
    try enter()
    if scanner.skipSpace() != UInt8(ascii: "]") {
      while true {
        if scanner.position == scanner.end { throw scanner.failure("EOF while parsing a list") }
        try element(&self)
        let next = scanner.skipSpace()
        if next == UInt8(ascii: "]") { break }
        guard next == UInt8(ascii: ",") else {
          throw scanner.position < scanner.end
            ? scanner.unexpected("expected `,` or `]`")
            : scanner.failure("EOF while parsing a list")
        }
        scanner.position += 1
        if scanner.skipSpace() == UInt8(ascii: "]") { throw scanner.unexpected("trailing comma") }
      }
    }
    leave()
  }

  private mutating func enter() throws(JSONSyntaxError) {
    if depth >= maximumDepth { throw scanner.unexpected("recursion limit exceeded") }
    depth += 1
    scanner.position += 1
  }

  private mutating func leave() {
    depth -= 1
    scanner.position += 1
  }

  private func noValue() -> JSONSyntaxError {
    scanner.position < scanner.end
      ? scanner.unexpected("expected value") : scanner.failure("EOF while parsing a value")
  }
}
