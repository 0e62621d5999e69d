package import HullValues

/// The contract with the disk: the current documents and index entries, a log of what they were
/// before, and named metadata.
///
/// The store keeps only the newest state. Every read runs on a snapshot at least as new as the
/// caller asks for and says which one it got; a caller that wants an older one undoes the commits
/// in between. Nothing here knows what an index means: the database layer encodes keys, decides
/// which entries a document has, and keeps its catalog in the metadata.
///
/// A batch becomes visible to reads when it is durable, which can be before ``append(_:)`` has
/// returned to its caller. So a read's `readAt` may be newer than anything acknowledged.
package protocol Persistence: Sendable {
  /// Whether all of it is in memory, so that to keep rows in memory beside it saves nothing.
  var isInMemory: Bool { get }

  /// The timestamp of the newest commit; zero in an empty store.
  var lastTimestamp: Timestamp { get }

  /// Reads one document.
  ///
  /// - Parameters:
  ///   - id: The document.
  ///   - atLeast: The oldest acceptable snapshot. If nothing that new was ever committed, the
  ///     newest state is read.
  /// - Returns: The document or nil, and the timestamp of the snapshot it was read in.
  /// - Throws: ``PersistenceError``.
  func document(
    _ id: DocumentID,
    atLeast: Timestamp
  ) async throws -> (document: StoredDocument?, readAt: Timestamp)

  /// Reads a stretch of an index.
  ///
  /// - Parameters:
  ///   - request: What to read.
  ///   - atLeast: The oldest acceptable snapshot, as for ``document(_:atLeast:)``.
  /// - Returns: The rows, whether there may be more, and the timestamp of the snapshot.
  /// - Throws: ``PersistenceError``.
  func scan(_ request: ScanRequest, atLeast: Timestamp) async throws -> ScanPage

  /// Reads the documents of a stretch of an index, like ``scan(_:atLeast:)`` without the keys.
  ///
  /// - Parameters:
  ///   - request: What to read, with documents.
  ///   - table: The table the index belongs to.
  ///   - atLeast: The oldest acceptable snapshot, as for ``document(_:atLeast:)``.
  /// - Returns: The documents, whether there may be more, and the timestamp of the snapshot.
  /// - Throws: ``PersistenceError``.
  func documents(
    _ request: ScanRequest,
    of table: TableNumber,
    atLeast: Timestamp
  ) async throws -> DocumentPage

  /// Writes commits: all of them or none, and durably, as far as the store was opened to be.
  ///
  /// - Parameter batch: The commits, with increasing timestamps that are later than every earlier
  ///   one. A later commit of the batch may build on an earlier one.
  /// - Throws: ``PersistenceError``. Nothing has been written, unless the code is
  ///   ``PersistenceError/Code/outcomeUnknown``: then the store refuses writes until ``settle()``
  ///   has succeeded or it is reopened.
  func append(_ batch: [CommitRecord]) async throws

  /// Writes commits as ``append(_:)`` does, on the calling thread, which waits for the disk.
  ///
  /// For a caller that nothing else waits for: handing the batch to another thread and back can take
  /// as long as writing it.
  ///
  /// - Returns: False if the store would do it on another thread or is busy: nothing was done.
  /// - Throws: As ``append(_:)``.
  func appendOnThisThread(_ batch: [CommitRecord]) throws -> Bool

  /// Finds out, or decides, whether a batch was written whose outcome is unknown, and takes writes
  /// again.
  ///
  /// - Returns: Whether the batch is there, durably. If not, it never will be. False, too, when no
  ///   outcome is unknown.
  /// - Throws: ``PersistenceError`` if that could not be done; a later attempt may succeed.
  func settle() async throws -> Bool

  /// Reads the log of changes in commit order.
  ///
  /// - Parameters:
  ///   - after: Where to begin; changes at this timestamp are left out.
  ///   - upTo: Where to end, inclusive; nil: at the newest.
  ///   - limit: About how many changes to return. A commit is never cut in two, so its last commit
  ///     may exceed it; fewer than `limit` means there are no more.
  /// - Returns: The changes.
  /// - Throws: ``PersistenceError``.
  func changes(after: Timestamp, upTo: Timestamp?, limit: Int) async throws -> [Change]

  /// Forgets the changes before a timestamp.
  func prune(changesBefore: Timestamp) async throws

  /// The metadata value of a key, from the newest commit.
  func metadata(_ key: String) async throws -> [UInt8]?

  /// The metadata of every key with this prefix, from the newest commit.
  func metadata(prefix: String) async throws -> [String: [UInt8]]

  /// Removes entries of an index that is no longer used.
  ///
  /// - Parameters:
  ///   - index: The index; no reader may use it any more.
  ///   - limit: The most entries to remove, so that commits need not wait long.
  /// - Returns: Whether entries may be left.
  /// - Throws: ``PersistenceError``.
  func removeEntries(of index: IndexID, limit: Int) async throws -> Bool

  /// Makes the SQL views exactly these. A store without SQL does nothing.
  func updateViews(_ views: [SQLView]) async throws

  /// Counters and sizes.
  func statistics() async -> PersistenceStatistics

  /// Lets go of memory that only makes the next reads and commits faster.
  func releaseMemory() async

  /// Finishes what was begun and lets go of the file. Later calls fail with
  /// ``PersistenceError/Code/closed``.
  func close() async
}

extension Persistence {
  /// False: most stores read from a disk.
  package var isInMemory: Bool { false }

  /// Does nothing.
  package func appendOnThisThread(_ batch: [CommitRecord]) throws -> Bool { false }

  /// Leaves it to reopening, for stores that cannot tell.
  package func settle() async throws -> Bool {
    throw PersistenceError(
      code: .outcomeUnknown,
      message: "It is unknown whether a commit was written: restart Hull."
    )
  }

  /// Does nothing: there is nothing but the data.
  package func releaseMemory() async {}

  /// Reads the rows and drops their keys.
  package func documents(
    _ request: ScanRequest,
    of table: TableNumber,
    atLeast: Timestamp
  ) async throws -> DocumentPage {
    DocumentPage(try await scan(request, atLeast: atLeast))
  }
}
