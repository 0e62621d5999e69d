/// What free text from a form becomes before it is stored or compared.
extension StringProtocol {
  /// Without white space at either end.
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }

  /// Without white space at either end, or nil when nothing else remains: a blank field of a form
  /// counts as a field that was not sent.
  var nonBlank: String? {
    let text = trimmed
    return text.isEmpty ? nil : text
  }

  /// The words of a name or of what was typed to find it, in lower case: maximal runs of letters
  /// and digits, as full-text search splits them.
  var searchWords: [String] {
    lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }
}

extension Int {
  /// The number in decimal, filled with zeros on the left to at least `width` digits.
  func padded(to width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }
}

extension Double {
  /// The number without a fraction: 250 as `250`.
  var wholeText: String { Int(exactly: rounded()).map(String.init) ?? description }
}
