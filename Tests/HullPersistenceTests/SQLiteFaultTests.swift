import HullPersistence
import HullValues
import Synchronization
import Testing

/// Writes that fail: at every step there is, and for lack of space.
@Suite struct SQLiteFaultTests {
  struct Fault: Error {}

  /// Makes the n-th step of a write fail, once it is armed.
  final class Trap: Sendable {
    /// How many more steps succeed, nil for all; guarded, because the writer's thread counts them.
    private let steps = Mutex<Int?>(nil)
    /// The step that failed; guarded for the same reason.
    private let failed = Mutex<SQLiteWriteStep?>(nil)

    func arm(_ steps: Int) {
      self.steps.withLock { $0 = steps }
      failed.withLock { $0 = nil }
    }

    var failedStep: SQLiteWriteStep? { failed.withLock { $0 } }

    func check(_ step: SQLiteWriteStep) throws {
      let isDue = steps.withLock { steps in
        guard let left = steps else { return false }
        steps = left == 0 ? nil : left - 1
        return left == 0
      }
      guard isDue else { return }
      failed.withLock { $0 = step }
      throw Fault()
    }
  }

  private static let base = CommitRecord(
    timestamp: 1,
    documents: [.insert(document(1)), .insert(document(2))],
    entries: [.set(1, "a", id: id(1)), .set(1, "b", id: id(2))],
    metadata: ["key": [1]]
  )

  private static let batch = [
    CommitRecord(
      timestamp: 2,
      documents: [
        .replace(stored(document(1), at: 1), with: document(1, ["n": 2])),
        .delete(stored(document(2), at: 1)),
      ],
      entries: [.remove(1, "b", id: id(2)), .set(1, "c", id: id(1))],
      metadata: ["key": nil, "other": [2]]
    ),
    CommitRecord(
      timestamp: 3,
      documents: [.insert(document(3))],
      entries: [.set(1, "d", id: id(3))]
    ),
  ]

  /// Everything a store holds, to compare.
  private func contents(_ store: SQLitePersistence) async throws -> [String] {
    let documents = try await store.scan(
      ScanRequest(source: .byID(users), range: .all, limit: 100)
    ).rows.map { "\($0)" }
    let entries = try await store.scan(
      ScanRequest(source: .index(1), range: .all, limit: 100)
    ).rows.map { "\($0)" }
    let changes = try await store.changes(after: .zero, upTo: nil, limit: 100).map { "\($0)" }
    let metadata = try await store.metadata(prefix: "").sorted { $0.key < $1.key }.map { "\($0)" }
    return ["\(store.lastTimestamp)"] + documents + entries + changes + metadata
  }

  @Test func `maintenance that fails leaves a commit of unknown outcome to be settled`()
    async throws
  {
    /// What fails: nothing, the end of a commit, or everything.
    let weather = Mutex<(failsAtEnd: Bool, failsEverywhere: Bool)>((false, false))
    var options = SQLiteOptions(durability: .off)
    options.fault = { step in
      let fails = weather.withLock { weather in
        if step == .committed, weather.failsAtEnd {
          weather = (false, true)
          return true
        }
        return weather.failsEverywhere
      }
      if fails { throw Fault() }
    }
    try await withTemporaryFile { path in
      let store = try await SQLitePersistence.open(path: path, options: options)
      try await store.append([Self.base])
      weather.withLock { $0 = (true, false) }
      let record = CommitRecord(timestamp: 2, documents: [.insert(document(3))])
      let error = await #expect(throws: PersistenceError.self) { try await store.append([record]) }
      #expect(error?.code == .outcomeUnknown)
      // The disk is well for as long as it takes to begin something else.
      weather.withLock { $0 = (true, false) }
      await #expect(throws: PersistenceError.self) { try await store.prune(changesBefore: 2) }
      weather.withLock { $0 = (false, false) }
      #expect(try await store.settle(), "the commit is in the file")
      #expect(try await store.document(id(3)) != nil)
      await store.close()
    }
  }

  @Test func `a write that fails at any step leaves nothing, and the next one succeeds`()
    async throws
  {
    var failedSteps: Set<SQLiteWriteStep> = []
    for n in 0... {
      let trap = Trap()
      try await withTemporaryFile { path in
        var options = SQLiteOptions(durability: .off)
        options.fault = { try trap.check($0) }
        let store = try await SQLitePersistence.open(path: path, options: options)
        try await store.append([Self.base])
        let before = try await contents(store)
        trap.arm(n)
        do {
          try await store.append(Self.batch)
          // After the commit the store looks, and finds it on disk.
          let isAtEnd = trap.failedStep == nil || trap.failedStep == .committed
          #expect(isAtEnd, "a failure is reported")
        } catch {
          #expect(try await contents(store) == before, "step \(n)")
          try await store.append(Self.batch)
        }
        #expect(try await store.ids(.index(1)) == [id(1), id(1), id(3)])
        #expect(try await store.document(id(2)) == nil)
        await store.close()
        #expect(try SQLiteFile(path).texts("PRAGMA integrity_check") == [["ok"]])
      }
      guard let step = trap.failedStep else { break }
      failedSteps.insert(step)
    }
    #expect(
      failedSteps == [
        .begin, .document, .change, .entry, .metadata, .timestamp, .commit, .committed,
      ]
    )
  }

  @Test func `a full disk fails a write whole, and a smaller one still succeeds`() async throws {
    try await withTemporaryFile { path in
      let options = SQLiteOptions(durability: .off, maximumFileBytes: 1 << 20)
      let store = try await SQLitePersistence.open(path: path, options: options)
      try await store.append([CommitRecord(timestamp: 1, documents: [.insert(document(1))])])
      let large = ConvexValue.string(String(repeating: "x", count: 100_000))
      let documents = (2...30).map { DocumentWrite.insert(document($0, ["text": large])) }
      let error = await #expect(throws: PersistenceError.self) {
        try await store.append([CommitRecord(timestamp: 2, documents: documents)])
      }
      #expect(error?.code == .diskFull)
      #expect(error?.message.contains("free some space") == true)
      #expect(store.lastTimestamp == 1)
      #expect(try await store.ids(.byID(users)) == [id(1)])
      try await store.append([CommitRecord(timestamp: 3, documents: [documents[0]])])
      #expect(try await store.ids(.byID(users)) == [id(1), id(2)])
      await store.close()
      #expect(try SQLiteFile(path).texts("PRAGMA integrity_check") == [["ok"]])
    }
  }
}
