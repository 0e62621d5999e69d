internal import HullValues

/// Describes a query as bytes that no other query has, and digests them.
///
/// Every part says its own length, so that two lists of parts never read the same. A Swift
/// predicate has no description: queries that differ only in what a closure does share cursors, and
/// a page then starts at the right key all the same.
struct FingerprintBuilder {
  private var bytes: [UInt8] = []
  private let operators: [QueryOperator]

  /// Begins with the query's table; its operators are added at the end.
  init(_ query: Query) {
    operators = query.operators
    append(query.table)
  }

  mutating func append(count: Int) {
    bytes.append(bigEndian: UInt64(count))
  }

  mutating func append(_ text: String) {
    append(count: text.utf8.count)
    bytes += text.utf8
  }

  mutating func append(_ value: ConvexValue?) {
    append(IndexKey(CollectionOfOne(value)))
  }

  mutating func append(_ range: KeyRange) {
    append(range.start)
    append(range.end ?? .empty)
  }

  private mutating func append(_ key: IndexKey) {
    append(count: key.bytes.count)
    bytes += key.bytes
  }

  /// The digest of everything appended and of the operators.
  var fingerprint: QueryFingerprint {
    var builder = self
    builder.append(count: operators.count)
    for step in operators {
      switch step {
      case .filter(let expression):
        var writer = JSONWriter()
        writer.json(expression.json)
        builder.append("filter")
        builder.append(count: writer.bytes.count)
        builder.bytes += writer.bytes
      case .predicate: builder.append("predicate")
      case .limit(let count):
        builder.append("limit")
        builder.append(count: count)
      }
    }
    return QueryFingerprint(digesting: builder.bytes)
  }
}

extension QueryPlan {
  /// Tells the query from every other one; only pages need it, and it takes a while to make.
  var fingerprint: QueryFingerprint {
    var digest = FingerprintBuilder(query)
    switch query.source {
    case .fullTableScan: append(index: "by_creation_time", to: &digest)
    case .index(let name, _): append(index: name, to: &digest)
    case .search(let name, let clauses):
      digest.append("search")
      digest.append(name)
      for clause in clauses {
        switch clause {
        case .search(let field, let text):
          digest.append(field)
          digest.append(text)
        case .eq(let field, let value):
          digest.append(field)
          digest.append(value)
        }
      }
    }
    return digest.fingerprint
  }

  private func append(index name: String, to digest: inout FingerprintBuilder) {
    digest.append("index")
    digest.append(name)
    digest.append(count: fields.count)
    for field in fields { digest.append(field.description) }
    digest.append(range)
    digest.append(order.rawValue)
  }
}
