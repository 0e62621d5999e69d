// How text becomes the terms of a full-text index, the same for documents and for queries.

/// One word of a text as the index stores it: UTF-8 in lower case, compared byte by byte.
///
/// Not a `String`: that compares canonically equivalent spellings as equal, which the index must
/// keep apart.
package struct SearchTerm: Hashable, Sendable {
  /// The UTF-8 of the word; never empty.
  package var utf8: [UInt8]

  /// Wraps bytes that are already a term.
  package init(utf8: [UInt8]) {
    self.utf8 = utf8
  }
}

extension SearchTerm: Comparable {
  package static func < (left: SearchTerm, right: SearchTerm) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}

extension SearchTerm: CustomStringConvertible {
  package var description: String { String(decoding: utf8, as: UTF8.self) }
}

/// Splits text at every character that is neither a letter nor a number, drops what is too long,
/// and lowers the case; no stemming, no stop words, no folding of accents.
package enum SearchTokenizer {
  /// Words of this many bytes and more are not indexed and not searched.
  package static let lengthLimit = 32

  /// Calls `body` with each term of the text in order, until it returns false.
  ///
  /// - Parameters:
  ///   - text: Any text; the cost is proportional to its length.
  ///   - body: Receives a term and says whether to go on.
  package static func forEachTerm(in text: String, _ body: (SearchTerm) -> Bool) {
    var term: [UInt8] = []
    var sourceLength = 0
    for scalar in text.unicodeScalars {
      if scalar.isASCII {
        let byte = UInt8(truncatingIfNeeded: scalar.value)
        switch byte {
        case 0x30...0x39, 0x61...0x7A:
          sourceLength += 1
          if sourceLength < lengthLimit { term.append(byte) }
          continue
        case 0x41...0x5A:
          sourceLength += 1
          if sourceLength < lengthLimit { term.append(byte | 0x20) }
          continue
        default: break
        }
      } else if isAlphanumeric(scalar) {
        sourceLength += UTF8.width(scalar)
        if sourceLength < lengthLimit {
          term.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
        }
        continue
      }
      guard sourceLength > 0 else { continue }
      if sourceLength < lengthLimit, !body(SearchTerm(utf8: term)) { return }
      term.removeAll(keepingCapacity: true)
      sourceLength = 0
    }
    if sourceLength > 0, sourceLength < lengthLimit { _ = body(SearchTerm(utf8: term)) }
  }

  /// The first terms of a text, repetitions included.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - limit: How many terms to return at most.
  /// - Returns: The terms in the order of the text.
  package static func terms(of text: String, limit: Int = .max) -> [SearchTerm] {
    var terms: [SearchTerm] = []
    guard limit > 0 else { return terms }
    forEachTerm(in: text) { term in
      terms.append(term)
      return terms.count < limit
    }
    return terms
  }

  /// How often each term occurs in a text, and how many terms there are in all.
  package static func frequencies(of text: String) -> (terms: [SearchTerm: Int], length: Int) {
    var terms: [SearchTerm: Int] = [:]
    var length = 0
    forEachTerm(in: text) { term in
      terms[term, default: 0] += 1
      length += 1
      return true
    }
    return (terms, length)
  }

  /// Unicode's Alphabetic property or any number category.
  private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isAlphabetic { return true }
    return switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
  }
}
