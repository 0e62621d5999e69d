import HullValues
import Testing

@Test func `a value survives the trip through its wire text`() throws {
  let value: ConvexValue = [
    "a": [1, 2.5, "x\n\u{e9}", nil, true], "b": .int64(-5), "c": .bytes([1, 2, 3]), "d": -0.0,
  ]
  let text = EncodedValue(value)
  #expect(try text.decoded() == value)
  #expect(text.field("b") == .int64(-5))
  #expect(
    text.string
      == #"{"a":[1.0,2.5,"x\né",null,true],"b":{"$integer":"+/////////8="},"c":{"$bytes":"AQID"},"d":{"$float":"AAAAAAAAAIA="}}"#
  )
  let id = try DocumentID(parsing: "j57000820c20a1g7104gm2rc1m70ynr8")
  #expect(id.tableNumber.rawValue == 10001)
  #expect(id.string == "j57000820c20a1g7104gm2rc1m70ynr8")
}
