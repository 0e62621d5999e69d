// That the checker of histories finds what is wrong, on histories written by hand.

import Testing

@Suite struct ListAppendCheckerTests {
  /// A transaction that takes one unit of time, the `time`-th; of overlapping ones all are the same.
  private func transaction(
    at time: Int = 0,
    _ outcome: Transaction.Outcome = .committed,
    _ operations: Operation...
  ) -> Transaction {
    Transaction(outcome: outcome, operations: operations, start: time * 2, end: time * 2 + 1)
  }

  private func kinds(_ history: Transaction...) -> Set<Anomaly.Kind> {
    Set(ListAppendChecker.anomalies(of: history).map(\.kind))
  }

  @Test func `nothing is wrong with a serial history`() {
    let found = kinds(
      transaction(at: 0, .committed, .append(key: 1, value: 1)),
      transaction(at: 1, .committed, .read(key: 1, values: [1]), .append(key: 1, value: 2)),
      transaction(at: 2, .aborted, .append(key: 1, value: 3)),
      transaction(at: 3, .unknown, .append(key: 2, value: 4)),
      transaction(at: 4, .committed, .append(key: 1, value: 5), .read(key: 1, values: [1, 2, 5])),
      transaction(at: 5, .committed, .read(key: 1, values: [1, 2, 5]), .read(key: 2, values: [4]))
    )
    #expect(found == [])
  }

  @Test func `what overlaps may be in either order`() {
    let found = kinds(
      transaction(.committed, .read(key: 1, values: []), .append(key: 2, value: 1)),
      transaction(.committed, .append(key: 1, value: 2), .read(key: 2, values: [1])),
      transaction(.unknown, .append(key: 2, value: 3)),
      transaction(at: 9, .committed, .read(key: 1, values: [2]), .read(key: 2, values: [1]))
    )
    #expect(found == [])
  }

  @Test func `an answer that was lost may be of what happens later`() {
    let found = kinds(
      transaction(at: 0, .unknown, .append(key: 1, value: 1)),
      transaction(at: 1, .committed, .read(key: 1, values: [])),
      transaction(at: 2, .committed, .read(key: 1, values: [1]))
    )
    #expect(found == [])
  }

  @Test func `two lists overwritten in different orders are G0`() {
    let found = kinds(
      transaction(.committed, .append(key: 1, value: 1), .append(key: 2, value: 2)),
      transaction(.committed, .append(key: 1, value: 3), .append(key: 2, value: 4)),
      transaction(.committed, .read(key: 1, values: [1, 3]), .read(key: 2, values: [4, 2]))
    )
    #expect(found.contains(.writeCycle))
  }

  @Test func `a read of what was refused is G1a`() {
    let found = kinds(
      transaction(.aborted, .append(key: 1, value: 1)),
      transaction(.committed, .read(key: 1, values: [1]))
    )
    #expect(found == [.abortedRead])
  }

  @Test func `a read between two changes of one transaction is G1b`() {
    let found = kinds(
      transaction(.committed, .append(key: 1, value: 1), .append(key: 1, value: 2)),
      transaction(.committed, .read(key: 1, values: [1]))
    )
    #expect(found.contains(.intermediateRead))
  }

  @Test func `two that read each other are G1c`() {
    let found = kinds(
      transaction(.committed, .append(key: 1, value: 1), .read(key: 2, values: [2])),
      transaction(.committed, .append(key: 2, value: 2), .read(key: 1, values: [1]))
    )
    #expect(found == [.circularFlow])
  }

  @Test func `half of another's changes is G-single`() {
    let found = kinds(
      transaction(.committed, .append(key: 1, value: 1), .append(key: 2, value: 2)),
      transaction(.committed, .read(key: 1, values: [1]), .read(key: 2, values: [])),
      transaction(at: 9, .committed, .read(key: 2, values: [2]))
    )
    #expect(found == [.singleAntiDependency])
  }

  @Test func `two that each miss the other's change are G2`() {
    let found = kinds(
      transaction(.committed, .read(key: 1, values: []), .append(key: 2, value: 2)),
      transaction(.committed, .read(key: 2, values: []), .append(key: 1, value: 1)),
      transaction(at: 9, .committed, .read(key: 1, values: [1]), .read(key: 2, values: [2]))
    )
    #expect(found == [.antiDependencyCycle])
  }

  @Test func `two that change what both have read lose an update`() {
    let found = kinds(
      transaction(.committed, .read(key: 1, values: []), .append(key: 1, value: 1)),
      transaction(.committed, .read(key: 1, values: []), .append(key: 1, value: 2)),
      transaction(at: 9, .committed, .read(key: 1, values: [1, 2]))
    )
    #expect(found == [.lostUpdate, .singleAntiDependency])
  }

