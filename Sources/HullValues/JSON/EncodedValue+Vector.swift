extension EncodedValue {
  /// Reads an array of float64 without building values: the vector of a document.
  ///
  /// - Parameters:
  ///   - path: Where the array is.
  ///   - components: Receives the elements; its count is the length the array must have. After a
  ///     failure its contents are unspecified.
  /// - Returns: False if there is no array of that length there, or one with an element that is not
  ///   a finite float64.
  package func vector(_ path: FieldPath, into components: inout [Double]) -> Bool {
    bytes.withUnsafeBufferPointer { text in
      var scanner = JSONScanner(text)
      for name in path.fields {
        guard scanner.enterField(name) else { return false }
      }
      guard scanner.next == UInt8(ascii: "[") else { return false }
      scanner.position += 1
      for position in components.indices {
        if position > 0 {
          guard scanner.next == UInt8(ascii: ",") else { return false }
          scanner.position += 1
        }
        guard let component = scanner.float64(), component.isFinite else { return false }
        components[position] = component
      }
      return scanner.next == UInt8(ascii: "]")
    }
  }
}

extension JSONScanner {
  /// Reads a value of canonical text if it is a float64.
  fileprivate mutating func float64() -> Double? {
    switch next {
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return (try? number())?.double
    case UInt8(ascii: "{"):
      // What JSON has no number for: NaN, the infinities and -0.
      var reader = JSONValueReader(scanner: self, options: .mutation)
      guard case .float64(let value)? = try? reader.read() else { return nil }
      self = reader.scanner
      return value
    default: return nil
    }
  }
}
