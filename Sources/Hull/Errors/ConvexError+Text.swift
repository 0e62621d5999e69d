extension ConvexError: CustomStringConvertible {
  /// The text of the error: a string's own text, otherwise the data as JavaScript prints it.
  ///
  /// That is JSON with `1` for one, `"5n"` for an int64, null for what JSON has no number for and
  /// `{}` for bytes, so that clients that look into the text find what they are used to.
  public var description: String {
    if case .string(let text) = data { return text }
    var writer = JSONWriter()
    ConvexError.write(data, to: &writer)
    return writer.string
  }

  private static func write(_ value: ConvexValue, to writer: inout JSONWriter) {
    switch value {
    case .null, .commitTimestamp: writer.null()
    case .boolean(let value): writer.bool(value)
    case .string(let value): writer.string(value)
    case .int64(let value): writer.string("\(value)n")
    case .float64(let value):
      // JavaScript prints whole numbers below 10^21 without a fraction; beyond 2^53 the digits are
      // those of the double either way.
      if let whole = Int(exactly: value), whole.magnitude < 1 << 53 {
        writer.integer(whole)
      } else if value.isFinite {
        writer.double(value)
      } else {
        writer.null()
      }
    case .bytes:
      writer.beginObject()
      writer.endObject()
    case .array(let elements):
      writer.beginArray()
      for element in elements { write(element, to: &writer) }
      writer.endArray()
    case .object(let object):
      writer.beginObject()
      for (name, value) in object {
        writer.key(name)
        write(value, to: &writer)
      }
      writer.endObject()
    }
  }
}
