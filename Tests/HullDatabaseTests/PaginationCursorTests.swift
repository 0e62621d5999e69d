import HullDatabase
import HullValues
import Testing

@Suite struct PaginationCursorTests {
  private let codec = CursorCodec(secret: Array(repeating: 7, count: 32), instanceName: "pets")
  private let fingerprint = QueryFingerprint(digesting: Array("a query".utf8))

  private var cursor: QueryCursor {
    QueryCursor(
      position: .after(IndexKey([.string("x"), .float64(5)])),
      fingerprint: fingerprint
    )
  }

  @Test func `a cursor comes back as it was sealed`() {
    let positions: [CursorPosition] = [
      .end, .after(.empty), .after(IndexKey(bytes: [0])),
      .after(IndexKey(bytes: Array(0...255) + Array(repeating: 255, count: 3000))),
    ]
    for position in positions {
      let cursor = QueryCursor(position: position, fingerprint: fingerprint)
      #expect(codec.open(codec.seal(cursor)) == cursor)
    }
  }

  @Test func `equal cursors have equal texts, of one instance after a restart too`() {
    let again = CursorCodec(secret: Array(repeating: 7, count: 32), instanceName: "pets")
    #expect(codec.seal(cursor) == again.seal(cursor))
    #expect(codec.seal(cursor).utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) })
  }

  @Test func `different cursors have different texts that share no nonce`() {
    let other = QueryCursor(position: .end, fingerprint: fingerprint)
    let nonces = [cursor, other].map { codec.seal($0).prefix(26) }
    #expect(nonces[0] != nonces[1])
  }

  @Test func `every changed digit is noticed`() {
    let text = Array(codec.seal(cursor).utf8)
    for position in text.indices {
      for digit in "0123456789abcdef".utf8 where digit != text[position] {
        var changed = text
        changed[position] = digit
        #expect(codec.open(String(decoding: changed, as: UTF8.self)) == nil)
      }
    }
  }

  @Test func `anything else is refused`() {
    let text = codec.seal(cursor)
    var texts = [
      "", "0", "01", "zz", "null", "{}", "End", text.uppercased(), text + "00", text + "0",
      "00" + text, " " + text, String(repeating: "0", count: 200), "é", "01\u{0}",
    ]
    texts += (1..<text.count).map { String(text.prefix($0)) }
    for text in texts { #expect(codec.open(text) == nil) }
  }

  @Test func `another instance's cursor is refused`() {
    for stranger in [
      CursorCodec(secret: Array(repeating: 8, count: 32), instanceName: "pets"),
      CursorCodec(secret: Array(repeating: 7, count: 32), instanceName: "birds"),
    ] {
      #expect(codec.open(stranger.seal(cursor)) == nil)
    }
  }

  @Test func `a journal is no cursor and a cursor no journal`() {
    #expect(codec.open(codec.seal(cursor, for: .journal)) == nil)
    #expect(codec.open(codec.seal(cursor), for: .journal) == nil)
    #expect(codec.open(codec.seal(cursor, for: .journal), for: .journal) == cursor)
  }
}
