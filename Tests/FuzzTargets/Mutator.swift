/// Changes inputs at random, for runs without a fuzzer that watches the code.
package struct Mutator {
  /// The seeds, in groups that are drawn from equally often, however many are in them.
  private let groups: [[[UInt8]]]

  /// Parts that mean something to one reader or another.
  private static let pieces: [[UInt8]] =
    [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "-", "-0.0",
      "1e999", "18446744073709551616", "9007199254740993", #"{"$integer":"AQAAAAAAAAA="}"#,
      #"{"$float":"AAAAAAAA+H8="}"#, #"{"$bytes":"A""#, "$", "_", "\u{0}", "😀", "\u{FEFF}", "%00",
      "%", "..", "/", ".js", "\n", "\t",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x10, 0x00], [0x00, 0xFF]]

  /// Makes a mutator.
  ///
  /// - Parameters:
  ///   - own: Seeds written for the target, which half of the inputs begin with.
  ///   - others: Seeds of all sorts.
  package init(own: [[UInt8]], others: [[UInt8]]) {
    groups = [own, others].filter { !$0.isEmpty }
  }

  private func seed(using random: inout some RandomNumberGenerator) -> [UInt8] {
    groups.randomElement(using: &random)?.randomElement(using: &random) ?? []
  }

  /// The next input.
  package func input(using random: inout some RandomNumberGenerator) -> [UInt8] {
    var input = seed(using: &random)
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      let position = Int.random(in: 0...input.count, using: &random)
      let end = min(input.count, position + Int.random(in: 1...9, using: &random))
      switch Int.random(in: 0..<7, using: &random) {
      case 0: input.insert(UInt8.random(in: 0...255, using: &random), at: position)
      case 1 where position < input.count:
        input[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: input.removeSubrange(position..<end)
      case 3: input.insert(contentsOf: input[position..<end], at: position)
      case 4:
        let other = seed(using: &random)
        let start = Int.random(in: 0...other.count, using: &random)
        input.replaceSubrange(position..<end, with: other[start...].prefix(64))
      default:
        input.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: position)
      }
    }
    return input
  }
}
