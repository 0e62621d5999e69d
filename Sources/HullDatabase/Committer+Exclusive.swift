internal import HullPersistence
internal import Synchronization

/// A transaction that runs while no other transaction can commit, so that it cannot lose.
///
/// `@unchecked Sendable`: `hasEnded` and `watchdog` are touched only while the committer's state is
/// locked.
final class ExclusiveRun: @unchecked Sendable {
  fileprivate var hasEnded = false
  /// Ends the run when it takes too long; cancelled when the run ends.
  fileprivate var watchdog: Task<Void, Never>?
}

extension Committer {
  /// Waits for its turn and from then on holds back every other commit.
  ///
  /// The run ends with ``endExclusive(_:)``, or by itself after a bound: commits then pass again,
  /// and the transaction may lose after all.
  func beginExclusive() async -> ExclusiveRun {
    await exclusiveGate.acquire()
    let run = ExclusiveRun()
    let (bound, sleeping) = (options.exclusiveRunBound, options.sleeping)
    withState { state in
      state.exclusive = run
      state.counters.exclusiveRuns += 1
      run.watchdog = Task { [weak self] in
        guard (try? await sleeping.sleep(for: bound)) != nil else { return }
        self?.endExclusive(run)
      }
    }
    return run
  }

  /// Lets the commits that were held back be validated, in the order they came.
  func endExclusive(_ run: ExclusiveRun) {
    let decided: [(HeldBack, Submission)]? = withState { state in
      if run.hasEnded { return nil }
      run.hasEnded = true
      run.watchdog?.cancel()
      run.watchdog = nil
      state.exclusive = nil
      let heldBack = state.heldBack
      state.heldBack = []
      return heldBack.map { ($0, validate($0.transaction, &state)) }
    }
    guard let decided else { return }
    for (heldBack, submission) in decided { heldBack.continuation.resume(returning: submission) }
    exclusiveGate.release()
  }
}
