internal import HullPersistence
internal import HullValues

/// A stretch of an index in memory, without a gap: what it lacks in its range, the index lacks.
struct CachedLeaf {
  /// The keys it knows everything about.
  private(set) var range: KeyRange
  /// In order, one for each document.
  private(set) var keys: [IndexKey]
  private(set) var documents: [EncodedDocument]
  /// About how much memory it takes.
  private(set) var bytes: Int
  /// Whether it was read here since somebody last looked for what can be dropped.
  var isUsed = false

  /// How many rows a leaf is made with, and beyond twice as many of which it is split.
  static let rows = 64

  /// Makes a leaf of rows as they are in the index.
  ///
  /// - Parameters:
  ///   - range: What the rows are all of.
  ///   - rows: In order of their keys, with documents.
  init(range: KeyRange, rows: ArraySlice<CachedRow>) {
    self.range = range
    keys = rows.map(\.key)
    documents = rows.map(\.document)
    bytes = rows.reduce(Self.ownBytes) { $0 + Self.bytes(of: $1.key, $1.document) }
  }

  /// Puts a document in the place of a key of the range.
  mutating func set(_ key: IndexKey, to document: EncodedDocument) {
    let position = keys.firstPosition(notBefore: key)
    bytes += Self.bytes(of: key, document)
    if position < keys.count, keys[position] == key {
      bytes -= Self.bytes(of: key, documents[position])
      documents[position] = document
    } else {
      keys.insert(key, at: position)
      documents.insert(document, at: position)
    }
  }

  /// Removes the row of a key, if there is one.
  mutating func remove(_ key: IndexKey) {
    let position = keys.firstPosition(notBefore: key)
    guard position < keys.count, keys[position] == key else { return }
    bytes -= Self.bytes(of: key, documents[position])
    keys.remove(at: position)
    documents.remove(at: position)
  }

  /// Gives up the upper half.
  ///
  /// - Returns: What it was, as a leaf of its own.
  mutating func split() -> CachedLeaf {
    let middle = keys.count / 2
    let boundary = keys[middle]
    var upper = self
    upper.range.start = boundary
    upper.keep(middle..<keys.count)
    range.end = boundary
    keep(0..<middle)
    return upper
  }

  private mutating func keep(_ rows: Range<Int>) {
    keys = Array(keys[rows])
    documents = Array(documents[rows])
    bytes = zip(keys, documents).reduce(Self.ownBytes) { $0 + Self.bytes(of: $1.0, $1.1) }
  }

  /// What a leaf takes beside its rows, and a row beside the bytes of its key and document.
  private static let ownBytes = 256
  private static let rowBytes = 160

  private static func bytes(of key: IndexKey, _ document: EncodedDocument) -> Int {
    rowBytes + key.bytes.count + document.json.count
  }
}

/// A row on its way into the cache.
struct CachedRow {
  var key: IndexKey
  var document: EncodedDocument
}

extension [IndexKey] {
  /// The first position of an ordered list whose key does not sort before `key`.
  func firstPosition(notBefore key: IndexKey) -> Int {
    partitioningIndex { $0 >= key }
  }
}
