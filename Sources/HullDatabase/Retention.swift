internal import HullPersistence
internal import Synchronization

/// Prunes the change log on disk, so that it reaches back as far as the setting says and no further.
///
/// Works in the background, one pass at a time, started by commits once enough time has passed since
/// the last pass. The floor below which snapshots cannot be read rises first, in memory and on disk;
/// only then is anything deleted.
///
/// How old a commit is, its timestamp tells. Once the wall clock has been far ahead and was put right,
/// timestamps hardly move until it is there again; what was published long enough ago goes then as well,
/// as far as that is known since the start.
final class Retention: Sendable {
  private struct State {
    /// Up to where the log has been pruned, and when that was last begun.
    var prunedBefore = Timestamp.zero
    var lastPass = Duration.zero
    /// What was published when, oldest first; the first one only may be older than the setting.
    var history: [(uptime: Duration, published: Timestamp)] = []
    var pass: Task<Void, Never>?
    var isFinished = false
    /// When it is looked next whether a pass is due.
    var nextLook = Duration.zero

    /// Takes note of what is published now and returns what was, so long ago.
    mutating func published(
      _ published: Timestamp,
      at uptime: Duration,
      every interval: Duration,
      before age: Duration
    ) -> Timestamp {
      if history.last.map({ uptime - $0.uptime >= interval }) ?? true {
        history.append((uptime, published))
      }
      while history.count > 1, uptime - history[1].uptime >= age { history.removeFirst() }
      guard let oldest = history.first, uptime - oldest.uptime >= age else { return .zero }
      return oldest.published
    }
  }

  /// Protects the running pass; held for a few instructions.
  private let state = Mutex(State())
  private let committer: Committer
  /// How much more than the setting is kept until a pass is due, and how often that is looked at.
  private let slack, lookInterval: Duration

  init(committer: Committer) {
    self.committer = committer
    slack = committer.options.retention / 10
    lookInterval = slack / 10
    let floor = committer.retentionFloor
    state.withLock { $0.prunedBefore = floor }
  }

  /// Starts a pass if the oldest history exceeds the setting by a tenth.
  func pruneIfDue() {
    // Asked at every commit, which need not all count how old everything is.
    let uptime = committer.options.time.uptime()
    let mayBeDue = state.withLock { state in
      guard uptime >= state.nextLook else { return false }
      state.nextLook = uptime + lookInterval
      return true
    }
    if mayBeDue { start(slack: slack) }
  }

  /// Prunes what exceeds the setting now and returns when that is done.
  func prune() async {
    await state.withLock(\.pass)?.value
    start(slack: .zero)
    await state.withLock(\.pass)?.value
  }

  /// Waits for the running pass and starts no other.
  func finish() async {
    let pass = state.withLock { state in
      state.isFinished = true
      return state.pass
    }
    await pass?.value
  }

  /// Starts a pass unless one is running or there is too little to prune.
  private func start(slack: Duration) {
    let (published, uptime) = (committer.published, committer.options.time.uptime())
    let setting = committer.options.retention
    let byTimestamp = published.advanced(by: .zero - setting)
    state.withLock { state in
      let byAge = state.published(published, at: uptime, every: self.slack, before: setting)
      let target = max(byTimestamp, byAge)
      let isDue =
        byTimestamp > state.prunedBefore.advanced(by: slack)
        || byAge > state.prunedBefore && uptime - state.lastPass >= slack
      guard state.pass == nil, !state.isFinished, isDue else { return }
      state.lastPass = uptime
      // Owned by this object: `finish()` waits for it.
      state.pass = Task {
        await prune(before: target)
        self.state.withLock { state in
          state.prunedBefore = target
          state.pass = nil
        }
      }
    }
  }

  private func prune(before target: Timestamp) async {
    committer.withState { $0.retentionFloor = max($0.retentionFloor, target) }
    let raise = FinalTransaction(
      source: "",
      begin: committer.published,
      generation: committer.withState(\.generation),
      reads: ReadSet(),
      changes: [],
      createdTables: [],
      documents: [],
      entries: [],
      metadata: CatalogStore.metadata(retentionFloor: target)
    )
    // A failure leaves more history than necessary; the next pass tries again.
    guard case .accepted(let pending) = await committer.submit(raise),
      (try? await committer.complete(pending)) != nil
    else { return }
    try? await committer.persistence.prune(changesBefore: target)
  }
}
