/// Writes JSON into a growing buffer of UTF-8 bytes.
///
/// Commas are its business: a value or key that follows another in the same array or object gets one.
/// It needs no state for that, because the last byte written tells.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.key("tags")
/// writer.beginArray()
/// writer.string("a")
/// writer.double(1)
/// writer.endArray()
/// writer.endObject()  // {"tags":["a",1.0]}
/// ```
public struct JSONWriter: Sendable {
  /// What was written so far.
  public private(set) var bytes: [UInt8]

  /// Makes a writer.
  ///
  /// - Parameter capacity: How many bytes to have room for at once.
  public init(capacity: Int = 0) {
    bytes = []
    if capacity > 0 { bytes.reserveCapacity(capacity) }
  }

  /// Makes room for about so many more bytes, if that would more than double it: less is made as it
  /// is needed, at no greater cost.
  ///
  /// - Parameter more: How many bytes are expected; 64 KiB of them at most are believed.
  package mutating func expect(_ more: Int) {
    let needed = bytes.count + min(more, 64 << 10)
    if needed > 2 * bytes.capacity { bytes.reserveCapacity(needed) }
  }

  /// What was written so far, as text.
  public var string: String { String(decoding: bytes, as: UTF8.self) }

  // MARK: Structure

  /// Begins an object.
  public mutating func beginObject() {
    separate()
    bytes.append(UInt8(ascii: "{"))
  }

  /// Ends the object begun last.
  public mutating func endObject() { bytes.append(UInt8(ascii: "}")) }

  /// Begins an array.
  public mutating func beginArray() {
    separate()
    bytes.append(UInt8(ascii: "["))
  }

  /// Ends the array begun last.
  public mutating func endArray() { bytes.append(UInt8(ascii: "]")) }

  /// Writes the key of the next member of an object.
  public mutating func key(_ name: String) {
    separate()
    quoted(name)
    bytes.append(UInt8(ascii: ":"))
  }

  /// Writes a key that was prepared for repeated use.
  public mutating func key(_ key: JSONKey) {
    separate()
    bytes.append(contentsOf: key.bytes)
  }

  /// Writes the comma that the next key or element needs after what was written last.
  @inline(__always)
  private mutating func separate() {
    guard let last = bytes.last else { return }
    switch last {
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"), UInt8(ascii: ","), 0...0x20: break
    default: bytes.append(UInt8(ascii: ","))
    }
  }

  // MARK: Values

  /// Writes `null`.
  public mutating func null() { literal("null") }

  /// Writes `true` or `false`.
  public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

  /// Writes a string.
  public mutating func string(_ value: String) {
    separate()
    quoted(value)
  }

  /// Writes a JSON integer such as `7`; for a value of type int64 see ``int64(_:format:)``.
  public mutating func integer(_ value: Int) {
    separate()
    NumberText.appendInteger(Int64(value), to: &bytes)
  }

  /// Writes a float64 value; whole numbers as `1.0`.
  ///
  /// - Parameters:
  ///   - value: Any double.
  ///   - format: How −0, infinities and NaN are written.
  public mutating func double(_ value: Double, format: ValueFormat = .encoded) {
    separate()
    if value.isFinite && (format != .encoded || value.bitPattern != (-0.0).bitPattern) {
      NumberText.appendJSON(value, to: &bytes)
    } else if format == .clean {
      quoted(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
    } else {
      special("$float", littleEndian: value.bitPattern)
    }
  }

  /// Writes an int64 value.
  ///
  /// - Parameters:
  ///   - value: Any integer.
  ///   - format: Whether it is written as `{"$integer": …}`, as a string or as a number.
  public mutating func int64(_ value: Int64, format: ValueFormat = .encoded) {
    separate()
    switch format {
    case .encoded: special("$integer", littleEndian: UInt64(bitPattern: value))
    case .clean:
      bytes.append(UInt8(ascii: "\""))
      NumberText.appendInteger(value, to: &bytes)
      bytes.append(UInt8(ascii: "\""))
    case .export: NumberText.appendInteger(value, to: &bytes)
    }
  }

  /// Writes a byte string.
  ///
  /// - Parameters:
  ///   - value: Any bytes.
  ///   - format: Whether it is written as `{"$bytes": …}` or as a string.
  public mutating func bytes(_ value: [UInt8], format: ValueFormat = .encoded) {
    separate()
    if format != .clean { append("{\"$bytes\":") }
    bytes.append(UInt8(ascii: "\""))
    Base64.append(value, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
    if format != .clean { bytes.append(UInt8(ascii: "}")) }
  }

  /// Writes a value.
  ///
  /// - Parameters:
  ///   - value: Any value.
  ///   - format: The form.
  public mutating func value(_ value: ConvexValue, format: ValueFormat = .encoded) {
    switch value {
    case .null: null()
    case .boolean(let value): bool(value)
    case .int64(let value): int64(value, format: format)
    case .float64(let value): double(value, format: format)
    case .string(let value): string(value)
    case .bytes(let value): bytes(value, format: format)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element, format: format) }
      endArray()
    case .object(let value): object(value, format: format)
    case .commitTimestamp: literal("{\"$commitTs\":null}")
    }
  }

