extension EncodedValue {
  /// The size in bytes by Convex's measure, read off the text without building the value; nil if the
  /// text is not canonical, though some such texts are measured all the same.
  ///
  /// - Complexity: O(length), about as fast as looking for the quotes in it.
  package var size: Int? {
    withText { text in
      var scanner = JSONScanner(text)
      return scanner.measureTrusted()
    }
  }
}

extension JSONScanner {
  /// The size of all that is left, which is one well-formed value without white space.
  ///
  /// A size is a sum over tokens, whatever is inside of what: two bytes for each array and object, nine
  /// for a number, one for null and booleans, the length and two for strings of text and of bytes, the
  /// length and one for a key.
  ///
  /// - Returns: The size; nil when something is met that has no place in such a text.
  fileprivate mutating func measureTrusted() -> Int? {
    var size = 0
    while position < end {
      switch text[position] {
      case UInt8(ascii: "\""):
        guard let token = try? stringToken(), let length = decodedLength(of: token) else {
          return nil
        }
        if next == UInt8(ascii: ":") {
          position += 1
          size += length + 1
        } else {
          size += length + 2
        }
      case UInt8(ascii: "{"):
        position += 1
        if position + 1 < end, text[position] == UInt8(ascii: "\""),
          text[position + 1] == UInt8(ascii: "$")
        {
          guard let special = measureSpecial() else { return nil }
          size += special
        } else {
          size += 2
        }
      case UInt8(ascii: "["):
        position += 1
        size += 2
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): position += 1
      case UInt8(ascii: "t"), UInt8(ascii: "n"):
        position += 4
        size += 1
      case UInt8(ascii: "f"):
        position += 5
        size += 1
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        repeat { position += 1 } while position < end && Self.continuesScalar(text[position])
        size += 9
      default: return nil
      }
    }
    return position == end ? size : nil
  }

  /// Reads the rest of an object that stands for what JSON cannot say; its one key is next.
  private mutating func measureSpecial() -> Int? {
    guard let key = nextKey() else { return nil }
    let name = UnsafeBufferPointer(rebasing: text[key])
    var size = 9
    if next == UInt8(ascii: "\"") {
      guard let payload = try? stringToken() else { return nil }
      // Whatever is no byte string is a number of eight bytes.
      if name.elementsEqual(SpecialValue.bytes.utf8) {
        let padding = text[payload.range].suffix(2).count { $0 == UInt8(ascii: "=") }
        size = 2 + payload.range.count / 4 * 3 - padding
      }
    } else {
      guard (try? literal("null")) != nil else { return nil }
    }
    guard next == UInt8(ascii: "}") else { return nil }
    position += 1
    return size
  }

  /// How many bytes a string has once its escapes are decoded; nil for one that needs more than that.
  private func decodedLength(of token: StringToken) -> Int? {
    var length = token.range.count
    guard token.hasEscapes else { return length }
    var index = token.range.lowerBound
    while index < token.range.upperBound {
      guard text[index] == UInt8(ascii: "\\") else {
        index += 1
        continue
      }
      // A string never ends right after a backslash, so a byte follows.
      guard text[index + 1] == UInt8(ascii: "u") else {
        length -= 1
        index += 2
        continue
      }
      // The only ones in a canonical text are of control characters, one byte each.
      guard index + 6 <= token.range.upperBound, text[index + 2] == UInt8(ascii: "0"),
        text[index + 3] == UInt8(ascii: "0"), text[index + 4] < UInt8(ascii: "8")
      else { return nil }
      length -= 5
      index += 6
    }
    return length
  }
}
