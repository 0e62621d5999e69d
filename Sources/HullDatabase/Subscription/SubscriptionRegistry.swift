package import HullPersistence
internal import HullValues
internal import Synchronization

/// All subscriptions of a database.
///
/// The committer hands every batch over twice: before it is published, to end the validity of what
/// it changed, and afterwards, to tell those who wait. So whoever reads at a published timestamp and
/// asks a subscription about it gets the right answer, whether or not the news has reached anyone.
final class SubscriptionRegistry: Sendable {
  private struct State {
    var index = SubscriptionIndex()
    var registrations: [Int: Registration] = [:]
    var nextID = 0
    /// Every commit up to here has been compared with the index.
    var comparedThrough: Timestamp
    /// Every commit up to here can be read.
    var publishedThrough: Timestamp
    /// Whose validity a commit ended that cannot be read yet.
    var unannounced: [Registration] = []
  }

  /// Protects the index; held while a read set is put in or taken out, and for look-ups of a batch.
  private let state: Mutex<State>

  #if DEBUG
    /// Whether some subscriptions are not ended, so that tests can show they would notice.
    let dropsInvalidations: Bool
  #endif

  init(comparedThrough: Timestamp, options: DatabaseOptions) {
    #if DEBUG
      dropsInvalidations = options.plantedFault == .dropsInvalidation
    #endif
    state = Mutex(State(comparedThrough: comparedThrough, publishedThrough: comparedThrough))
  }

  /// How many subscriptions are valid.
  var count: Int { state.withLock { $0.registrations.count } }

  /// Adds reads made at a timestamp.
  ///
  /// - Returns: Where they are registered, and up to which commit nobody will compare them.
  func insert(_ reads: ReadSet) -> (registration: Registration, comparedThrough: Timestamp) {
    state.withLock { state in
      let registration = Registration(id: state.nextID, reads: reads)
      state.nextID += 1
      state.registrations[registration.id] = registration
      state.index.insert(registration.id, reading: reads)
      return (registration, state.comparedThrough)
    }
  }

  /// Forgets a subscription.
  func remove(_ registration: Registration) {
    state.withLock { state in
      guard state.registrations.removeValue(forKey: registration.id) != nil else { return }
      state.index.remove(registration.id, reading: registration.reads)
    }
  }

  /// Gives back the room that many more subscriptions than there are now have taken.
  func releaseMemory() {
    state.withLock { state in
      state.registrations.releaseRoom()
      state.index.releaseMemory()
    }
  }

  /// Ends the validity of what a batch changes, before it is published.
  ///
  /// Those who wait are told by ``announce(publishedThrough:)``.
  func invalidate(by batch: [PendingCommit]) {
    state.withLock { state in
      guard let last = batch.last else { return }
      state.comparedThrough = last.commit.timestamp
      if state.registrations.isEmpty { return }
      var found: Set<Int> = []
      for pending in batch {
        state.index.collect(touchedBy: pending.commit, into: &found)
        for id in found {
          #if DEBUG
            if dropsInvalidations, id % 4 == 3 { continue }
          #endif
          guard let registration = state.registrations.removeValue(forKey: id) else { continue }
          state.index.remove(id, reading: registration.reads)
          registration.invalidate(at: pending.commit.timestamp)
          state.unannounced.append(registration)
        }
        found.removeAll(keepingCapacity: true)
      }
    }
  }

  /// Tells those whose validity was ended by a commit that can be read now.
  func announce(publishedThrough: Timestamp) {
    let announced: [Registration] = state.withLock { state in
      state.publishedThrough = max(state.publishedThrough, publishedThrough)
      if state.unannounced.isEmpty { return [] }
      let limit = state.publishedThrough
      // The next batch may have been compared already.
      let isReadable = { (registration: Registration) in !registration.isValid(at: limit) }
      let announced = state.unannounced.filter(isReadable)
      state.unannounced.removeAll(where: isReadable)
      return announced
    }
    for registration in announced { registration.notify() }
  }

  /// Ends the validity of reads of which it is known, late, that a commit changed them.
  ///
  /// Who waits is told at once, or once the commit can be read: told earlier, it would find nothing
  /// changed and not be told again.
  func invalidate(_ registration: Registration, at timestamp: Timestamp) {
    let isReadable = state.withLock { state in
      if state.registrations.removeValue(forKey: registration.id) != nil {
        state.index.remove(registration.id, reading: registration.reads)
      }
      registration.invalidate(at: timestamp)
      if timestamp <= state.publishedThrough { return true }
      state.unannounced.append(registration)
      return false
    }
    if isReadable { registration.notify() }
  }
}

extension SubscriptionRegistry {
  /// Ends, for all timestamps, the validity of what depends on an environment variable.
  fileprivate func invalidate(readersOf variable: String) -> [Registration] {
    state.withLock { state in
      var found: Set<Int> = []
      state.index.collect(readersOf: variable, into: &found)
      return found.compactMap { id in
        guard let registration = state.registrations.removeValue(forKey: id) else { return nil }
        state.index.remove(id, reading: registration.reads)
        registration.invalidate(at: .distantPast)
        return registration
      }
    }
  }
}

extension Database {
  /// Ends the subscriptions to reads that depend on an environment variable, which has changed.
  package func variableDidChange(_ name: String) {
    for registration in committer.subscriptions.invalidate(readersOf: name) {
      registration.notify()
    }
  }

  /// Watches reads that a transaction made, from its snapshot on.
  ///
  /// - Parameters:
  ///   - reads: What was read.
  ///   - timestamp: The snapshot it was read in; a durable one.
  /// - Returns: The subscription, which may have become invalid already.
  /// - Complexity: O(reads × log subscriptions), and a comparison with the commits since.
  package func subscribe(_ reads: ReadSet, since timestamp: Timestamp) -> Subscription {
    let registry = committer.subscriptions
    let (registration, comparedThrough) = registry.insert(reads)
    let subscription = Subscription(
      since: timestamp,
      registration: registration,
      registry: registry
    )
    // Later commits are compared as they come; those in between have to be looked up.
    guard comparedThrough > timestamp else { return subscription }
    let history = committer.history(after: timestamp, through: comparedThrough)
    let end: Timestamp? =
      history.start > timestamp
      ? timestamp.successor
      : history.commits.first { reads.overlap(with: $0) != nil }?.timestamp
    if let end { registry.invalidate(registration, at: end) }
    return subscription
  }

  /// A subscription to nothing, which is valid for ever.
  package func subscribeToNothing(since timestamp: Timestamp) -> Subscription {
    Subscription(
      since: timestamp,
      registration: Registration(id: -1, reads: ReadSet()),
      registry: nil
    )
  }

  /// A subscription to reads that nobody knows: the next commit ends it, whatever it changes.
  package func subscribeToUnknown(since timestamp: Timestamp) -> Subscription {
    let registration = Registration(id: -1, reads: ReadSet())
    committer.subscriptions.invalidate(registration, at: timestamp.successor)
    return Subscription(since: timestamp, registration: registration, registry: nil)
  }

  /// A subscription to reads that do not hold any more, not even at their own timestamp.
  package func subscribeToChanged(since timestamp: Timestamp) -> Subscription {
    let registration = Registration(id: -1, reads: ReadSet())
    registration.invalidate(at: .distantPast)
    registration.notify()
    return Subscription(since: timestamp, registration: registration, registry: nil)
  }

  /// How many subscriptions are watched: those that are held and have not become invalid.
  package var subscriptionCount: Int { committer.subscriptions.count }
}
