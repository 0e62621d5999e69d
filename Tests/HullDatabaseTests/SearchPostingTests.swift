import HullDatabase
import HullValues
import Testing

@Suite struct SearchPostingTests {
  private let index = SearchIndexDefinition(
    name: "by_text",
    searchField: "text",
    filterFields: ["tenant", "is_active"]
  )
  private let id = DocumentID(
    tableNumber: .firstUserTable,
    internalID: InternalID(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10)
  )

  private func term(_ text: String) -> SearchTerm { SearchTerm(utf8: Array(text.utf8)) }

  private func entries(_ fields: ConvexObject) -> [IndexKey] {
    let document = EncodedDocument(id: id, creationTime: 1_700_000_000_000.25, fields: fields)
    return searchEntries(for: index, id: id, object: (try? document.object()) ?? [:])
  }

  @Test func `a document has one posting per distinct term, in key order`() throws {
    let keys = entries(["text": "b a b c B", "tenant": "acme"])
    #expect(keys == keys.sorted())
    let layout = index.postingLayout
    let found = try keys.map { key in
      let length = try #require(layout.termLength(of: key))
      return (
        String(decoding: key.bytes[..<length], as: UTF8.self),
        layout.posting(in: key, termLength: length)
      )
    }
    #expect(found.map(\.0) == ["a", "b", "c"])
    #expect(found.map(\.1.termFrequency) == [1, 3, 1])
    for (_, posting) in found {
      #expect(posting.id == id.internalID)
      #expect(posting.creationTime == 1_700_000_000_000.25)
      #expect(posting.length.length == 5)
    }
  }

  @Test(
    arguments: [
      ["other": "text"], ["text": .null], ["text": 5.0], ["text": ["a"]], ["text": ""],
      ["text": "-"],
    ] as [ConvexObject]
  )
  func `a document without text has none`(fields: ConvexObject) {
    #expect(entries(fields) == [])
  }

  @Test func `filter values are held in byte order of the field names`() throws {
    let key = try #require(entries(["text": "word", "tenant": "acme", "is_active": true]).first)
    let layout = index.postingLayout
    #expect(layout.filter(0, in: key, termLength: 4) == FilterDigest(.boolean(true)))
    #expect(layout.filter(1, in: key, termLength: 4) == FilterDigest("acme"))
    let bare = try #require(entries(["text": "word"]).first)
    #expect(layout.filter(0, in: bare, termLength: 4) == FilterDigest(nil))
    #expect(layout.filter(1, in: bare, termLength: 4) == FilterDigest(nil))
  }

  @Test func `short values stand for themselves and long ones are hashed`() {
    let short: [ConvexValue?] = [
      nil, .null, .boolean(false), .boolean(true), .int64(0), .int64(1), .int64(256), "", "abc",
      .array([]), .object([:]), .bytes([0]),
    ]
    for value in short { #expect(FilterDigest(value).isExact) }
    #expect(Set(short.map { FilterDigest($0) }).count == short.count)
    for value: ConvexValue in [.float64(1), "a longer text", .int64(.max)] {
      #expect(!FilterDigest(value).isExact)
    }
    #expect(FilterDigest(.float64(0)) != FilterDigest(.float64(-0.0)))
    #expect(FilterDigest(.float64(1)) != FilterDigest(.int64(1)))
  }

  @Test func `a term's range holds its postings and no other term's`() throws {
    let keys = entries(["text": "cat catalog ca concat", "is_active": true])
    func words(_ range: KeyRange) throws -> [String] {
      try keys.filter(range.contains).map {
        let length = try #require(index.postingLayout.termLength(of: $0))
        return String(decoding: $0.bytes[..<length], as: UTF8.self)
      }
    }
    #expect(try words(KeyRange(postingsOf: term("cat"), filters: [])) == ["cat"])
    #expect(
      try words(KeyRange(postingsOfTermsBeginningWith: term("ca"))) == ["ca", "cat", "catalog"]
    )
    let active = FilterDigest(.boolean(true))
    #expect(try words(KeyRange(postingsOf: term("cat"), filters: [active])) == ["cat"])
    let inactive = FilterDigest(.boolean(false))
    #expect(try words(KeyRange(postingsOf: term("cat"), filters: [inactive])) == [])
  }

  @Test func `frequencies saturate`() throws {
    let text = String(repeating: "a ", count: 70_000)
    let key = try #require(entries(["text": .string(text)]).first)
    #expect(index.postingLayout.posting(in: key, termLength: 1).termFrequency == 65_535)
  }

  @Test func `newer documents come first among equals`() {
    func key(_ time: Double) -> IndexKey {
      index.postingLayout.key(
        of: SearchPosting(
          id: id.internalID,
          creationTime: time,
          termFrequency: 1,
          length: LengthStep(containing: 1)
        ),
        term: term("a"),
        filters: [FilterDigest(nil), FilterDigest(nil)]
      )
    }
    #expect(key(1_700_000_000_001) < key(1_700_000_000_000.5))
  }

  @Test func `a key that is no posting is recognised`() {
    for bytes: [UInt8] in [[], [1, 2, 3], Array(repeating: 1, count: 80)] {
      #expect(index.postingLayout.termLength(of: IndexKey(bytes: bytes)) == nil)
    }
  }
}