  /// Writes an object, fields in byte order.
  ///
  /// - Parameters:
  ///   - object: Any object.
  ///   - format: The form.
  public mutating func object(_ object: ConvexObject, format: ValueFormat = .encoded) {
    beginObject()
    for field in object.fields {
      key(field.name)
      value(field.value, format: format)
    }
    endObject()
  }

  /// Writes an encoded value, as it is or converted to another form.
  ///
  /// - Parameters:
  ///   - value: The value; its bytes are copied unless they have to change.
  ///   - format: The form.
  public mutating func encoded(_ value: EncodedValue, format: ValueFormat = .encoded) {
    separate()
    if format == .encoded {
      value.withText { bytes.append(contentsOf: $0) }
    } else {
      bytes.append(contentsOf: value.bytes(in: format))
    }
  }

  /// Writes plain JSON.
  public mutating func json(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .integer(let value):
      separate()
      NumberText.appendInteger(value, to: &bytes)
    case .double(let value):
      separate()
      // JSON has no other numbers; the parser makes none.
      if value.isFinite { NumberText.appendJSON(value, to: &bytes) } else { append("null") }
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { json(element) }
      endArray()
    case .object(let members):
      beginObject()
      for (key, value) in members {
        self.key(key)
        json(value)
      }
      endObject()
    }
  }

  /// Appends bytes as they are, without a comma before them.
  public mutating func raw(_ bytes: some Sequence<UInt8>) {
    self.bytes.append(contentsOf: bytes)
  }

  /// Appends ASCII text as it is, without a comma before it.
  public mutating func raw(_ text: StaticString) { append(text) }

  /// Has bytes appended, without a comma before them.
  ///
  /// - Parameter append: Appends to what is written so far, and changes nothing of it.
  package mutating func raw(appending append: (inout [UInt8]) -> Void) { append(&bytes) }

  // MARK: Parts

  private mutating func literal(_ text: StaticString) {
    separate()
    append(text)
  }

  private mutating func append(_ text: StaticString) {
    // The literal's bytes are readable for as long as the program runs.
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    )
  }

  /// `{"key":"base64"}` of eight bytes.
  private mutating func special(_ key: StaticString, littleEndian value: UInt64) {
    append("{\"")
    append(key)
    append("\":\"")
    withUnsafeBytes(of: value.littleEndian) {
      Base64.append($0.bindMemory(to: UInt8.self), to: &bytes)
    }
    append("\"}")
  }

  private mutating func quoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    let done: Void? = text.utf8.withContiguousStorageIfAvailable { appendEscaped($0) }
    if done == nil { Array(text.utf8).withUnsafeBufferPointer { appendEscaped($0) } }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Appends text, escaping only what JSON requires.
  private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
    let raw = UnsafeRawBufferPointer(text)
    var start = 0
    var index = 0
    while index < text.count {
      // Eight bytes at a time; the load ends at `index + 8 <= count`.
      while index + 8 <= text.count,
        JSONScanner.specialBytes(raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) == 0
      {
        index += 8
      }
      let stop = min(index + 8, text.count)
      while index < stop {
        let byte = text[index]
        if byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") {
          index += 1
          continue
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
        appendEscape(byte)
        index += 1
        start = index
      }
    }
    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
  }

  private mutating func appendEscape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    default:
      append("u00")
      for digit in [byte >> 4, byte & 15] {
        bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    }
  }
}

/// A key of a JSON object, quoted and escaped once for many uses.
public struct JSONKey: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The quoted name and its colon.
  fileprivate let bytes: [UInt8]

  /// Prepares a key.
  ///
  /// - Parameter name: The key's text.
  public init(_ name: String) {
    var writer = JSONWriter(capacity: name.utf8.count + 3)
    writer.key(name)
    bytes = writer.bytes
  }

  /// Prepares a key.
  public init(stringLiteral value: String) { self.init(value) }
}
