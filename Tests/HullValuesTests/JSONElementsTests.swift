import HullValues
import Testing

@Suite struct JSONElementsTests {
  private func elements(_ text: String, in range: Range<Int>? = nil) throws -> [String]? {
    let bytes = Array(text.utf8)
    return try JSONParser().elements(bytes, in: range)?.map {
      String(decoding: bytes[$0], as: UTF8.self)
    }
  }

  @Test(
    arguments: [
      ("[]", []), (" [ ] ", []), ("[1]", ["1"]), (" [ 1 , \"a,]\" ] ", ["1", "\"a,]\""]),
      (#"[[1,[2]],{"a":[3,4]},null]"#, ["[1,[2]]", #"{"a":[3,4]}"#, "null"]),
    ] as [(String, [String])]
  )
  func `the elements of an array are found without reading them`(
    text: String,
    expected: [String]
  ) throws {
    #expect(try elements(text) == expected)
  }

  @Test(arguments: ["{}", "null", "7", #""[1]""#])
  func `another value has none`(text: String) throws {
    #expect(try elements(text) == nil)
  }

  @Test(arguments: ["", "[", "[1", "[1,]", "[1 2]", "[1]]", "[tru]", "[\"a]"])
  func `the whole text is checked`(text: String) {
    #expect(throws: JSONParseError.self) { try elements(text) }
  }

  @Test func `a part of a text may be read`() throws {
    #expect(try elements(#"{"a":[1,2]}"#, in: 5..<10) == ["1", "2"])
  }

  @Test(arguments: 0..<20) func `bad UTF-8 is found behind any length of ASCII`(length: Int) {
    let ascii = [UInt8](repeating: 0x61, count: length)
    #expect(UTF8Validation.isValid(ascii))
    #expect(UTF8Validation.isValid(ascii + Array("é😀".utf8) + ascii))
    #expect(!UTF8Validation.isValid(ascii + [0xC3]))
    #expect(!UTF8Validation.isValid(ascii + [0xFF] + ascii))
    #expect(!UTF8Validation.isValid(ascii + [0xED, 0xA0, 0x80] + ascii))
  }
}
