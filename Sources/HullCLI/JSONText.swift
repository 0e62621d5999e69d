// JSON laid out for people.

/// Lays out JSON.
enum JSONText {
  /// Puts each member and element on a line of its own; numbers and strings stay as spelled.
  ///
  /// - Parameter json: Valid JSON without white space between tokens.
  /// - Returns: Its text, indented by two spaces a level.
  static func indented(_ json: [UInt8]) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(json.count * 2)
    var depth = 0
    var isInString = false
    var index = 0

    func newLine() {
      output.append(UInt8(ascii: "\n"))
      output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    while index < json.count {
      let byte = json[index]
      if isInString {
        output.append(byte)
        if byte == UInt8(ascii: "\\") {
          index += 1
          output.append(json[index])
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        index += 1
        continue
      }
      switch byte {
      case UInt8(ascii: "\""):
        isInString = true
        output.append(byte)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        output.append(byte)
        // The closing bracket has the next code but one.
        if index + 1 < json.count, json[index + 1] == byte + 2 {
          index += 1
          output.append(json[index])
        } else {
          depth += 1
          newLine()
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        newLine()
        output.append(byte)
      case UInt8(ascii: ","):
        output.append(byte)
        newLine()
      case UInt8(ascii: ":"):
        output.append(byte)
        output.append(UInt8(ascii: " "))
      default: output.append(byte)
      }
      index += 1
    }
    return String(decoding: output, as: UTF8.self)
  }
}
