/// Reads the tokens of one JSON text.
///
/// It looks at a buffer that its caller keeps alive for as long as the scanner is used, so it never
/// leaves the file that made it. Every read is at an offset compared with `end` first.
struct JSONScanner {
  let text: UnsafeBufferPointer<UInt8>
  /// One past the last byte that may be read; at most `text.count`.
  let end: Int
  /// The offset of the next byte; at most `end`.
  var position: Int

  init(_ text: UnsafeBufferPointer<UInt8>, in range: Range<Int>? = nil) {
    self.text = text
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? text.count
    precondition(position >= 0 && position <= end && end <= text.count)
  }

  /// The next byte, which stays unread; 0 at the end (a zero byte is no JSON either).
  @inline(__always)
  var next: UInt8 { position < end ? text[position] : 0 }

  /// An error at the byte that is next, which is what is wrong.
  func unexpected(_ reason: String) -> JSONSyntaxError {
    JSONSyntaxError(reason: reason, consumed: min(position + 1, end), in: text)
  }

  /// An error about what has been read.
  func failure(_ reason: String) -> JSONSyntaxError {
    JSONSyntaxError(reason: reason, consumed: position, in: text)
  }

  /// Skips white space and returns the byte after it; 0 at the end.
  @inline(__always)
  mutating func skipSpace() -> UInt8 {
    while position < end {
      let byte = text[position]
      if byte > 0x20 { return byte }
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    return 0
  }

  /// Skips white space and fails if anything follows.
  mutating func expectEnd() throws(JSONSyntaxError) {
    _ = skipSpace()
    if position < end { throw unexpected("trailing characters") }
  }

  /// Reads the rest of `true`, `false` or `null`, of which the first byte is next.
  mutating func literal(_ literal: StaticString) throws(JSONSyntaxError) {
    // `utf8CodeUnitCount` bytes are readable at `utf8Start`.
    for index in 0..<literal.utf8CodeUnitCount {
      guard position < end else { throw failure("EOF while parsing a value") }
      guard text[position] == literal.utf8Start[index] else { throw unexpected("expected ident") }
      position += 1
    }
  }

  // MARK: Strings

  /// A string as it stands in the text.
  struct StringToken {
    /// The bytes between the quotes.
    var range: Range<Int>
    /// Whether a backslash is among them.
    var hasEscapes: Bool
    /// Whether all of them are ASCII.
    var isASCII: Bool
  }

  /// Reads a string, whose opening quote is next, without decoding it.
  ///
  /// Escapes are not looked into; ``string(_:)`` reports bad ones.
  mutating func stringToken() throws(JSONSyntaxError) -> StringToken {
    position += 1
    let start = position
    var hasEscapes = false
    var high: UInt64 = 0
    while true {
      skipPlainBytes(&high)
      guard position < end else { throw failure("EOF while parsing a string") }
      switch text[position] {
      case UInt8(ascii: "\""):
        let range = start..<position
        position += 1
        return StringToken(
          range: range,
          hasEscapes: hasEscapes,
          isASCII: high & 0x8080_8080_8080_8080 == 0
        )
      case UInt8(ascii: "\\"):
        hasEscapes = true
        // An escape at the very end leaves nothing to read.
        position = min(position + 2, end)
      default:
        throw unexpected(#"control character (\u0000-\u001F) found while parsing a string"#)
      }
    }
  }

  /// Moves to the next quote, backslash or control character; collects the bits of what it passes.
  @inline(__always)
  private mutating func skipPlainBytes(_ bits: inout UInt64) {
    let raw = UnsafeRawBufferPointer(text)
    // The load stays below `end` <= `text.count`.
    while position + 8 <= end {
      let word = UInt64(
        littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      )
      let special = JSONScanner.specialBytes(word)
      if special != 0 {
        let plain = special.trailingZeroBitCount & ~7
        bits |= word & (1 &<< UInt64(plain) &- 1)
        position += plain / 8
        return
      }
      bits |= word
      position += 8
    }
    while position < end {
      let byte = text[position]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
      bits |= UInt64(byte)
      position += 1
    }
  }

  /// Finds quotes, backslashes and control characters among eight bytes.
  ///
  /// - Parameter word: The bytes, the first one lowest.
  /// - Returns: Zero if there are none, else a word whose lowest bit set is in the first of them.
  @inline(__always)
  static func specialBytes(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ (ones &* 0x22)
    let backslashes = word ^ (ones &* 0x5C)
    // The high bit of a byte of `(x - ones) & ~x` is set if it is 0, and with 0x20 for 1 if it is
    // below 0x20. A borrow can set it wrongly, but only above a byte where it is set rightly.
    let found =
      ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
      | ((word &- (ones &* 0x20)) & ~word)
    return found & 0x8080_8080_8080_8080
  }

  /// Whether the bytes of one part of the text sort strictly before those of another.
  func precedes(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    UTF8Order.compare(
      UnsafeBufferPointer(rebasing: text[left]),
      UnsafeBufferPointer(rebasing: text[right])
    ) < 0
  }

  /// The text of a string.
  mutating func string(_ token: StringToken) throws(JSONSyntaxError) -> String {
    let bytes = UnsafeBufferPointer(rebasing: text[token.range])
    if token.hasEscapes { return try unescaped(token) }
    if !token.isASCII, !UTF8Validation.isValid(bytes) {
      throw failure("invalid unicode code point")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text of a string with escapes.
  ///
  /// On failure `position` is where the reference would stop.
  private mutating func unescaped(_ token: StringToken) throws(JSONSyntaxError) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(token.range.count)
    var index = token.range.lowerBound
    let stop = token.range.upperBound
    while index < stop {
      let byte = text[index]
      index += 1
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      // `stringToken` never ends a string right after a backslash, so a byte follows.
      let escape = text[index]
      index += 1
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(escape)
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "u"):
        let scalar = try unicodeEscape(&index, stop)
        bytes.append(contentsOf: UTF8.encode(scalar)?.map { $0 } ?? [])
      default:
        position = index
        throw failure("invalid escape")
      }
    }
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw failure("invalid unicode code point")
    }
    return string
  }

