// The id of one request, shown in error messages and logs.

package import HullPersistence

/// The id of one request: given by the client, or sixteen random hexadecimal digits.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
  /// The text, as it appears in `[Request ID: …]`.
  package let description: String

  /// Takes a client's own id as it is.
  package init(_ text: String) {
    description = text
  }

  /// Draws a fresh id.
  package init(from random: any RandomSource) {
    let bits = random.next()
    // Every one of the 16 bytes is written, and all are ASCII.
    description = String(unsafeUninitializedCapacity: 16) { buffer in
      for index in 0..<16 {
        let digit = UInt8(truncatingIfNeeded: bits >> UInt64(60 - 4 * index)) & 0xF
        buffer.initializeElement(
          at: index,
          to: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
        )
      }
      return 16
    }
  }
}
