// The one source of chance of a simulation.

import HullPersistence

/// Draws what happens: the same seed draws the same things.
struct Chance {
  private let source: SeededRandomSource

  init(seed: UInt64) { source = SeededRandomSource(seed: seed) }

  /// A number from 0 to below `bound`.
  func below(_ bound: Int) -> Int { Int(source.next() % UInt64(bound)) }

  func number(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.count)
  }

  /// Whether something happens that happens so often in a thousand cases.
  func happens(perMille: Int) -> Bool { below(1000) < perMille }

  func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// A while, from nothing up to so many milliseconds, short ones more often.
  func pause(upTo milliseconds: Int) -> Duration {
    .microseconds(below(1 + below(milliseconds * 1000)))
  }
}
