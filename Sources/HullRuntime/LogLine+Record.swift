// Log lines as they are kept with a mutation that is not to be run again.

import Hull
import HullValues

extension LogLine {
  /// The line as a value of the store.
  var record: ConvexValue {
    [
      "level": .string(level.rawValue),
      "messages": .array(messages.map(ConvexValue.string)),
      "timestamp": .float64(timestamp),
      "module": .string(path.module),
      "function": .string(path.name),
      "isTruncated": .boolean(isTruncated),
      "systemCode": systemCode.map(ConvexValue.string) ?? .null,
    ]
  }

  /// Reads a line back; `nil` for a value that is none.
  init?(record: ConvexValue) {
    guard case .object(let object) = record,
      let level = object["level"]?.string.flatMap(LogLevel.init(rawValue:)),
      case .array(let messages)? = object["messages"],
      case .float64(let timestamp)? = object["timestamp"],
      let module = object["module"]?.string, let function = object["function"]?.string
    else { return nil }
    self.init(
      level: level,
      messages: messages.compactMap(\.string),
      timestamp: timestamp,
      path: FunctionPath(module: module, name: function),
      systemCode: object["systemCode"]?.string
    )
    isTruncated = object["isTruncated"]?.boolean ?? isTruncated
  }
}
