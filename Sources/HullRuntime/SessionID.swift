// The name a client gives its session, under which its mutations happen once.

import HullValues

/// A client's session: a UUID it drew.
package struct SessionID: Sendable, Hashable {
  private let id: UniqueID

  /// The first eight bytes.
  package var high: UInt64 { id.high }
  /// The last eight bytes.
  package var low: UInt64 { id.low }

  /// A session id of its two halves.
  package init(high: UInt64, low: UInt64) {
    id = UniqueID(high: high, low: low)
  }

  /// Reads a UUID in its usual form, 8-4-4-4-12 hexadecimal digits of either case.
  ///
  /// - Returns: `nil` for anything else.
  package init?(_ text: String) {
    guard let id = UniqueID(text) else { return nil }
    self.id = id
  }
}

extension SessionID: CustomStringConvertible {
  package var description: String { id.description }
}
