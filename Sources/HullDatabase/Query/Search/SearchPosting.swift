// Full-text indexes are ordinary index entries: one per distinct term of a document. So snapshots,
// a transaction's own writes, conflict detection and both storage engines serve search by the very
// machinery that serves database indexes.

package import HullValues

/// One occurrence of a term in a document: all that ranking needs to know.
package struct SearchPosting: Hashable, Sendable {
  /// The document within its table.
  package var id: InternalID
  /// The document's creation time in milliseconds.
  package var creationTime: Double
  /// How often the term occurs in the document, at most 65 535.
  package var termFrequency: Int
  /// How many terms the document has, rounded down.
  package var length: LengthStep

  /// Makes a posting of its parts.
  package init(id: InternalID, creationTime: Double, termFrequency: Int, length: LengthStep) {
    self.id = id
    self.creationTime = creationTime
    self.termFrequency = min(termFrequency, Int(UInt16.max))
    self.length = length
  }
}

/// How the postings of one index are laid out as the keys of index entries.
///
/// A key is
///
///     term · 00 · digest of each filter value · creation time · frequency · length step · id
///                 8 bytes each, by field name    8              2           1             16
///
/// with the numbers big-endian and the creation time inverted, so that newer documents come first.
/// Everything after the term has a fixed size: a key is taken apart from its end, and documents are
/// read only once they are ranked.
package struct SearchPostingLayout: Hashable, Sendable {
  /// How many filter fields the index has.
  package let filterCount: Int

  /// The layout of an index with so many filter fields.
  package init(filterCount: Int) {
    self.filterCount = filterCount
  }

  private static let postingLength = 8 + 2 + 1 + 16

  /// The bytes of a key that follow the term and its terminator.
  private var trailerLength: Int { 8 * filterCount + Self.postingLength }

  /// The key of a posting.
  package func key(
    of posting: SearchPosting,
    term: SearchTerm,
    filters: [FilterDigest]
  ) -> IndexKey {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(term.utf8.count + 1 + trailerLength)
    bytes += term.utf8
    bytes.append(0)
    for filter in filters { filter.append(to: &bytes) }
    bytes.append(bigEndian: ~posting.creationTime.bitPattern)
    bytes.append(UInt8(truncatingIfNeeded: posting.termFrequency >> 8))
    bytes.append(UInt8(truncatingIfNeeded: posting.termFrequency))
    bytes.append(posting.length.rawValue)
    bytes.append(bigEndian: posting.id.high)
    bytes.append(bigEndian: posting.id.low)
    return IndexKey(bytes: bytes)
  }

  /// How many bytes of a key are its term; nil if it cannot be a key of this layout.
  package func termLength(of key: IndexKey) -> Int? {
    let length = key.bytes.count - trailerLength - 1
    return length > 0 && key.bytes[length] == 0 ? length : nil
  }

  /// The posting in a key whose term has that many bytes.
  package func posting(in key: IndexKey, termLength: Int) -> SearchPosting {
    let position = termLength + 1 + 8 * filterCount
    let bytes = key.bytes
    return SearchPosting(
      id: InternalID(
        high: bytes.bigEndian(at: position + 11),
        low: bytes.bigEndian(at: position + 19)
      ),
      creationTime: Double(bitPattern: ~bytes.bigEndian(at: position)),
      termFrequency: Int(bytes[position + 8]) << 8 | Int(bytes[position + 9]),
      length: LengthStep(rawValue: bytes[position + 10])
    )
  }

  /// How often the term of a key occurs in its document, for an index with any filter fields.
  static func termFrequency(in key: IndexKey) -> Int {
    let position = key.bytes.count - postingLength + 8
    return Int(key.bytes[position]) << 8 | Int(key.bytes[position + 1])
  }

  /// The digest of one filter field in a key whose term has that many bytes.
  package func filter(_ number: Int, in key: IndexKey, termLength: Int) -> FilterDigest {
    FilterDigest(rawValue: key.bytes.bigEndian(at: termLength + 1 + 8 * number))
  }
}

extension KeyRange {
  /// The postings of one term, of those documents whose first filter fields have certain values.
  ///
  /// - Parameters:
  ///   - term: The exact term.
  ///   - filters: Digests of the leading filter fields; none for all documents with the term.
  package init(postingsOf term: SearchTerm, filters: some Sequence<FilterDigest>) {
    var bytes = term.utf8
    bytes.append(0)
    for filter in filters { filter.append(to: &bytes) }
    self.init(prefix: IndexKey(bytes: bytes))
  }

  /// The postings of every term that begins with a certain one, itself included.
  package init(postingsOfTermsBeginningWith prefix: SearchTerm) {
    self.init(prefix: IndexKey(bytes: prefix.utf8))
  }
}

extension SearchIndexDefinition {
  /// The filter fields in the order in which postings hold them.
  package var orderedFilterFields: [FieldPath] { filterFields.sorted() }

  /// How the index's postings are laid out.
  package var postingLayout: SearchPostingLayout {
    SearchPostingLayout(filterCount: filterFields.count)
  }
}

/// The entries of a document in a full-text index, sorted; none if the search field holds no text.
///
/// - Parameters:
///   - index: The index.
///   - id: The document's id.
///   - object: The document, system fields included.
/// - Returns: One key per distinct term.
package func searchEntries(
  for index: SearchIndexDefinition,
  id: DocumentID,
  object: ConvexObject
) -> [IndexKey] {
  let document = ConvexValue.object(object)
  guard case .string(let text) = document[index.searchField] else { return [] }
  let (terms, length) = SearchTokenizer.frequencies(of: text)
  if terms.isEmpty { return [] }
  let layout = index.postingLayout
  let filters = index.orderedFilterFields.map { FilterDigest(document[$0]) }
  var posting = SearchPosting(
    id: id.internalID,
    creationTime: object["_creationTime"]?.float64 ?? 0,
    termFrequency: 0,
    length: LengthStep(containing: length)
  )
  return terms.map { term, frequency in
    posting.termFrequency = min(frequency, Int(UInt16.max))
    return layout.key(of: posting, term: term, filters: filters)
  }
  .sorted()
}

extension [UInt8] {
  mutating func append(bigEndian number: UInt64) {
    for shift in stride(from: 56 as UInt64, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  func bigEndian(at position: Int) -> UInt64 {
    var number: UInt64 = 0
    for offset in 0..<8 { number = number << 8 | UInt64(self[position + offset]) }
    return number
  }
}
