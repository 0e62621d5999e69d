// Which part of a file a client asks for (RFC 9110 section 14).

/// What a `Range` field asks for, of a file of known size.
enum ByteRange: Hashable {
  /// All of it: there is no field, or one of another unit.
  case whole
  /// One part, which is not empty.
  case part(Range<Int>)
  /// Nothing the file has, several parts, or what cannot be read.
  case unsatisfiable

  /// Reads the field.
  ///
  /// Several parts are refused, as the reference does, rather than answered in a form that hardly any
  /// client reads.
  ///
  /// - Parameters:
  ///   - field: The value of the field; nil if there is none.
  ///   - size: The size of the file in bytes.
  init(_ field: String?, size: Int) {
    guard let field, field.utf8.count > 6, field.prefix(6).lowercased() == "bytes=" else {
      self = field?.lowercased() == "bytes=" ? .unsatisfiable : .whole
      return
    }
    let parts = field.dropFirst(6).split(separator: ",").map(Self.trimmed).filter { !$0.isEmpty }
    guard parts.count == 1, let bounds = Self.bounds(parts[0], size: size) else {
      self = .unsatisfiable
      return
    }
    // The reference answers with all of an empty file.
    if size == 0 {
      self = .whole
    } else {
      self = bounds.isEmpty ? .unsatisfiable : .part(bounds)
    }
  }

  /// The bytes one part names, cut to the file; nil if it cannot be read.
  private static func bounds(_ part: Substring, size: Int) -> Range<Int>? {
    let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard ends.count == 2 else { return nil }
    if ends[0].isEmpty {
      guard let count = number(ends[1]) else { return nil }
      return max(0, size - count)..<size
    }
    guard let first = number(ends[0]) else { return nil }
    if ends[1].isEmpty { return min(first, size)..<size }
    guard let last = number(ends[1]), first <= last else { return nil }
    let start = min(first, size)
    return start..<max(start, last < size ? last + 1 : size)
  }

  /// A number of digits alone; what is too large for this machine is the largest it has.
  private static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return Int(text) ?? .max
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let start = text.drop { $0 == " " || $0 == "\t" }
    guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
    return start[...end]
  }
}
