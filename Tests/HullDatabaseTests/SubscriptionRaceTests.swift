// Subscriptions made while a commit is on its way.

import HullPersistence
import HullValues
import Testing

@testable import HullDatabase

/// Notes what it is told.
private final class Witness: SubscriptionWatcher {
  let told = Latch()
  let isTold = Shared(false)

  func subscriptionWasInvalidated() {
    isTold.update { $0 = true }
    told.open()
  }
}

@Suite(.timeLimit(.minutes(1))) struct SubscriptionRaceTests {
  /// | commit                         | subscriber                              |
  /// | ------------------------------ | --------------------------------------- |
  /// |                                | reads at the newest snapshot            |
  /// | ends the subscriptions it hits |                                         |
  /// |                                | subscribes: its reads end with the commit |
  /// |                                | asks to be told                         |
  /// | becomes readable               |                                         |
  /// |                                | must be told now, not before            |
  @Test func `a subscriber is told when the commit can be read, not before`() async throws {
    let isDurable = Latch()
    let store = HookedPersistence()
    let database = try await Database.open(persistence: store, schema: nil, options: .test())
    try await database.insert("messages", ["n": 1])
    let transaction = database.begin()
    _ = try await transaction.documents(of: "messages")
    let reads = try await transaction.readSet()
    store.onAppend { _ in
      await isDurable.wait()
      return .write
    }
    async let commit = database.insert("messages", ["n": 2])
    let committer = database.committer
    while committer.withState({ $0.head == $0.published || !$0.isWriting }) { await Task.yield() }
    // The first half of publishing, done by hand.
    let (published, head) = committer.withState { ($0.published, $0.head) }
    let pending = committer.history(after: published, through: head).commits.map {
      PendingCommit(
        commit: $0,
        record: CommitRecord(timestamp: $0.timestamp, documents: [], entries: []),
        catalog: nil
      )
    }
    committer.subscriptions.invalidate(by: pending)
    let subscription = database.subscribe(reads, since: transaction.beginTimestamp)
    let witness = Witness()
    #expect(subscription.watch(witness))
    #expect(!witness.isTold.value)
    #expect(subscription.isValid(at: database.latestTimestamp))
    isDurable.open()
    _ = try await commit
    await witness.told.wait()
    #expect(!subscription.isValid(at: database.latestTimestamp))
    await database.close()
  }
}
