/// One value as its canonical wire text: what the store keeps and responses are spliced from.
///
/// Canonical means: what ``JSONWriter`` writes in the encoded form; fields in byte order, no white
/// space. Two values are equal exactly if their canonical texts are.
public struct EncodedValue: Sendable {
  /// What holds the text: the values of a page that is read from the store share one array, since to
  /// allocate one for each takes longer than to copy it.
  private let storage: [UInt8]
  /// Where in ``storage`` the text begins and ends.
  private let start, end: Int

  /// Encodes a value.
  public init(_ value: ConvexValue) {
    var writer = JSONWriter(capacity: 64)
    writer.value(value)
    self.init(canonical: writer.bytes)
  }

  /// Encodes an object.
  public init(_ object: ConvexObject) { self.init(object, capacity: 64) }

  /// Encodes an object into about so many bytes.
  package init(_ object: ConvexObject, capacity: Int) {
    var writer = JSONWriter(capacity: capacity)
    writer.object(object)
    self.init(canonical: writer.bytes)
  }

  /// Adopts text that is known to be canonical, such as what the store returns.
  ///
  /// - Parameter canonical: The text; it is not checked.
  public init(canonical: [UInt8]) {
    (storage, start, end) = (canonical, 0, canonical.count)
  }

  /// Adopts a part of a text, without copying it: the value keeps all of the array.
  ///
  /// - Parameters:
  ///   - text: Canonical texts of values, one after the other.
  ///   - range: That of this value; it is not checked beyond its bounds.
  package init(canonical text: [UInt8], in range: Range<Int>) {
    precondition(range.upperBound <= text.count)
    (storage, start, end) = (text, range.lowerBound, range.upperBound)
  }

  /// The text, UTF-8.
  ///
  /// - Complexity: O(1), or O(length) for a value that shares its array with others.
  public var bytes: [UInt8] { isAlone ? storage : Array(storage[start..<end]) }

  /// How many bytes the text has.
  public var count: Int { end - start }

  private var isAlone: Bool { count == storage.count }

