/// A map in the order of its keys, as a list of short sorted arrays.
///
/// An empty one costs nothing. A lookup is two binary searches; an insertion moves part of one
/// short array and, every now and then, splits it. The list grows by one pointer per 64 to 128
/// entries, so moving it stays cheap up to millions of them.
struct SortedMap<Key: Comparable & Sendable, Value: Sendable>: Sendable {
  typealias Element = (key: Key, value: Value)

  /// Sorted, and none of them empty.
  private var chunks: [[Element]] = []
  private(set) var count = 0

  /// The most elements of a chunk; a full one is split in half.
  private static var maximumChunk: Int { 128 }

  init() {}

  subscript(key: Key) -> Value? {
    let (chunk, index, isFound) = position(of: key)
    return isFound ? chunks[chunk][index].value : nil
  }

  /// Sets the value of a key.
  mutating func set(_ value: Value, for key: Key) {
    let (chunk, index, isFound) = position(of: key)
    if isFound {
      chunks[chunk][index].value = value
      return
    }
    count += 1
    guard chunk < chunks.count else {
      append((key, value))
      return
    }
    chunks[chunk].insert((key, value), at: index)
    if chunks[chunk].count > Self.maximumChunk {
      let half = Array(chunks[chunk][(Self.maximumChunk / 2)...])
      chunks[chunk].removeSubrange((Self.maximumChunk / 2)...)
      chunks.insert(half, at: chunk + 1)
    }
  }

  /// Removes a key if it is there.
  mutating func remove(_ key: Key) {
    let (chunk, index, isFound) = position(of: key)
    guard isFound else { return }
    count -= 1
    chunks[chunk].remove(at: index)
    if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
  }

  /// Removes the first keys.
  mutating func removeFirst(_ number: Int) {
    var rest = min(number, count)
    count -= rest
    var whole = 0
    while whole < chunks.count, chunks[whole].count <= rest {
      rest -= chunks[whole].count
      whole += 1
    }
    chunks.removeSubrange(..<whole)
    if rest > 0 { chunks[0].removeSubrange(..<rest) }
  }

  /// Calls `body` with the elements of `start ≤ key < end` in order until it returns false.
  ///
  /// - Returns: Whether `body` saw every element.
  func visit(
    from start: Key,
    to end: Key?,
    descending: Bool,
    _ body: (Element) -> Bool
  ) -> Bool {
    let low = position(of: start)
    let high = end.map { position(of: $0) } ?? (chunk: chunks.count, index: 0, isFound: false)
    var (chunk, index) = descending ? (high.chunk, high.index) : (low.chunk, low.index)
    let (lastChunk, lastIndex) = descending ? (low.chunk, low.index) : (high.chunk, high.index)
    guard (low.chunk, low.index) < (high.chunk, high.index) else { return true }
    while (chunk, index) != (lastChunk, lastIndex) {
      if descending {
        if index == 0 {
          chunk -= 1
          index = chunks[chunk].count
        }
        index -= 1
        if !body(chunks[chunk][index]) { return false }
      } else {
        if !body(chunks[chunk][index]) { return false }
        index += 1
        if index == chunks[chunk].count {
          chunk += 1
          index = 0
        }
      }
    }
    return true
  }

  /// Adds an element after all others; keys that ascend fill every chunk.
  private mutating func append(_ element: Element) {
    if let last = chunks.indices.last, chunks[last].count < Self.maximumChunk {
      chunks[last].append(element)
    } else {
      var chunk: [Element] = []
      chunk.reserveCapacity(chunks.isEmpty ? 4 : Self.maximumChunk)
      chunk.append(element)
      chunks.append(chunk)
    }
  }

  /// Where a key is or would be inserted: never past the end of a chunk, so that positions of
  /// neighbouring chunks compare, but past the last chunk for a key after all others.
  private func position(of key: Key) -> (chunk: Int, index: Int, isFound: Bool) {
    // The first chunk whose last key is not before the key.
    var low = 0
    var high = chunks.count
    while low < high {
      let middle = (low + high) / 2
      let chunk = chunks[middle]
      if chunk[chunk.count - 1].key < key { low = middle + 1 } else { high = middle }
    }
    guard low < chunks.count else { return (low, 0, false) }
    let chunk = low
    let elements = chunks[chunk]
    low = 0
    high = elements.count
    while low < high {
      let middle = (low + high) / 2
      if elements[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return (chunk, low, elements[low].key == key)
  }
}
