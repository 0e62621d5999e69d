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
    let digits = String(random.next(), radix: 16)
    description = String(repeating: "0", count: 16 - digits.count) + digits
  }
}
