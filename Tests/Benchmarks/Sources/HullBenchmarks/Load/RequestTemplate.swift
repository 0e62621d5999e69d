// A request with gaps, written anew for every sending.

import NIOCore

/// A request with gaps for numbers.
struct RequestTemplate: Sendable {
  private enum Part {
    case text(String)
    case number
    case first
    case second
  }

  private let head: String
  private var parts: [Part] = []
  /// A whole request, if all are the same.
  private var fixed: ByteBuffer?
  /// The bytes of the texts.
  private var textBytes = 0

  init(_ load: Load) {
    let type = load.bodyBytes == 0 ? "json" : "octet-stream"
    head = [
      "\(load.method) \(load.path) HTTP/1.1", "Host: 127.0.0.1",
      "Content-Type: application/\(type)",
    ].map { $0 + "\r\n" }.joined()
    var rest = Substring(load.body)
    while let open = rest.firstIndex(of: "{") {
      let gap = rest[open...].prefix(3)
      let part: Part? =
        switch gap {
        case "{n}": .number
        case "{a}": .first
        case "{b}": .second
        default: nil
        }
      if let part {
        append(rest[..<open])
        parts.append(part)
        rest = rest[gap.endIndex...]
      } else {
        append(rest[...open])
        rest = rest[rest.index(after: open)...]
      }
    }
    append(rest)
    if load.bodyBytes > 0 {
      var request = ByteBuffer(string: head + "Content-Length: \(load.bodyBytes)\r\n\r\n")
      request.writeRepeatingByte(0x5A, count: load.bodyBytes)
      fixed = request
    } else if load.body.isEmpty {
      fixed = ByteBuffer(string: head + "\r\n")
    } else if !parts.contains(where: { if case .text = $0 { false } else { true } }) {
      fixed = request(number: 0, drawn: (0, 0))
    }
  }

  /// The next request.
  ///
  /// - Parameters:
  ///   - number: For `{n}`.
  ///   - drawn: For `{a}` and `{b}`.
  /// - Returns: Its bytes.
  func request(number: Int, drawn: (Int, Int)) -> ByteBuffer {
    if let fixed { return fixed }
    let (number, first, second) = ("\(number)", "\(drawn.0)", "\(drawn.1)")
    var length = textBytes
    for part in parts {
      switch part {
      case .text: break
      case .number: length += number.utf8.count
      case .first: length += first.utf8.count
      case .second: length += second.utf8.count
      }
    }
    var buffer = ByteBuffer()
    buffer.reserveCapacity(head.utf8.count + length + 40)
    buffer.writeString(head)
    buffer.writeString("Content-Length: \(length)\r\n\r\n")
    for part in parts {
      switch part {
      case .text(let text): buffer.writeString(text)
      case .number: buffer.writeString(number)
      case .first: buffer.writeString(first)
      case .second: buffer.writeString(second)
      }
    }
    return buffer
  }

  private mutating func append(_ text: Substring) {
    guard !text.isEmpty else { return }
    parts.append(.text(String(text)))
    textBytes += text.utf8.count
  }
}
