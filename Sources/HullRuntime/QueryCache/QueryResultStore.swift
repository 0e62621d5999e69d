// The kept results, least recently used ones leaving first.

/// Results by question, bounded in bytes.
///
/// Not synchronised: the cache's lock guards it.
struct QueryResultStore {
  /// A result and until when it may be given out, on the clock of the backend; `nil` for ever.
  struct Kept {
    var result: QueryResult
    var expiry: Duration?
  }

  /// A result in the list from the most to the least recently used one.
  private struct Slot {
    var question: QueryQuestion
    var kept: Kept
    var bytes: Int
    /// Positions of the neighbours.
    var newer: Int?
    var older: Int?
  }

  private let maximumBytes: Int
  private var positions: [QueryQuestion: Int] = [:]
  private var slots: ContiguousArray<Slot?> = []
  private var free: [Int] = []
  private var newest: Int?
  private var oldest: Int?
  private(set) var bytes = 0

  init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

  var count: Int { positions.count }

  /// The result for a question, which becomes the most recently used one.
  mutating func find(_ question: QueryQuestion) -> Kept? {
    guard let position = positions[question] else { return nil }
    if position != newest {
      unlink(position)
      link(position)
    }
    return slots[position]?.kept
  }

  /// Keeps a result in the place of any former one.
  ///
  /// - Returns: How many others had to go; a result larger than the whole store is not kept.
  mutating func insert(_ kept: Kept, for question: QueryQuestion) -> Int {
    if let former = positions[question] { remove(former) }
    let size = kept.result.footprintBytes + question.arguments.count + 256
    guard size <= maximumBytes else { return 0 }
    var evictions = 0
    while bytes + size > maximumBytes, let position = oldest {
      remove(position)
      evictions += 1
    }
    let slot = Slot(question: question, kept: kept, bytes: size)
    let position: Int
    if let reused = free.popLast() {
      slots[reused] = slot
      position = reused
    } else {
      position = slots.count
      slots.append(slot)
    }
    positions[question] = position
    bytes += size
    link(position)
    return evictions
  }

  /// A store without results and with the same bound.
  var emptied: QueryResultStore { QueryResultStore(maximumBytes: maximumBytes) }

  private mutating func remove(_ position: Int) {
    guard let slot = slots[position] else { return }
    unlink(position)
    positions[slot.question] = nil
    bytes -= slot.bytes
    slots[position] = nil
    free.append(position)
  }

  /// Puts a slot that is in no list first.
  private mutating func link(_ position: Int) {
    slots[position]?.older = newest
    slots[position]?.newer = nil
    if let newest { slots[newest]?.newer = position }
    newest = position
    if oldest == nil { oldest = position }
  }

  private mutating func unlink(_ position: Int) {
    let newer = slots[position]?.newer
    let older = slots[position]?.older
    if let older { slots[older]?.newer = newer } else { oldest = newer }
    if let newer { slots[newer]?.older = older } else { newest = older }
  }
}
