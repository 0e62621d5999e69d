import HullValues
import Synchronization

@testable import Hull

/// A host that keeps documents in memory and writes down what it was asked.
final class FakeHost: FunctionHost {
  /// Everything a test sets or looks at.
  struct State {
    var documents: [DocumentID: EncodedDocument] = [:]
    /// What queries, pages and streams yield, whatever they ask for.
    var results: [EncodedDocument] = []
    var queries: [Query] = []
    var patches: [[String: ConvexValue?]] = []
    var calls: [FunctionCall] = []
    var answers: [String: ConvexValue] = [:]
    var lines: [String] = []
    var read = 0
    var inserted: [(table: String, fields: ConvexObject)] = []
    var searches: [VectorQuery] = []
    var hits: [VectorHit] = []
    var scheduled: [ScheduledCall] = []
    var canceled: [DocumentID] = []
    var slept: [Duration] = []
  }

  /// Protects the state: contexts may be used from several tasks.
  private let state = Mutex(State())

  func with<T: Sendable>(_ body: (inout sending State) -> sending T) -> T {
    state.withLock { body(&$0) }
  }

  let deployment = DeploymentMetadata(name: "tests")
  let function = FunctionMetadata(name: "tests:run", type: .mutation, visibility: .public)

  func get(_ id: DocumentID, table: String?, in scope: DatabaseScope) async throws
    -> EncodedDocument?
  {
    state.withLock { $0.documents[id] }
  }

  func normalizeID(_ text: String, table: String, in scope: DatabaseScope) async throws
    -> DocumentID?
  {
    try? DocumentID(parsing: text)
  }

  private func results(of query: Query) -> [EncodedDocument] {
    state.withLock { state in
      state.queries.append(query)
      var results = state.results
      for case .limit(let count) in query.operators { results = Array(results.prefix(count)) }
      return results
    }
  }

  func collect(_ query: Query, in scope: DatabaseScope) async throws -> [EncodedDocument] {
    results(of: query)
  }

  func stream(_ query: Query, in scope: DatabaseScope) async throws -> any DocumentStream {
    Stream(host: self, documents: results(of: query))
  }

  func paginate(_ query: Query, _ options: PaginationOptions, in scope: DatabaseScope) async throws
    -> PaginationResult
  {
    var page = results(of: query)
    for case .predicate(let isIncluded) in query.operators { page = try page.filter(isIncluded) }
    return PaginationResult(page: page, isDone: true, continueCursor: "end", splitCursor: "half")
  }

  func count(_ query: Query, in scope: DatabaseScope) async throws -> Int {
    results(of: query).count
  }

  func insert(_ fields: ConvexObject, into table: String) async throws -> DocumentID {
    state.withLock { state in
      state.inserted.append((table, fields))
      let document = TestData.document(number: state.documents.count + 1, fields)
      state.documents[document.id] = document
      return document.id
    }
  }

  func patch(_ id: DocumentID, table: String?, _ changes: [(String, ConvexValue?)]) async throws {
    state.withLock { $0.patches.append(Dictionary(changes) { $1 }) }
  }

  func replace(_ id: DocumentID, table: String?, with fields: ConvexObject) async throws {
    state.withLock { state in
      guard let old = state.documents[id] else { return }
      state.documents[id] = EncodedDocument(
        id: id,
        creationTime: old.creationTime,
        fields: fields
      )
    }
  }

  func delete(_ id: DocumentID, table: String?) async throws {
    _ = state.withLock { $0.documents.removeValue(forKey: id) }
  }

  func call(_ call: FunctionCall) async throws -> EncodedValue {
    state.withLock { state in
      state.calls.append(call)
      return EncodedValue(state.answers[call.path] ?? .null)
    }
  }

  func vectorSearch(_ query: VectorQuery) async throws -> [VectorHit] {
    state.withLock { state in
      state.searches.append(query)
      return state.hits
    }
  }

  func identity() async throws -> UserIdentity? {
    try UserIdentity(issuer: "https://convex.test", subject: "ada", attributes: ["role": "admin"])
  }

  func now() -> Double { 1_700_000_000_000 }
  func elapsed() -> Double { 0 }
  func randomBits() -> UInt64 { 1 << 63 }

  func log(_ level: LogLevel, _ messages: [String]) {
    state.withLock { $0.lines.append("[\(level.rawValue)] " + messages.joined(separator: " ")) }
  }

  func environmentVariable(_ name: String) async throws -> String? { name == "KEY" ? "value" : nil }

  func transactionMetrics() async throws -> TransactionMetrics {
    let none = TransactionMetrics.Usage(used: 0, remaining: 1)
    return TransactionMetrics(
      bytesRead: none,
      bytesWritten: none,
      databaseQueries: none,
      documentsRead: none,
      documentsWritten: none,
      functionsScheduled: none,
      scheduledFunctionArgsBytes: none
    )
  }

  func fetch(_ request: HTTPRequest, _ options: FetchOptions) async throws -> HTTPResponse {
    .text("\(request.method.rawValue) \(request.url)")
  }

  func schedule(_ call: ScheduledCall) async throws -> DocumentID {
    state.withLock { state in
      state.scheduled.append(call)
      return DocumentID(
        tableNumber: TableNumber(known: 539),
        internalID: InternalID(high: 1, low: UInt64(state.scheduled.count))
      )
    }
  }

  func cancelScheduled(_ job: DocumentID) async throws {
    state.withLock { $0.canceled.append(job) }
  }

  func sleep(for duration: Duration) async throws { state.withLock { $0.slept.append(duration) } }

  func requestMetadata() async throws -> RequestMetadata { RequestMetadata() }

  /// Counts what is read from it in the host's state.
  private final class Stream: DocumentStream {
    private let host: FakeHost
    /// Protects the rest of the documents: a stream is shared by copies of an iterator.
    private let rest: Mutex<ArraySlice<EncodedDocument>>

    init(host: FakeHost, documents: [EncodedDocument]) {
      self.host = host
      rest = Mutex(documents[...])
    }

    func next() async throws -> EncodedDocument? {
      let next = rest.withLock { $0.popFirst() }
      if next != nil { host.with { $0.read += 1 } }
      return next
    }
  }
}

/// Documents and ids for tests.
enum TestData {
  static let tableNumber = TableNumber.firstUserTable

  static func id(_ number: Int) -> DocumentID {
    DocumentID(
      tableNumber: tableNumber,
      internalID: InternalID(high: 0, low: UInt64(number))
    )
  }

  static func document(number: Int, _ fields: ConvexObject) -> EncodedDocument {
    EncodedDocument(id: id(number), creationTime: Double(number), fields: fields)
  }
}

extension FunctionDefinition {
  /// Runs the function against a host.
  func run(on host: FakeHost, _ args: ConvexObject = [:]) async throws -> ConvexValue {
    try await invoke(host, args).decoded()
  }
}
