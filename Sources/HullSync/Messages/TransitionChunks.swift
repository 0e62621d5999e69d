// Transitions too long for one message (spec/sync-protocol.md 4.2).

import HullValues

/// The TransitionChunk messages that stand for one Transition, in order.
///
/// They are for npm clients from version 1.28.0 on, and nothing but Ping may be sent between them.
/// Each is made when it is asked for.
package struct TransitionChunks: Sequence, IteratorProtocol {
  /// How long a Transition may be that is sent whole, and a piece of a longer one, in bytes.
  package static let largestPiece = 5_000_000

  private let transition: [UInt8]
  /// Where the pieces begin, and the end of the last one.
  private let cuts: [Int]
  private var position = 0

  /// Cuts a Transition into pieces.
  ///
  /// - Parameters:
  ///   - transition: The text of the message.
  ///   - largestPiece: The longest piece, in bytes; at least 4, so that a character fits.
  package init(_ transition: [UInt8], largestPiece: Int = Self.largestPiece) {
    precondition(largestPiece >= 4, "A piece must have room for any character.")
    self.transition = transition
    var cuts = [0]
    var start = 0
    while start < transition.count {
      var end = Swift.min(start + largestPiece, transition.count)
      // A continuation byte belongs to the character before the cut.
      while end < transition.count, transition[end] & 0xC0 == 0x80 { end -= 1 }
      cuts.append(end)
      start = end
    }
    self.cuts = cuts
  }

  /// Whether a Transition has to be cut, for clients that know about it.
  package static func areNeeded(
    for transition: [UInt8],
    largestPiece: Int = Self.largestPiece
  ) -> Bool {
    transition.count > largestPiece
  }

  /// How many pieces there are.
  package var totalParts: Int { cuts.count - 1 }

  /// The text of the next message.
  package mutating func next() -> [UInt8]? {
    guard position < totalParts else { return nil }
    let piece = transition[cuts[position]..<cuts[position + 1]]
    // Every quote in the piece gets a backslash.
    var writer = JSONWriter(capacity: piece.count + piece.count / 8 + 128)
    writer.raw(#"{"type":"TransitionChunk","chunk":"#)
    writer.string(String(decoding: piece, as: UTF8.self))
    writer.raw(#","partNumber":"#)
    writer.integer(position)
    writer.raw(#","totalParts":"#)
    writer.integer(totalParts)
    writer.raw(#","transitionId":"#)
    writer.string(String(transition.count))
    writer.endObject()
    position += 1
    return writer.bytes
  }
}
