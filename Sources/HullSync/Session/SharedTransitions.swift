// What the Transitions of many clients have in common, written once.

import HullRuntime

/// The Transitions that the news being delivered on an event loop have led to.
///
/// Clients that stand at the same version and get the same results, as all do that show one page, get
/// the same message but for its end, which tells the time. It is kept from the second one on, so that
/// a client that is alone does not pay for a copy.
///
/// `@unchecked Sendable`: its event loop's mailbox has it, and only sessions of that loop are given it;
/// both use it on the loop.
package final class SharedTransitions: @unchecked Sendable {
  private struct Entry {
    let start: StateVersion
    let end: StateVersion
    let changed: [(id: QueryID, result: QueryResult)]
    /// The message up to its end; nil before it is asked for a second time.
    var text: [UInt8]?
  }

  private var entries: [Entry] = []
  /// The entry that the next one replaces once there are as many as there may be.
  private var oldest = 0
  private var isOpen = false

  /// How many different ones are told from each other.
  private static let capacity = 8

  /// The longest text that is kept: 256 KiB.
  ///
  /// A longer one is mostly results, which are copied either way.
  private static let longestText = 256 << 10

  /// Makes one for the sessions of an event loop.
  package init() {}

  /// What is known of a Transition.
  enum LookUp {
    /// Its text, but for the end.
    case hit([UInt8])
    /// Whether it has been asked for before: then it is to be kept with ``insert(_:from:to:_:)``.
    case miss(isRepeated: Bool)
  }

  /// Looks for the Transition from one version to another with these results, all of them values.
  func lookUp(
    from start: StateVersion,
    to end: StateVersion,
    _ changed: [(id: QueryID, result: QueryResult)]
  ) -> LookUp {
    guard isOpen else { return .miss(isRepeated: false) }
    if let position = position(from: start, to: end, changed) {
      return entries[position].text.map { .hit($0) } ?? .miss(isRepeated: true)
    }
    let entry = Entry(start: start, end: end, changed: changed)
    if entries.count < Self.capacity {
      entries.append(entry)
    } else {
      entries[oldest] = entry
      oldest = (oldest + 1) % Self.capacity
    }
    return .miss(isRepeated: false)
  }

  /// Keeps the text of a Transition, but for its end, unless it is long.
  func insert(
    _ text: [UInt8],
    from start: StateVersion,
    to end: StateVersion,
    _ changed: [(id: QueryID, result: QueryResult)]
  ) {
    guard text.count <= Self.longestText,
      let position = position(from: start, to: end, changed)
    else { return }
    entries[position].text = text
  }

  private func position(
    from start: StateVersion,
    to end: StateVersion,
    _ changed: [(id: QueryID, result: QueryResult)]
  ) -> Int? {
    entries.firstIndex { entry in
      entry.end == end && entry.start == start && entry.changed.count == changed.count
        && zip(entry.changed, changed).allSatisfy { $0.id == $1.id && $0.result === $1.result }
    }
  }

  /// Begins to keep what the news that are delivered now lead to.
  func beginNews() { isOpen = true }

  /// Forgets everything, once everyone has been told the current news.
  func endNews() {
    isOpen = false
    entries.removeAll(keepingCapacity: true)
    oldest = 0
  }
}
