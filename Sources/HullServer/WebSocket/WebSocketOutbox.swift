// What waits for a client that does not keep up. No socket in here.

/// Messages in order, and how much memory they take.
package struct WebSocketOutbox {
  private var messages: [[UInt8]] = []
  /// The first one that is still there.
  private var head = 0
  /// The bytes of all of them.
  package private(set) var bytes = 0

  /// An empty outbox; it holds no memory.
  package init() {}

  /// How many messages there are.
  package var count: Int { messages.count - head }

  /// Whether there are none.
  package var isEmpty: Bool { head == messages.count }

  /// Adds a message, unless that makes too much.
  ///
  /// - Parameters:
  ///   - message: The message.
  ///   - limit: How many bytes may wait, beyond which only a lone message is taken: one that is longer
  ///     could never be sent otherwise.
  ///   - continues: Whether it is a further piece of what was sent last, and taken as that was.
  /// - Returns: Whether it was taken.
  package mutating func append(_ message: [UInt8], limit: Int, continues: Bool = false) -> Bool {
    guard isEmpty || continues || bytes + message.count <= limit else { return false }
    messages.append(message)
    bytes += message.count
    return true
  }

  /// Takes the oldest message.
  package mutating func popFirst() -> [UInt8]? {
    guard !isEmpty else { return nil }
    let message = messages[head]
    messages[head] = []
    head += 1
    bytes -= message.count
    if head == messages.count {
      (messages, head) = ([], 0)
    } else if head >= 64, head * 2 >= messages.count {
      messages.removeFirst(head)
      head = 0
    }
    return message
  }

  /// Drops everything.
  package mutating func removeAll() { self = WebSocketOutbox() }
}
