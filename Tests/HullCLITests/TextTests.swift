import HullValues
import Testing

@testable import HullCLI

@Suite struct TextTests {
  @Test(arguments: [
    ("null", "null"), (#""a{b"#, #""a{b"#), ("[]", "[]"), ("{}", "{}"),
    ("[1.0,[]]", "[\n  1.0,\n  []\n]"),
    (
      #"{"a":{"b":"x,\"}"},"c":[{}]}"#,
      "{\n  \"a\": {\n    \"b\": \"x,\\\"}\"\n  },\n  \"c\": [\n    {}\n  ]\n}"
    ),
  ])
  func `JSON is laid out one member a line`(json: String, expected: String) {
    #expect(JSONText.indented(Array(json.utf8)) == expected)
  }

  @Test func `arguments are written as TypeScript has them`() {
    let validator = v.object([
      "any": v.any(), "id": v.id("items"), "count": v.int64(), "kind": v.literal("a"),
      "list": v.optional(v.array(v.union(v.string(), v.null()))),
      "map": v.record(v.string(), v.number()), "nested": v.object([:]),
    ])
    #expect(
      ArgumentsText.of(validator)
        == #"{ any: any, count: bigint, id: Id<"items">, kind: "a", "#
        + #"list?: (string | null)[], map: Record<string, number>, nested: {} }"#
    )
  }

  @Test func `a table is as wide as its widest cells`() {
    #expect(
      TextTable.render([["A", "B"], ["long", "c"], ["x", ""]]) == "A     B\nlong  c\nx     "
    )
  }
}
