// Whether a history is that of a system that does one thing at a time, in the order of commits.

import HullPersistence
import HullValues

/// Replays a history on the model, commit by commit.
///
/// Every operation must return what it returns there, every answer must be the one of its moment,
/// nothing may come before what had been seen when it was asked for, and nothing twice.
struct HistoryCheck {
  private var history: History
  private(set) var model = Model()
  private(set) var findings: [String] = []
  private var committedAt: [Int: Timestamp] = [:]
  /// The first commit before which a session's operation may have been refused.
  private var refusable: [Int: Timestamp] = [:]

  /// - Parameters:
  ///   - history: What happened.
  ///   - actionsRun: Whether every action that was scheduled must have run, as nothing went wrong.
  init(_ history: History, actionsRun: Bool) {
    self.history = history
    findings = history.contradictions
    replay()
    if actionsRun { checkActions() }
    checkCalls()
    checkOrderOfSessions()
  }

  private mutating func replay() {
    var waiting = history.observations.enumerated().sorted {
      ($0.element.earliest, $0.offset) > ($1.element.earliest, $1.offset)
    }.map(\.element)
    var open: [Observation] = []
    let transfers = history.calls.filter { $0.value.isTransferOfSession }
    for (position, commit) in history.commits.enumerated() {
      // Observations of moments before this commit are judged by what was there until then.
      open.removeAll { holds($0) }
      while let next = waiting.last, next.earliest < commit.timestamp {
        waiting.removeLast()
        if !holds(next) { open.append(next) }
      }
      for missed in open where missed.latest < commit.timestamp { report(missed) }
      open.removeAll { $0.latest < commit.timestamp }
      if position > 0, commit.timestamp <= history.commits[position - 1].timestamp {
        findings.append(
          "a commit at \(commit.timestamp) follows one at \(history.commits[position - 1].timestamp)"
        )
      }
      for (number, call) in transfers
      where refusable[number] == nil && committedAt[number] == nil
        && call.seenBefore < commit.timestamp
      {
        var copy = model
        if case .refused = copy.apply(call.operation) { refusable[number] = commit.timestamp }
      }
      apply(commit)
    }
    for missed in open + waiting.reversed() where !holds(missed) { report(missed) }
  }

  private func holds(_ observation: Observation) -> Bool {
    switch observation.fact {
    case .answer(let question, let value, let end):
      return model.answers(question, with: value, end: end)
    case .refusal(let operation, let data):
      var copy = model
      return copy.apply(operation) == .refused(data)
    }
  }

  private mutating func report(_ missed: Observation) {
    switch missed.fact {
    case .answer(let question, let value, let end):
      findings.append(
        """
        \(missed.observer) has \(value) for \(question) between \(missed.earliest) and \
        \(missed.latest); it was \(model.answer(to: question, end: end)) before the commit after \
        that
        """
      )
    case .refusal(let operation, let data):
      findings.append(
        """
        \(missed.observer) was refused \(operation) with \(data) between \(missed.earliest) and \
        \(missed.latest), when there was no reason to
        """
      )
    }
  }

  private mutating func apply(_ commit: CommittedReceipts) {
    for (number, result) in commit.receipts {
      guard let call = history.calls[number] else {
        findings.append("operation \(number) was committed, and nobody has asked for it")
        continue
      }
      if let earlier = committedAt.updateValue(commit.timestamp, forKey: number) {
        findings.append(
          "operation \(number) was committed twice, at \(earlier) and \(commit.timestamp)"
        )
      }
      let outcome = model.apply(call.operation)
      if outcome != .returned(result) {
        findings.append(
          """
          operation \(number), \(call.operation), committed at \(commit.timestamp) returned \
          \(result); one after the other it is \(outcome)
          """
        )
      }
      if commit.timestamp <= call.seenBefore {
        findings.append(
          """
          operation \(number) was committed at \(commit.timestamp), before \(call.seenBefore), \
          which had been seen when it was asked for
          """
        )
      }
      if case .job(let parent) = call.origin, committedAt[parent] == nil {
        findings.append("operation \(number) ran, and \(parent), which schedules it, did not")
      }
    }
  }

  /// What an action does once the operation that schedules it was committed, it has done.
  private mutating func checkActions() {
    for number in committedAt.keys.sorted() {
      guard case .relay(_, let later, _)? = history.calls[number]?.operation,
        committedAt[later] == nil
      else { continue }
      findings.append("operation \(later) is an action's, was scheduled and has not run")
    }
  }

  /// A session's operations happen in the order they were asked for.
  ///
  /// What is refused is not remembered, so if a client never hears of it and asks again, it may come
  /// to more, after what was asked for later.
  private mutating func checkOrderOfSessions() {
    var last: [Int: (operation: Int, commit: Timestamp)] = [:]
    for (number, call) in history.calls.sorted(by: { $0.key < $1.key }) {
      guard case .session(let client) = call.origin, let commit = committedAt[number] else {
        continue
      }
      if let earlier = last[client], earlier.commit > commit,
        refusable[earlier.operation].map({ $0 > commit }) ?? true
      {
        findings.append(
          """
          client \(client) asked for operation \(earlier.operation) before \(number), and it was \
          committed later, at \(earlier.commit)
          """
        )
      }
      last[client] = (number, commit)
    }
  }

  private mutating func checkCalls() {
    for (number, call) in history.calls.sorted(by: { $0.key < $1.key }) {
      if let (value, commit) = call.acknowledgement {
        guard let committed = committedAt[number] else {
          findings.append("operation \(number) was acknowledged at \(commit) and is lost")
          continue
        }
        if committed != commit {
          findings.append(
            "operation \(number) was acknowledged at \(commit) and committed at \(committed)"
          )
        }
        let receipt = history.commits.first { $0.timestamp == committed }?.receipts
          .first { $0.operation == number }
        if receipt?.result != value {
          findings.append(
            "operation \(number) returned \(receipt?.result ?? .null), and \(value) to its client"
          )
        }
      }
      if call.wasRefused, let committed = committedAt[number] {
        findings.append("operation \(number) was refused, and committed at \(committed)")
      }
    }
    for number in history.dueJobs.sorted() {
      findings.append("operation \(number) was scheduled and has not run")
    }
  }
}
