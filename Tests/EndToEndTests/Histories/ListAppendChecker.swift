// Finds in a history of lists what no serial execution could have shown.

/// Checks a history of transactions on lists that only grow, as Elle does.
///
/// Since a value is in a list at most once and lists only grow, the longest read of a list tells in which
/// order its values were put there. From that follows which transaction changed, read or missed what
/// which other one did, and a cycle among these is an order that cannot be.
struct ListAppendChecker {
  private let history: [Transaction]
  /// Who wrote a value; keys and values are those of the operations.
  private var writers: [Value: Int] = [:]
  /// The longest order of each list's values that was read.
  private var orders: [Int: [Int]] = [:]
  /// The transactions that happened as far as anyone knows.
  private var happened: Set<Int> = []
  /// The acknowledged transactions whose values are missing from a list.
  private var losers: Set<Int> = []
  private var anomalies: [Anomaly] = []

  private struct Value: Hashable {
    var key: Int
    var value: Int
  }

  /// - Parameter history: The transactions, in any order.
  private init(_ history: [Transaction]) {
    self.history = history
    for (number, transaction) in history.enumerated() {
      for (key, values) in transaction.appends {
        for value in values { writers[Value(key: key, value: value)] = number }
      }
    }
  }

  /// Looks at a whole history.
  ///
  /// - Returns: What is wrong with it: nothing if it is strictly serializable.
  static func anomalies(of history: [Transaction]) -> [Anomaly] {
    var checker = ListAppendChecker(history)
    checker.checkEachTransaction()
    checker.findOrders()
    checker.findWhatHappened()
    checker.checkReads()
    checker.checkLostUpdates()
    // An order that is in doubt would only be followed by cycles that tell nothing more.
    if !checker.anomalies.contains(where: { $0.kind == .incompatibleOrder || $0.kind == .duplicate }
    ) {
      checker.findCycles()
    }
    return checker.anomalies
  }

  private mutating func report(_ kind: Anomaly.Kind, _ transactions: [Int], _ detail: String) {
    anomalies.append(Anomaly(kind: kind, transactions: transactions, detail: detail))
  }

  /// All reads of the transactions that were acknowledged.
  private var reads: [(transaction: Int, key: Int, values: [Int])] {
    history.enumerated().flatMap { number, transaction in
      transaction.outcome == .committed
        ? transaction.operations.compactMap {
          guard case .read(let key, let values?) = $0 else { return nil }
          return (number, key, values)
        } : []
    }
  }

  // MARK: Each by itself

  /// A transaction sees its own changes on top of one state of others' making.
  private mutating func checkEachTransaction() {
    for (number, transaction) in history.enumerated() where transaction.outcome == .committed {
      var known: [Int: [Int]] = [:]
      var own: [Int: [Int]] = [:]
      for operation in transaction.operations {
        switch operation {
        case .append(let key, let value):
          if known[key] != nil { known[key]?.append(value) }
          own[key, default: []].append(value)
        case .read(let key, let values?):
          let isExpected =
            known[key].map { $0 == values }
            ?? values.suffix(own[key]?.count ?? 0).elementsEqual(own[key] ?? [])
          if !isExpected { report(.internal, [number], "list \(key) was read as \(values)") }
          known[key] = values
        case .read: break
        }
      }
    }
  }

  // MARK: Orders of values

  private mutating func findOrders() {
    for (number, key, values) in reads {
      if Set(values).count < values.count {
        report(.duplicate, [number], "list \(key) was read as \(values)")
      }
      let longest = orders[key] ?? []
      let (short, long) = values.count < longest.count ? (values, longest) : (longest, values)
      if !long.starts(with: short) {
        report(.incompatibleOrder, [number], "list \(key) was read as \(values) and \(longest)")
      }
      orders[key] = long
    }
  }

  /// Acknowledged transactions happened, and those of which somebody saw a change.
  private mutating func findWhatHappened() {
    for (number, transaction) in history.enumerated() where transaction.outcome == .committed {
      happened.insert(number)
    }
    for (key, order) in orders {
      for value in order {
        guard let writer = writers[Value(key: key, value: value)],
          history[writer].outcome == .unknown
        else { continue }
        happened.insert(writer)
      }
    }
  }

  // MARK: Reads

  private mutating func checkReads() {
    for (number, key, values) in reads {
      for value in values {
        guard let writer = writers[Value(key: key, value: value)] else {
          report(.garbageRead, [number], "\(value) of list \(key) was never written")
          continue
        }
        if history[writer].outcome == .aborted {
          report(.abortedRead, [number, writer], "\(value) of list \(key)")
        }
      }
      if let last = values.last, let writer = writers[Value(key: key, value: last)],
        writer != number, let final = history[writer].appends[key]?.last, final != last
      {
        report(.intermediateRead, [number, writer], "list \(key) was read up to \(last)")
      }
    }
    checkLostAppends()
  }

