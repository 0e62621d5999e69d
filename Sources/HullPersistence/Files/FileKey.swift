package import HullValues

/// The name under which the bytes of one stored file are kept and served: a random UUID.
///
/// Whoever knows it may read the file. It is never made of anything that came from outside, only
/// compared to it.
package struct FileKey: Sendable, Hashable {
  /// The UUID.
  package let id: UniqueID

  /// Draws a key nobody can guess: a UUID of version 4.
  package init(from random: any RandomSource) {
    let (high, low) = (random.next(), random.next())
    id = UniqueID(
      high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000,
      low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    )
  }

  /// Reads a key.
  ///
  /// - Returns: `nil` for a text that is no UUID.
  package init?(_ text: String) {
    guard let id = UniqueID(text) else { return nil }
    self.id = id
  }

  /// The key whose 16 bytes tell a document of the server's own from others.
  package init(_ internalID: InternalID) {
    id = UniqueID(high: internalID.high, low: internalID.low)
  }

  /// The same bytes as part of a document's id.
  package var internalID: InternalID { InternalID(high: id.high, low: id.low) }
}

extension FileKey: CustomStringConvertible {
  package var description: String { id.description }
}
