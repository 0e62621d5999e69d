// Whether what is on the disk is what it should be.

import HullDatabase
import HullPersistence
import HullValues

/// Compares a store's documents with the model, and its indexes with its documents.
enum StoreCheck {
  /// What is wrong with the indexes: every document has its entries, and there are no others.
  static func indexes(of store: InMemoryPersistence, _ catalog: Catalog) async throws -> [String] {
    var findings: [String] = []
    for table in catalog.tablesByName {
      var expected: [IndexID: [IndexKey: DocumentID]] = [:]
      for document in try await documents(of: table, in: store) {
        for entries in try table.version(of: document).entries {
          entries.keys.forEach { expected[entries.index, default: [:]][$0] = document.id }
        }
      }
      for index in table.indexes {
        let request = ScanRequest(
          source: .index(index.id),
          range: KeyRange(start: .empty, end: nil),
          limit: .max,
          byteLimit: .max,
          wantsDocuments: false
        )
        let page = try await store.scan(request, atLeast: .zero)
        let found = Dictionary(uniqueKeysWithValues: page.rows.map { ($0.key, $0.id) })
        if found != expected[index.id] ?? [:] {
          findings.append(
            """
            index \(index.name) of \(table.name) has \(found.count) entries, \
            \(found.filter { expected[index.id]?[$0.key] != $0.value }.count) of them wrong; its \
            documents have \(expected[index.id]?.count ?? 0)
            """
          )
        }
      }
    }
    return findings
  }

  private static func documents(
    of table: Catalog.Table,
    in store: InMemoryPersistence
  ) async throws -> [EncodedDocument] {
    let request = ScanRequest(
      source: .byID(table.number),
      range: KeyRange(start: .empty, end: nil),
      limit: .max,
      byteLimit: .max
    )
    return try await store.scan(request, atLeast: .zero).rows.compactMap { $0.document?.document }
  }

  /// What differs between the documents and the model.
  static func documents(
    of store: InMemoryPersistence,
    _ catalog: Catalog,
    _ model: Model
  ) async throws -> [String] {
    func rows(_ name: TableName, _ fields: [String]) async throws -> [[ConvexValue]] {
      guard let table = catalog.table(named: name) else { return [] }
      return try await documents(of: table, in: store).map { document in
        let object = try document.object()
        return fields.map { object[$0] ?? .null }
      }
    }
    func numbers(_ pairs: [String: Double]) -> [[ConvexValue]] {
      pairs.map { [.string($0.key), .float64($0.value)] }
    }
    var findings: [String] = []
    func compare(_ table: String, _ found: [[ConvexValue]], _ expected: [[ConvexValue]]) {
      func sorted(_ rows: [[ConvexValue]]) -> [String] { rows.map { "\($0)" }.sorted() }
      if sorted(found) != sorted(expected) {
        findings.append("table \(table) has \(sorted(found)); it should have \(sorted(expected))")
      }
    }
    compare(
      "registers",
      try await rows("registers", ["key", "number"]),
      numbers(model.registers)
    )
    compare(
      "accounts",
      try await rows("accounts", ["name", "balance"]),
      numbers(model.accounts)
    )
    compare(
      "lists",
      try await rows("lists", ["key", "items"]),
      model.lists.map { [.string($0.key), .array($0.value.map { .float64($0) })] }
    )
    compare(
      "items",
      try await rows("items", ["code", "rank"]),
      model.items.map { [.float64($0.key), .float64($0.value)] }
    )
    compare("notes", try await rows("notes", ["text"]), model.notes.map { [.string($0)] })
    findings += try await statistics(of: store, catalog, model)
    return findings
  }

  /// Whether the statistics of the full-text index (version 2 of their text) count its notes, of three
  /// words each.
  private static func statistics(
    of store: InMemoryPersistence,
    _ catalog: Catalog,
    _ model: Model
  ) async throws -> [String] {
    guard let index = catalog.table(named: "notes")?.index(named: "search_text") else {
      return ["there is no full-text index"]
    }
    let stored = try await store.metadata("search/statistics/\(index.id)")
    let text = stored.map { String(decoding: $0, as: UTF8.self) } ?? "2 0 0"
    let expected = "2 \(model.notes.count) \(model.notes.count * 3)"
    return text == expected ? [] : ["the full-text index counts \(text), and has \(expected)"]
  }
}
