// Reads that are watched: when they end, and who is told.

import HullPersistence
import HullValues
import Testing

@testable import HullDatabase

/// Notes what it is told.
private final class Witness: SubscriptionWatcher {
  let count = Shared(0)
  let told = Latch()

  func subscriptionWasInvalidated() {
    count.update { $0 += 1 }
    told.open()
  }
}

@Suite struct SubscriptionTests {
  /// Reads the documents of a table and watches that.
  private func watch(_ table: String, in database: Database) async throws -> Subscription {
    let transaction = database.begin()
    _ = try await transaction.documents(of: table)
    return database.subscribe(
      try await transaction.readSet(),
      since: transaction.beginTimestamp
    )
  }

  @Test func `reads are valid until the commit that changes them`() async throws {
    let database = try await Database.inMemory()
    try await database.insert("messages", ["n": 1])
    try await database.insert("others", ["n": 1])
    let subscription = try await watch("messages", in: database)
    #expect(subscription.isValid(at: database.latestTimestamp))
    try await database.insert("others", ["n": 2])
    #expect(subscription.isValid(at: database.latestTimestamp))
    let before = database.latestTimestamp
    try await database.insert("messages", ["n": 2])
    #expect(subscription.invalidatedAt == database.latestTimestamp)
    #expect(!subscription.isValid(at: database.latestTimestamp))
    #expect(subscription.isValid(at: before))
    #expect(!subscription.isValid(at: Timestamp(rawValue: subscription.since.rawValue - 1)))
  }

  @Test func `a table that did not exist is depended on`() async throws {
    let database = try await Database.inMemory()
    let subscription = try await watch("messages", in: database)
    try await database.insert("others", ["n": 1])
    #expect(subscription.invalidatedAt == nil)
    try await database.insert("messages", ["n": 1])
    #expect(subscription.invalidatedAt == database.latestTimestamp)
  }

  @Test func `a commit between the reads and their subscription is not missed`() async throws {
    let database = try await Database.inMemory()
    try await database.insert("messages", ["n": 1])
    let transaction = database.begin()
    _ = try await transaction.documents(of: "messages")
    try await database.insert("messages", ["n": 2])
    let changed = database.latestTimestamp
    try await database.insert("messages", ["n": 3])
    let subscription = database.subscribe(
      try await transaction.readSet(),
      since: transaction.beginTimestamp
    )
    #expect(subscription.invalidatedAt == changed)
    #expect(!subscription.watch(Witness()))
    #expect(database.subscriptionCount == 0)
  }

  @Test func `reads older than the log in memory are not trusted`() async throws {
    var options = DatabaseOptions.test()
    options.writeLogBytes = 0
    let database = try await Database.inMemory(options: options)
    try await database.insert("messages", ["n": 1])
    let transaction = database.begin()
    _ = try await transaction.documents(of: "messages")
    try await database.insert("others", ["n": 1])
    let subscription = database.subscribe(
      try await transaction.readSet(),
      since: transaction.beginTimestamp
    )
    #expect(subscription.invalidatedAt == transaction.beginTimestamp.successor)
  }

  @Test func `watchers are told once, when the commit can be read`() async throws {
    let database = try await Database.inMemory()
    let subscription = try await watch("messages", in: database)
    let (first, second, gone) = (Witness(), Witness(), Witness())
    #expect(subscription.watch(first))
    #expect(subscription.watch(first))
    #expect(subscription.watch(second))
    #expect(subscription.watch(gone))
    subscription.unwatch(gone)
    subscription.unwatch(first)
    try await database.insert("messages", ["n": 1])
    await first.told.wait()
    await second.told.wait()
    try await database.insert("messages", ["n": 2])
    #expect(first.count.value == 1)
    #expect(second.count.value == 1)
    #expect(gone.count.value == 0)
  }

  @Test func `a subscription that is let go of leaves nothing behind`() async throws {
    let database = try await Database.inMemory()
    try await database.insert("messages", ["n": 1])
    var held: [Subscription] = []
    for _ in 0..<100 { held.append(try await watch("messages", in: database)) }
    #expect(database.subscriptionCount == 100)
    held.removeLast(60)
    #expect(database.subscriptionCount == 40)
    try await database.insert("messages", ["n": 2])
    #expect(database.subscriptionCount == 0)
    held = []
    #expect(database.subscriptionCount == 0)
  }

  @Test(arguments: Engine.allCases)
  func `concurrent subscriptions end at the first commit that overlaps them`(
    engine: Engine
  ) async throws {
    let seed = randomSeed()
    try await engine.withDatabase(options: .test(seed: seed)) { database in
      let commits = Shared<[CommittedTransaction]>([])
      _ = database.observeCommits { batch in commits.update { $0 += batch } }
      let found = Shared<[(ReadSet, Subscription)]>([])
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<4 {
          group.addTask {
            for n in 0..<60 {
              try await database.insert("t\((writer + n) % 5)", ["n": .float64(Double(n))])
            }
          }
        }
        for reader in 0..<4 {
          group.addTask {
            for n in 0..<60 {
              let transaction = database.begin()
              _ = try await transaction.documents(of: "t\((reader + n) % 5)", limit: 3)
              let reads = try await transaction.readSet()
              let subscription = database.subscribe(reads, since: transaction.beginTimestamp)
              found.update { $0.append((reads, subscription)) }
            }
          }
        }
        try await group.waitForAll()
      }
      let all = commits.value
      for (reads, subscription) in found.value {
        let expected = all.first {
          $0.timestamp > subscription.since && reads.overlap(with: $0) != nil
        }
        #expect(subscription.invalidatedAt == expected?.timestamp, "seed \(seed)")
      }
    }
  }

  @Test func `a ticket shows the commit before the commit can be read`() async throws {
    let store = HookedPersistence()
    let database = try await Database.open(
      persistence: store,
      schema: nil,
      options: .test()
    )
    let ticket = CommitTicket()
    let arrived = Latch()
    let proceed = Latch()
    store.onAppend { _ in
      arrived.open()
      await proceed.wait()
      return .write
    }
    #expect(ticket.timestamp == nil)
    async let committed = database.withTransaction(source: "test", ticket: ticket) { transaction in
      try await transaction.insert("messages", ["n": 1])
    }
    await arrived.wait()
    let accepted = try #require(ticket.timestamp)
    #expect(database.latestTimestamp < accepted)
    proceed.open()
    #expect(try await committed.timestamp == accepted)
    #expect(database.latestTimestamp == accepted)
    await database.close()
  }
}
