import HullDatabase
import Testing

@Suite struct SearchTokenizerTests {
  private func terms(_ text: String) -> [String] {
    SearchTokenizer.terms(of: text).map(\.description)
  }

  @Test(arguments: [
    ("Hello, World!", ["hello", "world"]),
    ("", []),
    ("  \t\n…—!?", []),
    ("don't stop-me_now", ["don", "t", "stop", "me", "now"]),
    ("a1b2 3.14", ["a1b2", "3", "14"]),
    ("Ünïcödé ÀÉÎ", ["ünïcödé", "àéî"]),
    ("naïve naive", ["naïve", "naive"]),
    ("日本語 テキスト", ["日本語", "テキスト"]),
    ("x²+y³ ½ Ⅷ ٣", ["x²", "y³", "½", "ⅷ", "٣"]),
    ("mañana🙂mañana", ["mañana", "mañana"]),
    ("ΣΊΣΥΦΟΣ", ["σίσυφοσ"]),
    ("a\u{0}b", ["a", "b"]),
    ("cafe\u{301}s", ["cafe", "s"]),
  ])
  func `text splits at what is neither letter nor number, in lower case`(
    text: String,
    expected: [String]
  ) {
    let found = SearchTokenizer.terms(of: text).map(\.utf8)
    #expect(found == expected.map { Array($0.utf8) })
  }

  @Test func `a word of 31 bytes is kept and one of 32 is dropped`() {
    let long = String(repeating: "x", count: 32)
    #expect(terms("\(long.dropLast()) \(long) y") == [String(long.dropLast()), "y"])
    let wide = String(repeating: "é", count: 16)
    #expect(terms("\(wide.dropLast()) \(wide)") == [String(wide.dropLast())])
    #expect(terms(String(repeating: "z", count: 100_000)) == [])
  }

  @Test func `the length of a word is measured before its case is lowered`() {
    // U+0130 takes two bytes and its lower case three.
    let word = String(repeating: "\u{130}", count: 15)
    #expect(terms(word).map(\.utf8.count) == [45])
  }

  @Test func `a limit stops the walk`() {
    let text = String(repeating: "word ", count: 1000)
    #expect(SearchTokenizer.terms(of: text, limit: 16).count == 16)
    #expect(SearchTokenizer.terms(of: text, limit: 0).isEmpty)
  }

  @Test func `canonically equivalent spellings are different terms`() {
    let composed = SearchTokenizer.terms(of: "가")
    let decomposed = SearchTokenizer.terms(of: "\u{1100}\u{1161}")
    #expect(composed.count == 1 && decomposed.count == 1)
    #expect(composed != decomposed)
  }

  @Test func `frequencies count every occurrence`() {
    let (terms, length) = SearchTokenizer.frequencies(of: "To be, or not to be")
    #expect(length == 6)
    #expect(terms[SearchTerm(utf8: Array("to".utf8))] == 2)
    #expect(terms[SearchTerm(utf8: Array("or".utf8))] == 1)
    #expect(terms.count == 4)
  }
}
