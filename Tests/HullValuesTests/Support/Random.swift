import HullValues
import TestRandomness

extension SeededGenerator {
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

extension ConvexValue {
  /// A value of any kind, with a taste for edges.
  static func random(_ generator: inout SeededGenerator, depth: Int = 0) -> ConvexValue {
    switch Int.random(in: 0..<(depth < 4 ? 9 : 7), using: &generator) {
    case 0: return .null
    case 1: return .int64(randomInt64(&generator))
    case 2, 3: return .float64(randomDouble(&generator))
    case 4: return .boolean(Bool.random(using: &generator))
    case 5: return .string(randomString(&generator))
    case 6:
      let count = Int.random(in: 0..<12, using: &generator)
      return .bytes(
        (0..<count).map { _ in [0, 0xFF, generator.next() as UInt64].randomByte(&generator) }
      )
    case 7:
      let count = Int.random(in: 0..<5, using: &generator)
      return .array((0..<count).map { _ in random(&generator, depth: depth + 1) })
    default:
      var object = ConvexObject()
      for _ in 0..<Int.random(in: 0..<5, using: &generator) {
        let value = random(&generator, depth: depth + 1)
        do { try object.set(randomName(&generator), to: value) } catch { fatalError("\(error)") }
      }
      return .object(object)
    }
  }

  static func randomInt64(_ generator: inout SeededGenerator) -> Int64 {
    let bits = Int64(bitPattern: generator.next())
    return bits >> Int64.random(in: 0..<64, using: &generator)
  }

  static func randomDouble(_ generator: inout SeededGenerator) -> Double {
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: Double(randomInt64(&generator))
    case 1: Double(Int.random(in: -1000...1000, using: &generator)) / 100
    case 2:
      [0.0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 1e21, 1e16, 1e-5]
        .randomElement(using: &generator) ?? 0
    default: Double(bitPattern: generator.next())
    }
  }

  static func randomString(_ generator: inout SeededGenerator) -> String {
    let pool: [String] = [
      "a", "b", "\0", "\u{FFFF}", "é", "e\u{301}", "\"", "\\", "\n", "😀", "z", "  ", "\u{7f}",
    ]
    return (0..<Int.random(in: 0..<14, using: &generator))
      .map { _ in pool.randomElement(using: &generator) ?? "" }.joined()
  }

  static func randomName(_ generator: inout SeededGenerator) -> String {
    let pool = ["", "a", "aa", "b", "_id", "a b", "\"q\"", "back\\slash", "~", "A"]
    return pool.randomElement(using: &generator) ?? ""
  }
}

extension [UInt64] {
  fileprivate func randomByte(_ generator: inout SeededGenerator) -> UInt8 {
    UInt8(truncatingIfNeeded: randomElement(using: &generator) ?? 0)
  }
}
