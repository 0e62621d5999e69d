import HullValues
import TestRandomness
import Testing

@Suite struct NamesTests {
  @Test func `every section of the name and id vectors has a test`() {
    #expect(Vectors.sections("names") == ["identifiers", "fieldNames", "fieldPaths"])
    #expect(Vectors.sections("document-ids") == ["encode", "invalid", "legacyInternalIds"])
  }

  @Test(arguments: Vectors.cases("names", "identifiers"))
  func `identifiers are told from other names`(vector: VectorCase) throws {
    let name = expanded(try vector.string("name"))
    let error = thrown { try Identifier.validate(name) } as? ConvexValueError
    #expect(error?.message == vector["error"]?.string)
    #expect(Identifier.isValid(name) == vector.isOK)
    #expect(((try? TableName(validating: name)) != nil) == vector.isOK)
  }

  @Test(arguments: Vectors.cases("names", "fieldNames"))
  func `field names are told from other keys`(vector: VectorCase) throws {
    let name = expanded(try vector.string("name"))
    let error = thrown { try FieldName.validate(name) } as? ConvexValueError
    #expect(error?.message == vector["error"]?.string)
    #expect(FieldName.isValid(name) == vector.isOK)
  }

  @Test(arguments: Vectors.cases("names", "fieldPaths"))
  func `field paths are split into identifiers`(vector: VectorCase) throws {
    let text = try vector.string("path")
    if vector.isOK {
      let path = try FieldPath(parsing: text)
      #expect(path.fields == vector["fields"]?.array?.compactMap(\.string))
      #expect(try FieldPath(parsing: path.description) == path)
    } else {
      let error = #expect(throws: ConvexValueError.self) { try FieldPath(parsing: text) }
      #expect(error?.message == vector["error"]?.string)
    }
  }

  // MARK: Ids

  @Test(arguments: Vectors.cases("document-ids", "encode"))
  func `an id is written and read`(vector: VectorCase) throws {
    let number = try #require(TableNumber(rawValue: UInt32(vector["tableNumber"]?.integer ?? 0)))
    let internalID = try #require(InternalID(hex: try vector.string("internalIdHex")))
    let id = DocumentID(tableNumber: number, internalID: internalID)
    let text = try vector.string("id")
    #expect(id.string == text)
    #expect(text.utf8.count == vector["length"]?.integer.map(Int.init))
    #expect(try DocumentID(parsing: text) == id)
    #expect(internalID.bytes == bytes(hex: try vector.string("internalIdHex")))
    #expect(DocumentID.normalize(text, in: number, sha256: sha256) == id)
  }

  @Test(arguments: Vectors.cases("document-ids", "invalid"))
  func `what is no id is refused with the reference's reason`(vector: VectorCase) throws {
    let text = try vector.string("id")
    let error = #expect(throws: DocumentIDError.self) { try DocumentID(parsing: text) }
    #expect(error?.message == vector["server"]?["error"]?.string)
  }

  @Test(arguments: Vectors.cases("document-ids", "legacyInternalIds"))
  func `internal ids of older forms are read`(vector: VectorCase) throws {
    let text = try vector.string("id")
    let result = Result { try InternalID(legacy: text, sha256: sha256) }
    switch result {
    case .success(let id): #expect(hex(id.bytes) == vector["internalIdHex"]?.string)
    case .failure(let error):
      #expect((error as? ConvexValueError)?.message == vector["error"]?.string)
    }
    // A string is normalized if it is an id of the table or an internal id of an older form.
    let table = TableNumber.firstUserTable
    let normalized = DocumentID.normalize(text, in: table, sha256: sha256)
    if let id = try? DocumentID(parsing: text) {
      #expect(normalized == (id.tableNumber == table ? id : nil))
    } else {
      #expect(normalized?.internalID == (try? result.get()))
    }
  }

  @Test func `SHA-256 of the tests is SHA-256`() {
    #expect(hex(sha256(Array("abc".utf8))).hasPrefix("ba7816bf8f01cfea414140de5dae2223"))
  }

  @Test func `ids of one table sort as their texts`() throws {
    let seed: UInt64 = 41
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let number = try #require(
        TableNumber(rawValue: UInt32.random(in: 1..<20000, using: &generator))
      )
      let ids = (0..<2).map { _ in
        DocumentID(
          tableNumber: number,
          internalID: InternalID(high: generator.next() >> 40, low: generator.next())
        )
      }
      #expect(try DocumentID(parsing: ids[0].string) == ids[0], "seed \(seed)")
      #expect((ids[0] < ids[1]) == (ids[0].string < ids[1].string), "seed \(seed)")
    }
  }

  @Test func `an id with any one character changed is another id or none`() throws {
    let text = "j57000820c20a1g7104gm2rc1m70ynr8"
    for position in text.indices {
      for character in "0123456789abcdefghijklmnopqrstuvwxyzA-é\0" where text[position] != character
      {
        var changed = text
        changed.replaceSubrange(position...position, with: String(character))
        if let id = try? DocumentID(parsing: changed) {
          #expect(id.string == changed)
        }
      }
    }
  }
}
