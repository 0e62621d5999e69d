import SwiftSyntax

extension Trivia {
  /// The text of the documentation comment, without what describes parameters and results.
  var documentation: String? {
    var lines: [String] = []
    for piece in pieces {
      switch piece {
      case .docLineComment(let text):
        let content = text.dropFirst(3)
        lines.append(String(content.hasPrefix(" ") ? content.dropFirst() : content))
      case .docBlockComment(let text):
        lines += text.dropFirst(3).dropLast(2).split(
          separator: "\n",
          omittingEmptySubsequences: false
        ).map { line in
          let line = line.drop { $0 == " " || $0 == "\t" }
          let content = line.hasPrefix("*") ? line.dropFirst() : line
          return String(content.drop { $0 == " " })
        }
      default: break
      }
    }
    let body = lines.prefix { line in
      !["- Parameter", "- Returns:", "- Throws:"].contains { line.hasPrefix($0) }
    }
    let text = body.joined(separator: "\n").trimmingSpace
    return text.isEmpty ? nil : text
  }
}

extension String {
  fileprivate var trimmingSpace: String {
    let start = drop { $0.isWhitespace }
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
