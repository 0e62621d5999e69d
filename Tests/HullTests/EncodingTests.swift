@testable import Hull
import Testing

@Suite struct EncodingTests {
  let stored = TestData.document(
    number: 7,
    [
      "code": "C1", "isActive": true, "visits": 3,
      "address": ["city": "Bogor", "lines": ["Jl. 1"]],
    ]
  )

  @Test func `a document's fields are members and its bytes are what it was stored as`() throws {
    let document = try Document<Customer>(stored: stored)
    #expect(document.code == "C1" && document.visits == 3 && document.deletedAt == nil)
    #expect(document.address?.city == "Bogor")
    #expect(document.id.documentID == TestData.id(7) && document.creationTime == 7)
    #expect(try document.encodedValue() == stored.json)
    #expect(try [Encoded<Customer>(stored: stored)].encodedValue().string == "[\(stored.json)]")
  }

  @Test func `what is encoded is read back`() throws {
    let customer = try Document<Customer>(stored: stored).value
    #expect(try Customer(convexValue: customer.convexValue()) == customer)
    #expect(try customer.encodedValue() == EncodedValue(customer.convexValue()))
  }

  @Test func `a flattened document's fields stand beside the others, in order`() throws {
    let profile = Profile(customer: try Document(stored: stored), averageVisits: 1.5)
    let object = try #require(try profile.encodedValue().decoded().object)
    #expect(object["averageVisits"] == 1.5 && object["code"] == "C1")
    #expect(object["_id"] == .string(TestData.id(7).string))
    #expect(try profile.encodedValue() == EncodedValue(.object(object)))
    #expect(try Profile(convexValue: .object(object)).customer.value == profile.customer.value)
    #expect(
      Profile.convexValidator
        == .object(
          Customer.documentObject.extended(with: ["averageVisits": FieldValidator(.float64)])
        )
    )
  }

  @Test func `the way to what cannot be read is named`() throws {
    let error = #expect(throws: ValueDecodingError.self) {
      try [Address](convexValue: [
        ["city": "a", "lines": ["x"]], ["city": "b", "lines": ["x", 1]],
      ])
    }
    #expect(error?.description == "[1].lines[1]: expected a string, found 1.0")
    let missing = #expect(throws: ValueDecodingError.self) {
      try Address(convexValue: ["lines": []])
    }
    #expect(missing?.path == ".city" && missing?.found == nil)
  }

  @Test(arguments: [1.5, .nan, .infinity, 1e16, -0x1p53])
  func `an Int refuses numbers that are not exactly whole`(number: Double) {
    #expect(throws: ValueDecodingError.self) { try Int(convexValue: .float64(number)) }
  }

  @Test func `an Int is a number, and -0 is 0`() throws {
    #expect(Int.convexValidator == .float64 && Int64.convexValidator == .int64)
    #expect(try Int(convexValue: -0.0) == 0)
    #expect(try 3.encodedValue().string == "3.0")
    #expect(throws: ConvexValueError.self) { try Int.max.convexValue() }
  }

  @Test func `as a field T? may be absent, elsewhere it may be null`() throws {
    #expect(Bool?.convexField == FieldValidator(.boolean, isOptional: true))
    #expect(Bool?.convexValidator == .union([.boolean, .null]))
    #expect([Bool?].convexValidator == .array(.union([.boolean, .null])))
    #expect(throws: ValueDecodingError.self) { try Bool?(convexField: .null) }
    #expect(try Bool?(convexField: nil) == nil)
    #expect(try [Bool?](convexValue: [true, .null]) == [true, nil])
    #expect(try [Bool?.some(true), nil].encodedValue().string == "[true,null]")
  }

  @Test func `a patch tells absent from null from a value`() throws {
    #expect(
      Patch<String>.convexField == FieldValidator(.union([.string, .null]), isOptional: true)
    )
    #expect(try Patch<String>(convexField: nil) == .unchanged)
    #expect(try Patch<String>(convexField: .null) == .clear)
    #expect(try Patch<String>(convexField: "a") == .set("a"))
    #expect(try Patch<String>.unchanged.convexFieldValue() == nil)
    #expect(try Patch<String>.clear.convexFieldValue() == .null)
    #expect(Patch.set("  ").map { $0 == "  " ? nil : $0 } == .clear)
  }

  @Test func `a nullable field must be there`() throws {
    #expect(Nullable<Double>.convexField == FieldValidator(.union([.float64, .null])))
    #expect(try Nullable<Double>(convexField: .null) == .null)
    #expect(throws: ValueDecodingError.self) { try Nullable<Double>(convexField: nil) }
    #expect(try Nullable<Double>?(convexField: .null) == .some(.null))
  }

  @Test func `an enumeration of strings is a union of literals`() throws {
    #expect(Tier.convexValidator == .union([.literal("GOLD"), .literal("SILVER")]))
    #expect(try Tier(convexValue: "SILVER") == .silver)
    let error = #expect(throws: ValueDecodingError.self) { try Tier(convexValue: "BRONZE") }
    #expect(
      error?.description
        == #"The value: expected one of "GOLD", "SILVER", found "BRONZE""#
    )
  }

  @Test func `a dictionary is a record and refuses keys that are no field names`() throws {
    #expect([String: Int].convexValidator == .record(keys: .string, values: .float64))
    #expect(try ["b": 2, "a": 1].encodedValue().string == #"{"a":1.0,"b":2.0}"#)
    #expect(throws: ConvexValueError.self) { try ["$x": 1].encodedValue() }
  }

  @Test func `pages are encoded as clients read them`() throws {
    let page = Paginated(
      page: [try Document<Customer>(stored: stored)],
      isDone: false,
      continueCursor: "c",
      pageStatus: .splitRecommended
    )
    let text = try page.encodedValue().string
    #expect(
      text == """
        {"continueCursor":"c","isDone":false,"page":[\(stored.json)],\
        "pageStatus":"SplitRecommended"}
        """
    )
    let decoded = try Paginated<Document<Customer>>(
      convexValue: EncodedValue(canonical: Array(text.utf8)).decoded()
    )
    #expect(decoded.page == page.page && decoded.pageStatus == .splitRecommended)
  }

  @Test func `pagination options survive the way there and back`() throws {
    let options = PaginationOptions(numItems: 5, cursor: "x", id: 3, maximumRowsRead: 9)
    #expect(try PaginationOptions(convexValue: options.convexValue()) == options)
  }
}