  /// The scalar of a `\u` escape, or of the two that make a surrogate pair.
  private mutating func unicodeEscape(
    _ index: inout Int,
    _ stop: Int
  ) throws(JSONSyntaxError) -> Unicode.Scalar {
    let first = try hexDigits(&index, stop)
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first >= 0xDC00 {
      position = index
      throw failure("lone leading surrogate in hex escape")
    }
    guard index + 2 <= stop, text[index] == UInt8(ascii: "\\"),
      text[index + 1] == UInt8(ascii: "u")
    else {
      position = index + 1
      throw failure("unexpected end of hex escape")
    }
    index += 2
    let second = try hexDigits(&index, stop)
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else {
      position = index
      throw failure("lone leading surrogate in hex escape")
    }
    return scalar
  }

  private mutating func hexDigits(
    _ index: inout Int,
    _ stop: Int
  ) throws(JSONSyntaxError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard index < stop else {
        position = min(index + 1, end)
        throw failure("invalid escape")
      }
      let byte = text[index]
      index += 1
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default:
        position = index
        throw failure("invalid escape")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  // MARK: Skipping

  /// Skips a value of which the first byte is next and which is known to be well-formed.
  ///
  /// Malformed text ends the skipping early or late, never outside the buffer.
  mutating func skipTrusted() {
    var depth = 0
    while position < end {
      switch text[position] {
      case UInt8(ascii: "\""):
        guard (try? stringToken()) != nil else {
          position = end
          return
        }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return }
        depth -= 1
        position += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        if depth == 0 { return }
        position += 1
        continue
      case let byte where byte <= 0x20:
        position += 1
        continue
      default:
        position += 1
        while position < end, JSONScanner.continuesScalar(text[position]) { position += 1 }
      }
      if depth == 0 { return }
    }
  }

  static func continuesScalar(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"), 0...0x20:
      false
    default: true
    }
  }
}
