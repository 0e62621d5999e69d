// Log lines as every message carries them, encoded once for all clients that get them.

package import HullRuntime
import HullValues

/// The JSON array of what a function logged.
package struct EncodedLogLines: Sendable, Hashable {
  /// The text, UTF-8.
  package let bytes: [UInt8]

  /// Encodes lines that are rendered already.
  package init(_ lines: [String]) {
    guard !lines.isEmpty else {
      self = .none
      return
    }
    var writer = JSONWriter(capacity: lines.reduce(2) { $0 + $1.utf8.count + 3 })
    writer.beginArray()
    for line in lines { writer.string(line) }
    writer.endArray()
    bytes = writer.bytes
  }

  /// Encodes lines in the form clients receive.
  package init(_ lines: [LogLine]) {
    self.init(lines.map(\.text))
  }

  /// Adopts the text of a JSON array of strings, such as a stored answer has; it is not checked.
  package init(json: [UInt8]) { bytes = json }

  /// No lines.
  package static let none = EncodedLogLines(json: Array("[]".utf8))
}
