internal import HullPersistence

/// Recovering from a batch of which it is unknown whether it was written.
extension Committer {
  /// Finds out what became of such a batch, if there is one.
  ///
  /// - Returns: Why no writes are accepted, if it could not be found out.
  func settle() async -> DatabaseError? {
    let before = withState { $0.unsettled == nil ? nil : $0.settlingAttempts }
    guard let before else { return nil }
    return await settlingGate.withGate {
      let isOurTurn = withState { state in
        // An attempt that began while this task waited will do for it as well.
        if state.unsettled == nil || state.settlingAttempts > before { return false }
        state.settlingAttempts += 1
        return true
      }
      if isOurTurn, let isWritten = try? await persistence.settle() { end(isWritten: isWritten) }
      return withState { $0.unsettled?.failure }
    }
  }

  private func end(isWritten: Bool) {
    let written: [PendingCommit]? = withState { state in
      guard let (batch, _) = state.unsettled, isWritten else {
        state.log.removeAll(after: state.published)
        state.unsettled = nil
        return nil
      }
      for pending in batch {
        for (index, delta) in pending.commit.searchDeltas {
          state.searchStatistics[index, default: SearchStatistics()] += delta
        }
      }
      return batch
    }
    guard let written else { return }
    publish(written)
    withState { state in
      state.head = state.published
      state.headCatalog = state.publishedCatalog
      state.unsettled = nil
    }
  }
}
