/// Reads well-formed texts of values in one pass.
///
/// It only tells that something is wrong, not what: the caller reads again through a tree to say it
/// in the reference's words. What it accepts, the tree accepts with the same result.
struct JSONValueReader {
  /// Something is wrong, or needs the slower reading.
  struct NeedsTree: Error {}

  var scanner: JSONScanner
  let options: JSONParser.Options
  private var depth = 0

  init(scanner: JSONScanner, options: JSONParser.Options) {
    self.scanner = scanner
    self.options = options
  }

  mutating func readAll() throws(NeedsTree) -> ConvexValue {
    let length = scanner.end - scanner.position
    let value = try read()
    if (try? scanner.expectEnd()) == nil { throw NeedsTree() }
    // A value is at most 4.5 times the size of its text (`,1` counts 9).
    if length > ValueLimits.maximumSize / 5, value.size > ValueLimits.maximumSize {
      throw NeedsTree()
    }
    return value
  }

  /// Reads one value and stops after it.
  mutating func read() throws(NeedsTree) -> ConvexValue {
    switch scanner.skipSpace() {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "t"):
      try literal("true")
      return .boolean(true)
    case UInt8(ascii: "f"):
      try literal("false")
      return .boolean(false)
    case UInt8(ascii: "n"):
      try literal("null")
      return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      do {
        let number = try scanner.number()
        if options.isExportForm, case .integer(let value) = number { return .int64(value) }
        return .float64(number.double)
      } catch { throw NeedsTree() }
    default: throw NeedsTree()
    }
  }

  private mutating func string() throws(NeedsTree) -> String {
    do {
      let token = try scanner.stringToken()
      return try scanner.string(token)
    } catch { throw NeedsTree() }
  }

  private mutating func literal(_ text: StaticString) throws(NeedsTree) {
    do { try scanner.literal(text) } catch { throw NeedsTree() }
  }

  private mutating func array() throws(NeedsTree) -> ConvexValue {
    try enter()
    var elements: [ConvexValue] = []
    if scanner.skipSpace() != UInt8(ascii: "]") {
      while true {
        if elements.isEmpty { elements.reserveCapacity(4) }
        elements.append(try read())
        if elements.count > ValueLimits.maximumElements { throw NeedsTree() }
        let next = scanner.skipSpace()
        if next == UInt8(ascii: "]") { break }
        guard next == UInt8(ascii: ",") else { throw NeedsTree() }
        scanner.position += 1
      }
    }
    try leaveNested()
    return .array(elements)
  }

  private mutating func object() throws(NeedsTree) -> ConvexValue {
    try enter()
    var fields: [ConvexObject.Field] = []
    var isSorted = true
    var previousKey = 0..<0
    if scanner.skipSpace() != UInt8(ascii: "}") {
      while true {
        guard scanner.next == UInt8(ascii: "\"") else { throw NeedsTree() }
        let start = scanner.position + 1
        if start < scanner.end, scanner.text[start] == UInt8(ascii: "$") {
          guard fields.isEmpty else { throw NeedsTree() }
          return try special()
        }
        let token: JSONScanner.StringToken
        let name: String
        do {
          token = try scanner.stringToken()
          name = try scanner.string(token)
        } catch { throw NeedsTree() }
        if token.hasEscapes {
          // Rare: a quote or a backslash in a name. How it is spelled does not tell its order.
          isSorted = false
          guard FieldName.isValid(name) else { throw NeedsTree() }
        } else {
          guard token.isASCII, isValidName(token.range) else { throw NeedsTree() }
          if isSorted, !fields.isEmpty { isSorted = scanner.precedes(previousKey, token.range) }
        }
        previousKey = token.range
        guard scanner.skipSpace() == UInt8(ascii: ":") else { throw NeedsTree() }
        scanner.position += 1
        if fields.isEmpty { fields.reserveCapacity(8) }
        fields.append(ConvexObject.Field(name: name, value: try read()))
        let next = scanner.skipSpace()
        if next == UInt8(ascii: "}") { break }
        guard next == UInt8(ascii: ",") else { throw NeedsTree() }
        scanner.position += 1
        _ = scanner.skipSpace()
      }
    }
    try leaveNested()
    let object =
      isSorted ? ConvexObject(sortedFields: fields) : ConvexObject(normalizing: fields)
    if object.fields.count > ValueLimits.maximumFields { throw NeedsTree() }
    return .object(object)
  }

  /// Whether a key of ASCII characters, none of them a control character below 0x20, is legal.
  private func isValidName(_ range: Range<Int>) -> Bool {
    if range.count > FieldName.maximumLength { return false }
    for index in range where scanner.text[index] == 0x7F { return false }
    return true
  }

  /// Reads the rest of an object whose first key starts with `$` and is next.
  private mutating func special() throws(NeedsTree) -> ConvexValue {
    let key = try string()
    guard scanner.skipSpace() == UInt8(ascii: ":") else { throw NeedsTree() }
    scanner.position += 1
    let value: ConvexValue
    switch scanner.skipSpace() {
    case UInt8(ascii: "\""):
      do {
        let token = try scanner.stringToken()
        if token.hasEscapes { throw NeedsTree() }
        let payload = UnsafeBufferPointer(rebasing: scanner.text[token.range])
        value = try SpecialValue.decode(key, payload)
      } catch { throw NeedsTree() }
    case UInt8(ascii: "n") where key == SpecialValue.commitTimestamp:
      guard options.allowsCommitTimestamp else { throw NeedsTree() }
      try literal("null")
      value = .commitTimestamp
    default: throw NeedsTree()
    }
    guard scanner.skipSpace() == UInt8(ascii: "}") else { throw NeedsTree() }
    leave()
    return value
  }

  private mutating func enter() throws(NeedsTree) {
    // One level more than a value may have: `{"$integer": …}` does not count as nesting.
    if depth > ValueLimits.maximumNesting { throw NeedsTree() }
    depth += 1
    scanner.position += 1
  }

  private mutating func leave() {
    depth -= 1
    scanner.position += 1
  }

  private mutating func leaveNested() throws(NeedsTree) {
    if depth > ValueLimits.maximumNesting { throw NeedsTree() }
    leave()
  }
}
