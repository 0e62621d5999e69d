// What is left of a function that failed: the text a client gets, and the data of a ConvexError.

package import HullValues

/// A failed function, as its caller sees it.
package struct FunctionFailure: Error, Sendable, Hashable {
  /// What happened, such as `Uncaught Error: boom`, without request id and stack.
  package var message: String

  /// Where, innermost first, as in `list (convex/messages.swift:12)`; empty for failed validation.
  package var frames: [String]

  /// The data of a `ConvexError`, which clients get even where texts are hidden.
  package var data: ConvexValue?

  /// The longest message, in bytes.
  package static let maximumLength = 65_536

  /// A failure with its message cut at ``maximumLength``.
  package init(message: String, frames: [String] = [], data: ConvexValue? = nil) {
    self.message = message.prefix(bytes: Self.maximumLength)
    self.frames = frames
    self.data = data
  }

  /// The message, its line break, and a line for each frame.
  package var text: String {
    message + "\n" + frames.map { "    at \($0)\n" }.joined()
  }

  /// The text sent to a client.
  ///
  /// - Parameters:
  ///   - requestID: The id to show.
  ///   - isRedacted: Whether everything after `Server Error` is kept from the client.
  /// - Returns: The text, which ends in a line break unless it is redacted.
  package func clientMessage(requestID: RequestID, isRedacted: Bool) -> String {
    let head = "[Request ID: \(requestID)] Server Error"
    return isRedacted ? head : head + "\n" + text
  }
}
