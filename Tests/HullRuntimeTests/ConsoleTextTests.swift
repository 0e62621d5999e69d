import Hull
import Testing

@Suite struct ConsoleTextTests {
  @Test(arguments: [
    ("null", ConvexValue.null),
    ("1", .float64(1)),
    ("-0", .float64(-0.0)),
    ("0.5", .float64(0.5)),
    ("1e+21", .float64(1e21)),
    ("1.5e-7", .float64(1.5e-7)),
    ("NaN", .float64(.nan)),
    ("-Infinity", .float64(-.infinity)),
    ("1n", .int64(1)),
    ("true", .boolean(true)),
    ("'hi'", .string("hi")),
    ("'it\\'s \\\\ a\\nline \\x01'", .string("it's \\ a\nline \u{1}")),
    ("[]", .array([])),
    ("{}", .object([:])),
    ("[ 1, 'a' ]", .array([1.0, "a"])),
    ("{\n  a: 1\n}", .object(["a": 1.0])),
    (
      "{\n  a: {\n    'b c': [ 1, 2 ]\n  },\n  d: null\n}",
      .object(["a": ["b c": [1.0, 2.0]], "d": .null])
    ),
    ("[\n  {\n    a: 1\n  },\n  2\n]", .array([.object(["a": 1.0]), 2.0])),
  ])
  func `values look as the reference's inspector shows them`(text: String, value: ConvexValue) {
    #expect(ConsoleText.render(value) == text)
  }

  @Test func `what is nested deeper than five levels is only named`() {
    let deep = (0..<7).reduce(ConvexValue.float64(1)) { value, _ in .array([value]) }
    #expect(ConsoleText.render(deep) == "[ [ [ [ [ [Array] ] ] ] ] ]")
  }
}
