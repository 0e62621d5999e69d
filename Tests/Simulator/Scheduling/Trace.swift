// What happened, in a form that can be compared and shown.

/// A digest of everything that happens, and the last events in words.
struct Trace {
  /// Whether events are kept in words, which costs time.
  var keepsEvents = false
  private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  private(set) var events: [String] = []

  /// How many events are kept.
  private static let longest = 400

  /// Adds a number to the digest (FNV-1a).
  mutating func add(_ number: Int) {
    var rest = UInt64(bitPattern: Int64(number))
    for _ in 0..<8 {
      digest = (digest ^ (rest & 0xFF)) &* 0x100_0000_01b3
      rest >>= 8
    }
  }

  mutating func add(_ bytes: [UInt8]) {
    for byte in bytes { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  /// Adds an event in words, made only if it is kept.
  mutating func note(_ text: @autoclosure () -> String) {
    guard keepsEvents else { return }
    events.append(text())
    if events.count > Self.longest { events.removeFirst(events.count - Self.longest / 2) }
  }
}