  /// Calls a closure with the text.
  ///
  /// - Parameter body: Uses the buffer during the call only.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public func withText<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in
      try body(UnsafeBufferPointer(rebasing: buffer[start..<end]))
    }
  }

  /// The value with every placeholder of a commit timestamp replaced.
  ///
  /// - Parameter timestamp: The commit timestamp in nanoseconds.
  /// - Returns: A value without placeholders; this one if it has none.
  /// - Complexity: O(length), and little of that if there is no dollar sign.
  package func resolvingCommitTimestamp(_ timestamp: Int64) -> EncodedValue {
    guard hasSpecialValues, let value = try? decoded(), value.containsCommitTimestamp else {
      return self
    }
    return EncodedValue(value.resolvingCommitTimestamp(timestamp))
  }

  /// The text `null`.
  public static let null = EncodedValue(.null)

  /// The value.
  ///
  /// - Throws: ``JSONParseError`` if the text is not what it should be.
  public func decoded() throws(JSONParseError) -> ConvexValue {
    try withText { (text) throws(JSONParseError) -> ConvexValue in
      try JSONParser(options: .mutation).value(text)
    }
  }

  /// The text as a string.
  public var string: String { withText { String(decoding: $0, as: UTF8.self) } }

  /// The value's text in another form.
  ///
  /// - Parameter format: The form.
  /// - Returns: The text; the same bytes when there is nothing to convert.
  public func bytes(in format: ValueFormat) -> [UInt8] {
    guard format != .encoded, hasSpecialValues else { return bytes }
    guard let value = try? decoded() else { return bytes }
    var writer = JSONWriter(capacity: count)
    writer.value(value, format: format)
    return writer.bytes
  }

  /// Whether the text may hold an object with a `$` key: whether `{"$` occurs in it.
  private var hasSpecialValues: Bool {
    withText { text in
      let raw = UnsafeRawBufferPointer(text)
      let ones: UInt64 = 0x0101_0101_0101_0101
      var index = 0
      // Eight bytes at a time while none of them is `$`; the load ends at `index + 8 <= count`.
      while index < text.count {
        if index + 8 <= text.count {
          let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
          let others = word ^ (ones &* UInt64(UInt8(ascii: "$")))
          if (others &- ones) & ~others & (ones << 7) == 0 {
            index += 8
            continue
          }
        }
        for index in index..<min(index + 8, text.count)
        where text[index] == UInt8(ascii: "$") && index >= 2
          && text[index - 1] == UInt8(ascii: "\"") && text[index - 2] == UInt8(ascii: "{")
        {
          return true
        }
        index += 8
      }
      return false
    }
  }

  /// The value at a path of nested objects, read without building the rest.
  ///
  /// - Parameter path: Identifiers, as index fields are.
  /// - Returns: The value; nil when it is missing or leads through a non-object.
  public func field(_ path: FieldPath) -> ConvexValue? {
    withText { text in
      var scanner = JSONScanner(text)
      for name in path.fields {
        guard scanner.enterField(name) else { return nil }
      }
      var reader = JSONValueReader(scanner: scanner, options: .mutation)
      return try? reader.read()
    }
  }

  /// The values of several top-level fields, found in one pass over the text.
  ///
  /// - Parameter names: Identifiers in byte order.
  /// - Returns: One element per name; nil for missing fields.
  public func fields(_ names: [String]) -> [ConvexValue?] {
    var values = [ConvexValue?](repeating: nil, count: names.count)
    withText { text in
      var scanner = JSONScanner(text)
      guard scanner.enterObject() else { return }
      var wanted = 0
      while wanted < names.count, let key = scanner.nextKey() {
        while wanted < names.count, scanner.compare(key, names[wanted]) > 0 { wanted += 1 }
        if wanted < names.count, scanner.compare(key, names[wanted]) == 0 {
          var reader = JSONValueReader(scanner: scanner, options: .mutation)
          values[wanted] = try? reader.read()
          scanner = reader.scanner
          wanted += 1
        } else {
          scanner.skipTrusted()
        }
      }
    }
    return values
  }

  /// The wire text of a top-level field.
  ///
  /// - Parameter name: An identifier.
  /// - Returns: The text; nil if there is no such field.
  public func encodedField(_ name: String) -> EncodedValue? {
    withText { text in
      var scanner = JSONScanner(text)
      guard scanner.enterField(name) else { return nil }
      let start = scanner.position
      scanner.skipTrusted()
      return EncodedValue(canonical: Array(text[start..<scanner.position]))
    }
  }
}

extension EncodedValue: Hashable {
  /// Whether the texts are the same, and so the values.
  public static func == (left: EncodedValue, right: EncodedValue) -> Bool {
    left.count == right.count
      && left.withText { left in right.withText { UTF8Order.compare(left, $0) == 0 } }
  }

  /// Hashes the text.
  public func hash(into hasher: inout Hasher) {
    withText { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension EncodedValue: CustomStringConvertible {
  /// The text.
  public var description: String { string }
}

extension JSONScanner {
  /// Enters an object whose `{` is next; false if something else is.
  mutating func enterObject() -> Bool {
    guard next == UInt8(ascii: "{") else { return false }
    position += 1
    return true
  }

  /// Reads the next key of a canonical object and the colon after it; nil at the object's end.
  mutating func nextKey() -> Range<Int>? {
    if next == UInt8(ascii: ",") { position += 1 }
    guard next == UInt8(ascii: "\""), let token = try? stringToken(), next == UInt8(ascii: ":")
    else { return nil }
    position += 1
    return token.range
  }

  /// Moves to the value of a field of the canonical object that is next.
  ///
  /// Escapes in keys are left as they are: a name with one is no identifier.
  mutating func enterField(_ name: String) -> Bool {
    guard enterObject() else { return false }
    var name = name
    return name.withUTF8 { name in
      while let key = nextKey() {
        if key.count == name.count,
          UTF8Order.compare(UnsafeBufferPointer(rebasing: text[key]), name) == 0
        {
          return true
        }
        skipTrusted()
      }
      return false
    }
  }

  /// How a key, as it is spelled, sorts against a name.
  func compare(_ key: Range<Int>, _ name: String) -> Int {
    let spelled = UnsafeBufferPointer(rebasing: text[key])
    var name = name
    return name.withUTF8 { UTF8Order.compare(spelled, $0) }
  }
}
