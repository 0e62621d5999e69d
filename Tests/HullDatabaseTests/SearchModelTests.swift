import HullDatabase
import HullPersistence
import HullValues
import TestRandomness
import Testing

/// Random documents, writes and searches against a model that reads every document.
@Suite struct SearchModelTests {
  @Test(arguments: Engine.allCases, 0..<6)
  func `a search finds what a walk over all documents finds, in the same order`(
    engine: Engine,
    seed: UInt64
  ) async throws {
    try await engine.withDatabase(schema: .posts) { database in
      try await Self.run(on: database, seed: seed)
    }
  }

  private static func run(on database: Database, seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    var ids: [DocumentID] = []
    for _ in 0..<12 {
      let writer = database.begin(.readWrite)
      for _ in 0..<(1 + random.below(8)) {
        let post = post(&random)
        if !ids.isEmpty, random.below(4) == 0 {
          let id = random.element(of: ids)
          if random.below(3) == 0 {
            try await writer.delete(id)
            ids.removeAll { $0 == id }
          } else {
            try await writer.replace(id, with: post)
          }
        } else {
          ids.append(try await writer.insert("posts", post))
        }
        if random.below(3) == 0 { try await check(writer, &random, seed) }
      }
      try await database.commit(writer, source: "posts:random")
      for _ in 0..<3 { try await check(database.begin(), &random, seed) }
    }
  }

  private static let words = ["a", "ab", "abc", "b", "ba", "bab", "c", "ca", "Ä", "äb", "1", "12"]
  private static let tenants: [ConvexValue?] = [
    nil, .null, 1, "a", "a tenant with a long name", .boolean(true),
  ]

  private static func post(_ random: inout SeededGenerator) -> ConvexObject {
    var fields: [(String, ConvexValue)] = []
    if random.below(8) > 0 {
      let body = (0..<random.below(12)).map { _ in random.element(of: words) }
      fields.append(
        ("body", .string(body.joined(separator: random.element(of: [" ", "-", ", "]))))
      )
    }
    if let tenant = random.element(of: tenants) { fields.append(("tenant", tenant)) }
    if random.below(2) == 0 { fields.append(("is_public", .boolean(random.below(2) == 0))) }
    return ConvexObject(literal: fields)
  }

  private static func check(
    _ transaction: Transaction,
    _ random: inout SeededGenerator,
    _ seed: UInt64
  ) async throws {
    let text = (0..<random.below(4)).map { _ in random.element(of: words) }.joined(separator: " ")
    var filters: [(String, ConvexValue?)] = []
    if random.below(2) == 0 { filters.append(("tenant", random.element(of: tenants))) }
    if random.below(3) == 0 { filters.append(("is_public", .boolean(true))) }
    let query = Query(
      table: "posts",
      source: .search(
        name: "search_body",
        clauses: [.search(field: "body", text: text)]
          + filters.map { .eq(field: $0.0, value: $0.1) }
      )
    )
    let found = try await transaction.collect(query).map(\.id)
    let documents = try await transaction.collect(Query(table: "posts"))
    let expected = ranked(documents, text, filters)
    #expect(found == expected, "seed \(seed), text \(text), filters \(filters)")
  }

  /// The ids of the documents a search finds, in order, computed without an index.
  private static func ranked(
    _ documents: [EncodedDocument],
    _ text: String,
    _ filters: [(String, ConvexValue?)]
  ) -> [DocumentID] {
    let searched = SearchTokenizer.terms(of: text, limit: 16)
    guard let last = searched.last else { return [] }
    let contents = documents.map { document in
      let body = document.json.field("body")?.string
      return SearchTokenizer.frequencies(of: body ?? "")
    }
    let exact = Set(searched).sorted()
    let all = Set(contents.flatMap(\.terms.keys)).sorted()
    let byPrefix = all.filter { $0.utf8.starts(with: last.utf8) && !exact.contains($0) }
    let order = exact.filter { $0 != last } + [last] + byPrefix
    let bm25 = BM25(
      statistics: SearchStatistics(
        documents: documents.count,
        terms: contents.reduce(0) { $0 + $1.length }
      )
    )
    var scored: [(document: EncodedDocument, score: Float)] = []
    for (document, content) in zip(documents, contents) {
      guard filters.allSatisfy({ document.json.field(FieldPath(stringLiteral: $0.0)) == $0.1 })
      else { continue }
      var score: Float = 0
      for term in order {
        guard let frequency = content.terms[term] else { continue }
        let weight = bm25.weight(
          documentFrequency: contents.count { $0.terms[term] != nil }
        )
        score += bm25.score(
          weight: weight * (exact.contains(term) ? 1 : 0.5),
          termFrequency: frequency,
          length: LengthStep(containing: content.length)
        )
      }
      if score > 0 { scored.append((document, score)) }
    }
    return scored.sorted { left, right in
      if left.score != right.score { return left.score > right.score }
      if left.document.creationTime != right.document.creationTime {
        return left.document.creationTime > right.document.creationTime
      }
      return left.document.id.internalID > right.document.id.internalID
    }
    .map(\.document.id)
  }
}
