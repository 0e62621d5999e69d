import Crypto
import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullServer
import HullValues

extension FuzzTarget {
  static func checkIDs(_ input: [UInt8], _ findings: inout Findings) {
    let text = String(decoding: input, as: UTF8.self)
    if let id = try? DocumentID(parsing: text) {
      findings.expect(id.string == text, "\(text) is written as it was read: \(id)")
    }
    let table = TableNumber.firstUserTable
    let normalized = DocumentID.normalize(text, in: table) { Array(SHA256.hash(data: $0)) }
    if let normalized {
      findings.expect(normalized.tableNumber == table, "\(text) is of the table asked for")
      findings.expect((try? DocumentID(parsing: normalized.string)) == normalized, "\(normalized)")
    }
    if let id = UniqueID(text) {
      findings.expect(UniqueID("\(id)") == id, "\(text) is written and read again")
    }
    if let timestamp = try? Timestamp(text: text) {
      findings.expect((try? Timestamp(text: timestamp.text)) == timestamp, "timestamp \(text)")
    }
    if let bytes = try? Base64.decode(text) {
      findings.expect((try? Base64.decode(Base64.encode(bytes))) == bytes, "base64 \(text)")
    }
    _ = SessionID(text)
    // Twenty bytes make an id.
    guard input.count >= 20 else { return }
    func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    guard let number32 = TableNumber(rawValue: UInt32(truncatingIfNeeded: number(input[0..<4])))
    else { return }
    let id = DocumentID(
      tableNumber: number32,
      internalID: InternalID(high: number(input[4..<12]), low: number(input[12..<20]))
    )
    findings.expect((try? DocumentID(parsing: id.string)) == id, "\(id) can be read")
    findings.expect(DocumentID.lengths.contains(id.string.utf8.count), "\(id) has a length of ids")
  }

  /// A text that may be a cursor, and the cursor of a key with one digit changed: the first byte says
  /// which, the next two where.
  static func checkCursors(_ input: [UInt8], _ findings: inout Findings) {
    let codec = CursorCodec(secret: Array("a secret".utf8), instanceName: "quiet-wren-100")
    let text = String(decoding: input, as: UTF8.self)
    if let cursor = codec.open(text) {
      findings.expect(
        codec.seal(cursor) == text.lowercased(),
        "\(text) is the cursor it stands for"
      )
    }
    guard input.count >= 3 else { return }
    let key = IndexKey(bytes: Array(input[3...]))
    let cursor = QueryCursor(
      position: input[0] & 1 == 0 ? .after(key) : .end,
      fingerprint: QueryFingerprint(digesting: input)
    )
    let sealed = codec.seal(cursor)
    findings.expect(codec.open(sealed) == cursor, "a cursor can be opened")
    findings.expect(codec.open(sealed, for: .journal) == nil, "a cursor is no journal")
    var digits = Array(sealed.utf8)
    let position = (Int(input[1]) << 8 | Int(input[2])) % digits.count
    digits[position] = digits[position] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
    findings.expect(
      codec.open(String(decoding: digits, as: UTF8.self)) == nil,
      "a changed cursor cannot be opened"
    )
  }

  static func checkPaths(_ input: [UInt8], _ findings: inout Findings) {
    let text = String(decoding: input, as: UTF8.self)
    if let path = try? FunctionPath(parsing: text) {
      findings.expect((try? FunctionPath(parsing: path.canonical)) == path, "\(path.canonical)")
      // Without its `.js`, what follows another dot of a module looks like an extension.
      if !path.module.contains(".") {
        findings.expect((try? FunctionPath(parsing: path.stripped)) == path, "\(path.stripped)")
      }
    }
    if let path = try? FieldPath(parsing: text) {
      findings.expect((try? FieldPath(parsing: "\(path)")) == path, "field path \(path)")
    }
    let name = try? TableName(validating: text)
    findings.expect((name != nil) == isIdentifier(text), "\(text) names a table or does not")
    if let name {
      findings.expect(name.isSystem == text.hasPrefix("_"), "whose table \(name) is")
    }
    if let expression = try? CronExpression(parsing: text) {
      let now: Int64 = 1_750_000_000
      if let next = expression.next(after: now) {
        findings.expect(next > now && next % 60 == 0, "\(text) is due at the full minute, later")
        findings.expect(expression.next(after: next - 1) == next, "\(text) is due at \(next)")
      }
    }
    let (path, query) = HullServer.HTTPRequest.split(target: text)
    _ = PercentEncoding.decode(path[...])
    _ = query.map { PercentEncoding.decode($0, plusIsSpace: true) }
  }

  private static let letters = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".unicodeScalars
  )
  private static let digits = Set("0123456789".unicodeScalars)

  /// Whether a text is an identifier by the words of spec/values.md, not by Hull's code.
  private static func isIdentifier(_ text: String) -> Bool {
    let scalars = text.unicodeScalars
    guard (1...64).contains(scalars.count), let first = scalars.first, !digits.contains(first)
    else { return false }
    return scalars.allSatisfy { $0 == "_" || letters.contains($0) || digits.contains($0) }
      && scalars.contains { $0 != "_" }
  }
}
