import HullValues
import Testing

@Suite struct DocumentTests {
  @Test func `every section of the document vectors has a test`() {
    #expect(Vectors.sections("patch") == ["cases"])
    #expect(Vectors.sections("creation-time") == ["fromNanoseconds", "successiveInserts"])
  }

  @Test(arguments: Vectors.cases("patch", "cases"))
  func `a patch is merged into a document`(vector: VectorCase) throws {
    let original = try ConvexValue(json: try #require(vector["original"]), options: .mutation)
    let result = Result { () throws(ConvexValueError) -> ConvexObject in
      try DocumentPatch(json: vector["patch"] ?? .null).applied(to: original.object ?? [:])
    }
    switch result {
    case .success(let object):
      let expected = try ConvexValue(json: try #require(vector["result"]), options: .mutation)
      #expect(.object(object) == expected)
    case .failure(let error): #expect(error.message == vector["error"]?.string)
    }
  }

  @Test(arguments: Vectors.cases("creation-time", "fromNanoseconds"))
  func `creation times come from nanoseconds`(vector: VectorCase) throws {
    let nanoseconds = try #require(Int64(try vector.string("ns")))
    let time = CreationTime.milliseconds(nanoseconds: nanoseconds)
    #expect(time == vector["creationTime"]?.number)
    #expect(EncodedValue(.float64(time)).string == vector["text"]?.string)
  }

  @Test(arguments: Vectors.cases("creation-time", "successiveInserts"))
  func `each insert takes the next double`(vector: VectorCase) throws {
    var time = try #require(vector["start"]?.number)
    for value in try #require(vector["values"]?.array) {
      #expect(time == value.number)
      time = CreationTime.next(after: time)
    }
  }

  @Test func `a document with an unknown commit timestamp has its own error texts`() throws {
    let id = try DocumentID(parsing: "j57000820c20a1g7104gm2rc1m70ynr8")
    let object: ConvexObject = ["t": .commitTimestamp, "_id": "other"]
    let error = #expect(throws: ConvexValueError.self) {
      try object.asDocument(id: id, creationTime: 1)
    }
    #expect(error?.code == "InvalidDocumentError")
    #expect(error?.message == "Document's _id field doesn't match")
  }

  @Test func `the commit timestamp is filled in everywhere`() {
    let object: ConvexObject = ["a": [.commitTimestamp, ["b": .commitTimestamp]], "c": 1]
    #expect(object.containsCommitTimestamp)
    let resolved = object.resolvingCommitTimestamp(42)
    #expect(resolved == ["a": [.int64(42), ["b": .int64(42)]], "c": 1])
    #expect(!resolved.containsCommitTimestamp)
    #expect(IndexKey([.commitTimestamp]) == IndexKey([.int64(.max)]))
    #expect(ConvexValue.commitTimestamp.size == 9)
  }

  @Test func `a stored document is read field by field and whole`() throws {
    let id = try DocumentID(parsing: "j57000820c20a1g7104gm2rc1m70ynr8")
    let fields: ConvexObject = ["b": ["c": "x"], "a": .int64(5), "we\"ird": 1, "A": .null]
    let document = EncodedDocument(id: id, creationTime: 1.5, fields: fields)
    let object = try document.object()
    #expect(object["_id"] == .string(id.string))
    #expect(object["_creationTime"] == 1.5)
    #expect(object.withoutSystemFields == fields)
    for name in ["A", "_creationTime", "_id", "a", "b", "missing", "zzz"] {
      #expect(document.json.field(FieldPath(stringLiteral: name)) == object[name])
      #expect(try document.json.encodedField(name)?.decoded() == object[name])
    }
    #expect(document.json.field("b.c") == "x")
    #expect(document.json.field("a.c") == nil)
    #expect(
      document.json.fields(["A", "Z", "a", "b", "zz"]) == [.null, nil, .int64(5), ["c": "x"], nil]
    )
  }
}