  @Test func `an acknowledged value that is gone is lost`() {
    let found = kinds(
      transaction(at: 0, .committed, .append(key: 1, value: 1)),
      transaction(at: 1, .committed, .append(key: 1, value: 2)),
      transaction(at: 2, .committed, .read(key: 1, values: [2]))
    )
    #expect(found == [.lostAppend])
  }

  @Test func `half of what has no answer is found whenever it is read`() {
    let torn = transaction(at: 0, .unknown, .append(key: 1, value: 1), .append(key: 2, value: 2))
    // In one read, in two that follow each other, and with something else in the place of the rest.
    #expect(
      kinds(
        torn,
        transaction(at: 1, .committed, .read(key: 1, values: [1]), .read(key: 2, values: []))
      ) == [.singleAntiDependency]
    )
    #expect(
      kinds(
        torn,
        transaction(at: 1, .committed, .read(key: 1, values: [1])),
        transaction(at: 2, .committed, .read(key: 2, values: []))
      ) == [.realTimeCycle]
    )
    #expect(
      kinds(
        torn,
        transaction(at: 1, .committed, .read(key: 1, values: [1]), .append(key: 2, value: 3)),
        transaction(at: 2, .committed, .read(key: 2, values: [3]))
      ).contains(.circularFlow)
    )
    #expect(
      kinds(
        transaction(at: 0, .unknown, .append(key: 1, value: 1), .append(key: 1, value: 2)),
        transaction(at: 1, .committed, .append(key: 1, value: 3)),
        transaction(at: 2, .committed, .read(key: 1, values: [1, 3]))
      ).contains(.writeCycle)
    )
  }

  @Test func `half of what is not answered yet is found as well`() {
    let found = kinds(
      transaction(.committed, .append(key: 1, value: 1), .append(key: 2, value: 2)),
      transaction(.committed, .read(key: 1, values: [1]), .read(key: 2, values: []))
    )
    #expect(found == [.singleAntiDependency])
  }

  @Test func `what has no answer may be unseen where nobody looked afterwards`() {
    let found = kinds(
      transaction(at: 0, .unknown, .append(key: 1, value: 1), .append(key: 2, value: 2)),
      transaction(at: 0, .unknown, .append(key: 3, value: 3), .append(key: 4, value: 4)),
      transaction(at: 1, .committed, .read(key: 2, values: []), .append(key: 2, value: 5)),
      transaction(at: 2, .committed, .read(key: 2, values: [5])),
      transaction(at: 3, .committed, .read(key: 1, values: [1])),
      transaction(at: 4, .committed, .read(key: 3, values: []), .read(key: 4, values: []))
    )
    #expect(found == [])
  }

  @Test func `a read that misses what was acknowledged before it is stale`() {
    let found = kinds(
      transaction(at: 0, .committed, .append(key: 1, value: 1)),
      transaction(at: 1, .committed, .read(key: 1, values: [])),
      transaction(at: 2, .committed, .read(key: 1, values: [1]))
    )
    #expect(found == [.realTimeCycle])
  }

  @Test func `two orders of one list, a value twice and one from nowhere are told apart`() {
    #expect(
      kinds(
        transaction(.committed, .append(key: 1, value: 1)),
        transaction(.committed, .append(key: 1, value: 2)),
        transaction(.committed, .read(key: 1, values: [1, 2])),
        transaction(.committed, .read(key: 1, values: [2, 1]))
      ) == [.incompatibleOrder]
    )
    #expect(
      kinds(
        transaction(.committed, .append(key: 1, value: 1)),
        transaction(.committed, .read(key: 1, values: [1, 1]))
      ) == [.duplicate]
    )
    #expect(kinds(transaction(.committed, .read(key: 1, values: [7]))) == [.garbageRead])
  }

  @Test func `a transaction sees its own changes`() {
    #expect(
      kinds(
        transaction(.committed, .append(key: 1, value: 1), .read(key: 1, values: []))
      ) == [.internal]
    )
    #expect(
      kinds(
        transaction(.committed, .append(key: 1, value: 1)),
        transaction(.committed, .read(key: 1, values: []), .read(key: 1, values: [1]))
      ).contains(.internal)
    )
  }

  @Test func `a cycle among many is found`() {
    // Each reads the list that the one before it wrote, the first one that of the last.
    let count = 200
    let history = (0..<count).map { number in
      transaction(
        .committed,
        .append(key: number, value: number),
        .read(key: (number + 1) % count, values: [(number + 1) % count])
      )
    }
    let anomalies = ListAppendChecker.anomalies(of: history)
    #expect(anomalies.map(\.kind) == [.circularFlow])
    #expect(anomalies.first?.transactions.count == count)
  }
}
