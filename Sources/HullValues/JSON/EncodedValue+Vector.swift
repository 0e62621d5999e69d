extension EncodedValue {
  /// Reads what a vector index needs of a document: an array of float64, without building values,
  /// and the values of some fields.
  ///
  /// - Parameters:
  ///   - path: Where the array is.
  ///   - components: Receives the elements; its count is the length the array must have. After a
  ///     failure its contents are unspecified.
  ///   - fields: The paths of the other fields.
  /// - Returns: Their values, nil for those that are missing; nil in place of all if there is no
  ///   array of that length, or one with an element that is not a finite float64.
  package func vector(
    _ path: FieldPath,
    into components: inout [Double],
    with fields: [FieldPath]
  ) -> [ConvexValue?]? {
    let name = path.fields[0]
    if path.fields.count == 1, !fields.contains(where: { $0.fields[0] == name }) {
      return onePass(name, into: &components, with: fields)
    }
    let isFound = bytes.withUnsafeBufferPointer { text in
      var scanner = JSONScanner(text)
      for name in path.fields {
        guard scanner.enterField(name) else { return false }
      }
      return scanner.vector(into: &components)
    }
    return isFound ? fields.map { field($0) } : nil
  }

  /// The same for an array in a top-level field, passing over its many numbers only once.
  private func onePass(
    _ name: String,
    into components: inout [Double],
    with fields: [FieldPath]
  ) -> [ConvexValue?]? {
    bytes.withUnsafeBufferPointer { text in
      var scanner = JSONScanner(text)
      var values = [ConvexValue?](repeating: nil, count: fields.count)
      var isFound = false
      guard scanner.enterObject() else { return nil }
      while let key = scanner.nextKey() {
        if !isFound, scanner.compare(key, name) == 0 {
          guard scanner.vector(into: &components) else { return nil }
          isFound = true
          continue
        }
        var value: ConvexValue?
        for (position, field) in fields.enumerated()
        where scanner.compare(key, field.fields[0]) == 0 {
          if value == nil {
            var reader = JSONValueReader(scanner: scanner, options: .mutation)
            guard let read = try? reader.read() else { return nil }
            scanner = reader.scanner
            value = read
          }
          values[position] = field.fields.dropFirst().reduce(value) { $0?[$1] }
        }
        if value == nil { scanner.skipTrusted() }
      }
      return isFound ? values : nil
    }
  }
}

extension JSONScanner {
  /// Reads an array of exactly as many finite float64 as there is room for, in canonical text.
  fileprivate mutating func vector(into components: inout [Double]) -> Bool {
    guard next == UInt8(ascii: "[") else { return false }
    position += 1
    for index in components.indices {
      if index > 0 {
        guard next == UInt8(ascii: ",") else { return false }
        position += 1
      }
      guard let component = float64(), component.isFinite else { return false }
      components[index] = component
    }
    guard next == UInt8(ascii: "]") else { return false }
    position += 1
    return true
  }

  /// Reads a value of canonical text if it is a float64.
  private mutating func float64() -> Double? {
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
