package import HullPersistence
internal import Synchronization

/// Reads whose end of validity is watched.
///
/// What was read at ``since`` is what a read at any later timestamp before ``invalidatedAt`` would
/// find. Letting go of a subscription ends it.
package final class Subscription: Sendable {
  /// When the reads were made.
  package let since: Timestamp
  private let registration: Registration
  private let registry: SubscriptionRegistry?

  init(since: Timestamp, registration: Registration, registry: SubscriptionRegistry?) {
    self.since = since
    self.registration = registration
    self.registry = registry
  }

  deinit { registry?.remove(registration) }

  /// The first commit that changed what was read; nil if there is none so far.
  ///
  /// ``Timestamp/distantPast`` when something else did, such as an environment variable.
  package var invalidatedAt: Timestamp? { registration.invalidatedAt }

  /// What was read.
  var reads: ReadSet { registration.reads }

  /// Whether a read at a timestamp finds what was read.
  ///
  /// Exact for every timestamp that has been published: a commit ends the validity of what it
  /// changed before anyone can read it.
  package func isValid(at timestamp: Timestamp) -> Bool {
    since <= timestamp && registration.isValid(at: timestamp)
  }

  /// Has `watcher` told when the reads become invalid.
  ///
  /// - Returns: False if they have already, and nobody will be told.
  package func watch(_ watcher: any SubscriptionWatcher) -> Bool { registration.add(watcher) }

  /// Ends one call of ``watch(_:)``.
  package func unwatch(_ watcher: any SubscriptionWatcher) { registration.remove(watcher) }
}

/// Someone who is told that a subscription has become invalid.
package protocol SubscriptionWatcher: AnyObject, Sendable {
  /// Called once per subscription, when the commit can be read.
  ///
  /// It runs on the path of a commit: it takes note and returns.
  func subscriptionWasInvalidated()
}

/// What the registry knows of a subscription.
final class Registration: Sendable {
  let id: Int
  let reads: ReadSet

  /// The timestamp of the first commit that changed what was read; the greatest number for none.
  private let end = Atomic<Int64>(.max)

  /// Protects who is told and that they are told once; held for a few instructions.
  private let watchers = Mutex<Watchers>(.waiting([:]))

  private enum Watchers {
    case waiting([ObjectIdentifier: (watcher: any SubscriptionWatcher, count: Int)])
    case told
  }

  init(id: Int, reads: ReadSet) {
    self.id = id
    self.reads = reads
  }

  var invalidatedAt: Timestamp? {
    let end = end.load(ordering: .acquiring)
    return end == .max ? nil : Timestamp(rawValue: end)
  }

  func isValid(at timestamp: Timestamp) -> Bool {
    timestamp.rawValue < end.load(ordering: .acquiring)
  }

  func add(_ watcher: any SubscriptionWatcher) -> Bool {
    watchers.withLock { watchers in
      guard case .waiting(var waiting) = watchers else { return false }
      watchers = .told
      let count = waiting[ObjectIdentifier(watcher)]?.count ?? 0
      waiting[ObjectIdentifier(watcher)] = (watcher, count + 1)
      watchers = .waiting(waiting)
      return true
    }
  }

  func remove(_ watcher: any SubscriptionWatcher) {
    watchers.withLock { watchers in
      guard case .waiting(var waiting) = watchers,
        let entry = waiting[ObjectIdentifier(watcher)]
      else { return }
      watchers = .told
      waiting[ObjectIdentifier(watcher)] = entry.count > 1 ? (watcher, entry.count - 1) : nil
      watchers = .waiting(waiting)
    }
  }

  /// Ends the validity at a commit, unless it ended earlier.
  func invalidate(at timestamp: Timestamp) {
    var current = end.load(ordering: .relaxed)
    while timestamp.rawValue < current {
      let (exchanged, original) = end.compareExchange(
        expected: current,
        desired: timestamp.rawValue,
        ordering: .acquiringAndReleasing
      )
      if exchanged { return }
      current = original
    }
  }

  /// Tells everyone who waits, after ``invalidate(at:)``.
  func notify() {
    let waiting: [ObjectIdentifier: (watcher: any SubscriptionWatcher, count: Int)] =
      watchers.withLock { watchers in
        guard case .waiting(let waiting) = watchers else { return [:] }
        watchers = .told
        return waiting
      }
    for (watcher, _) in waiting.values { watcher.subscriptionWasInvalidated() }
  }
}
