import HullDatabase
import HullPersistence
import HullValues
import TestRandomness
import Testing

/// One operation of a random transaction and what it returned.
enum Operation: Sendable {
  case get(DocumentID, EncodedDocument?)
  /// The documents of an index from a key on, at most `limit` of them.
  case scan(Scan, [EncodedDocument])
  case insert(EncodedDocument)
  case patch(DocumentID, EncodedDocument?)
  case delete(DocumentID, existed: Bool)

  struct Scan: Sendable {
    /// nil: the whole table by creation time; otherwise `by_group` of that group.
    var group: Int?
    var order: Order
    var limit: Int
  }
}

/// What one attempt that was committed did, in order.
struct History: Sendable {
  var timestamp: Timestamp
  var operations: [Operation]
  /// Whether nothing was committed: it then saw all of the commit at its timestamp.
  var wroteNothing = false
}

/// A database that runs one transaction at a time: a dictionary, sorted anew for every scan.
struct SerialModel {
  private(set) var documents: [DocumentID: EncodedDocument] = [:]

  /// Repeats what a transaction did and compares every result.
  mutating func replay(_ history: History, _ comment: Comment) throws {
    for operation in history.operations {
      switch operation {
      case .get(let id, let result):
        #expect(documents[id] == result, comment)
      case .scan(let scan, let result):
        #expect(try rows(of: scan) == result, comment)
      case .insert(let document):
        #expect(documents.updateValue(document, forKey: document.id) == nil, comment)
      case .patch(let id, let result):
        #expect((documents[id] == nil) == (result == nil), comment)
        if let result { documents[id] = result }
      case .delete(let id, let existed):
        #expect((documents.removeValue(forKey: id) != nil) == existed, comment)
      }
    }
  }

  func rows(of scan: Operation.Scan) throws -> [EncodedDocument] {
    var rows: [(IndexKey, EncodedDocument)] = []
    for document in documents.values {
      let object = try document.object()
      if let group = scan.group, object["group"] != .float64(Double(group)) { continue }
      let fields: [FieldPath] = scan.group == nil ? [] : ["group", "rank"]
      rows.append(
        (IndexKey(fields: fields + [.creationTime], of: object, id: document.id), document)
      )
    }
    rows.sort { scan.order == .ascending ? $0.0 < $1.0 : $1.0 < $0.0 }
    return rows.prefix(scan.limit).map(\.1)
  }
}

/// Transactions that do random things to few documents.
struct RandomWorkload: Sendable {
  static let schema = SchemaDefinition.indexes(["t": ["by_group": ["group", "rank"]]])
  /// Whether transactions only read.
  var isReadOnly = false

  struct Refused: Error {}

  /// Does a few random operations and returns what they did, those of failed nested calls left out.
  func run(
    in transaction: Transaction,
    ids: [DocumentID],
    using generator: inout SeededGenerator
  ) async throws -> [Operation] {
    var operations: [Operation] = []
    var known = ids
    for _ in 0..<Int.random(in: 1...5, using: &generator) {
      if Int.random(in: 0..<6, using: &generator) == 0 {
        var inner = generator
        let fails = Bool.random(using: &inner)
        do {
          operations += try await transaction.nested { child in
            let done = try await step(in: child, known: &known, using: &inner)
            if fails { throw Refused() }
            return [done]
          }
        } catch is Refused {}
        generator = inner
      } else {
        operations.append(try await step(in: transaction, known: &known, using: &generator))
      }
      await Task.yield()
    }
    return operations
  }

  private func step(
    in transaction: Transaction,
    known: inout [DocumentID],
    using generator: inout SeededGenerator
  ) async throws -> Operation {
    let choice = Int.random(in: 0..<(isReadOnly ? 4 : 8), using: &generator)
    let id = known.randomElement(using: &generator)
    switch choice {
    case 0, 1:
      if let id { return .get(id, try await transaction.get(id)) }
      fallthrough
    case 2, 3:
      let scan = Operation.Scan(
        group: Bool.random(using: &generator) ? Int.random(in: 0..<3, using: &generator) : nil,
        order: Bool.random(using: &generator) ? .ascending : .descending,
        limit: Int.random(in: 1...6, using: &generator)
      )
      let rows = try await transaction.documents(
        of: "t",
        index: scan.group == nil ? "by_creation_time" : "by_group",
        startingWith: scan.group.map { [.float64(Double($0))] } ?? [],
        order: scan.order,
        limit: scan.limit
      )
      return .scan(scan, rows)
    case 4, 5:
      let id = try await transaction.insert("t", fields(using: &generator))
      known.append(id)
      return .insert(try #require(try await transaction.get(id)))
    case 6:
      guard let id else { return .get(DocumentID.absent, nil) }
      do {
        let object = fields(using: &generator)
        return .patch(id, try await transaction.patch(id, object.map { ($0.name, $0.value) }))
      } catch let error as DatabaseError where error.code == "NonexistentDocument" {
        return .patch(id, nil)
      }
    default:
      guard let id else { return .get(DocumentID.absent, nil) }
      do {
        try await transaction.delete(id)
        return .delete(id, existed: true)
      } catch let error as DatabaseError where error.code == "NonexistentDocument" {
        return .delete(id, existed: false)
      }
    }
  }

  private func fields(using generator: inout SeededGenerator) -> ConvexObject {
    [
      "group": .float64(Double.random(in: 0..<3, using: &generator).rounded(.down)),
      "rank": .float64(Double.random(in: 0..<10, using: &generator).rounded(.down)),
    ]
  }
}

extension DocumentID {
  /// An id no database gives out.
  static let absent = DocumentID(
    tableNumber: .firstUserTable,
    internalID: InternalID(high: 0, low: 0)
  )
}