  /// What was acknowledged is in every later read, if the list was read at all.
  private mutating func checkLostAppends() {
    let readsByKey = Dictionary(grouping: reads, by: \.key)
    for (number, transaction) in history.enumerated() where transaction.outcome == .committed {
      for (key, values) in transaction.appends {
        guard let last = values.last, !(orders[key] ?? []).contains(last) else { continue }
        let later = readsByKey[key]?.first { history[$0.transaction].start > transaction.end }
        if let later {
          losers.insert(number)
          report(.lostAppend, [number, later.transaction], "\(last) of list \(key)")
        }
      }
    }
  }

  private mutating func checkLostUpdates() {
    struct State: Hashable {
      var key: Int
      var values: [Int]
    }
    var changers: [State: Int] = [:]
    for number in happened.sorted() {
      let appends = history[number].appends
      for (key, values) in history[number].firstReads where appends[key] != nil {
        let state = State(key: key, values: values)
        if let other = changers.updateValue(number, forKey: state) {
          report(.lostUpdate, [other, number], "both changed list \(key) as it was at \(values)")
        }
      }
    }
  }

  // MARK: Cycles

  private mutating func findCycles() {
    var graph = DependencyGraph(count: history.count)
    addDependencies(to: &graph)
    addRealTime(to: &graph)
    var seen: Set<[Int]> = []
    func report(_ kind: Anomaly.Kind, _ cycle: [Int], _ checker: inout ListAppendChecker) {
      guard seen.insert(cycle.sorted()).inserted else { return }
      checker.report(kind, cycle, cycle.map { "\(checker.history[$0])" }.joined(separator: " → "))
    }
    let flow: Set<Dependency> = [.overwrites, .reads]
    for component in graph.components(along: [.overwrites]) {
      report(.writeCycle, component, &self)
    }
    for component in graph.components(along: flow) { report(.circularFlow, component, &self) }
    for component in graph.components(along: flow.union([.antiDepends])) {
      let nodes = Set(component)
      let single = graph.edges(.antiDepends, within: nodes).lazy.compactMap {
        graph.path(from: $0.target, to: $0.source, within: nodes, along: flow)
      }.first
      report(
        single == nil ? .antiDependencyCycle : .singleAntiDependency,
        single ?? component,
        &self
      )
    }
    for component in graph.components(along: flow.union([.antiDepends, .realTime])) {
      report(.realTimeCycle, component, &self)
    }
  }

  /// Who put something in a list that no read of the list shows, though it happened: that came after all
  /// that was read.
  ///
  /// What is lost for certain is reported already.
  private var unseen: [Int: Set<Int>] {
    let seen = orders.mapValues { Set($0) }
    var unseen: [Int: Set<Int>] = [:]
    for number in happened.subtracting(losers) {
      for (key, values) in history[number].appends {
        guard let seen = seen[key], !seen.isSuperset(of: values) else { continue }
        unseen[key, default: []].insert(number)
      }
    }
    return unseen
  }

  private func addDependencies(to graph: inout DependencyGraph) {
    let unseen = unseen
    for (key, order) in orders {
      let authors = order.map { writers[Value(key: key, value: $0)] }
      for (first, second) in zip(authors, authors.dropFirst()) {
        if let first, let second { graph.add(first, second, .overwrites) }
      }
      if let last = authors.last, let last {
        for writer in unseen[key] ?? [] { graph.add(last, writer, .overwrites) }
      }
    }
    for number in happened {
      for (key, values) in history[number].firstReads {
        let order = orders[key] ?? []
        if let last = values.last, let writer = writers[Value(key: key, value: last)] {
          graph.add(writer, number, .reads)
        }
        if values.count == order.count {
          for writer in unseen[key] ?? [] { graph.add(number, writer, .antiDepends) }
        } else if let next = writers[Value(key: key, value: order[values.count])] {
          graph.add(number, next, .antiDepends)
        }
      }
    }
  }

  /// Who was answered before another was asked for; only the nearest, from which the others follow.
  private func addRealTime(to graph: inout DependencyGraph) {
    enum Event { case begins, ends }
    var events: [(time: Int, event: Event, transaction: Int)] = []
    for number in happened {
      events.append((history[number].start, .begins, number))
      if history[number].outcome == .committed {
        events.append((history[number].end, .ends, number))
      }
    }
    // Of one moment, beginnings first: they are not after what ends then.
    events.sort { ($0.time, $0.event == .ends ? 1 : 0) < ($1.time, $1.event == .ends ? 1 : 0) }
    var frontier: Set<Int> = []
    for (_, event, number) in events {
      switch event {
      case .begins: for earlier in frontier { graph.add(earlier, number, .realTime) }
      case .ends:
        frontier = frontier.filter { history[$0].end >= history[number].start }
        frontier.insert(number)
      }
    }
  }
}
