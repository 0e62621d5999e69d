import Foundation
package import HullValues
import Synchronization

/// A store in one SQLite file.
///
/// Reads run on the caller's thread and do not suspend. Writes run on a thread of their own unless
/// the caller offers its own, one transaction per batch. The file may be read by other programs at any time; a second store on
/// it, in this process or another, is refused.
package final class SQLitePersistence: Persistence {
  /// The data file.
  package let path: String
  private let status = SQLiteStatus()
  private let readers: SQLiteReaderPool
  private let checkpointer: SQLiteCheckpointer
  private let writer: SQLiteWriter
  /// Held until the store is closed; a read that is under way then may outlast it.
  private let lock: FileLock

  /// Opens a store, creating the file and its directory if need be.
  ///
  /// - Parameters:
  ///   - path: The data file. Beside it are its `.lock`, `-wal` and `-shm`.
  ///   - options: How to use it.
  /// - Returns: The open store.
  /// - Throws: ``PersistenceError`` with the codes `notWritable`, `inUse`, `notADatabase`,
  ///   `newerFormat`, `migrationFailed`, or what the disk reports.
  package static func open(
    path: String,
    options: SQLiteOptions = SQLiteOptions()
  ) async throws -> SQLitePersistence {
    let store = try SQLitePersistence(path: path, options: options)
    do {
      // The writer first: it recovers the log, which readers could not do side by side.
      try await store.writer.open()
      try await store.checkpointer.open()
    } catch {
      await store.close()
      throw error
    }
    return store
  }

  private init(path: String, options: SQLiteOptions) throws(PersistenceError) {
    try Self.createDirectory(of: path)
    self.path = path
    lock = try FileLock(dataPath: path)
    readers = SQLiteReaderPool(path: path, options: options, status: status)
    checkpointer = SQLiteCheckpointer(
      path: path,
      options: options,
      status: status,
      readers: readers
    )
    writer = SQLiteWriter(
      path: path,
      options: options,
      status: status,
      readers: readers,
      checkpointer: checkpointer
    )
  }

  private static func createDirectory(of path: String) throws(PersistenceError) {
    let directory = URL(filePath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw PersistenceError(
        code: .notWritable,
        message: """
          Cannot create the directory \(directory.path): \(error.localizedDescription) \
          Choose a data directory this user may write to.
          """,
        path: path
      )
    }
  }

  package var lastTimestamp: Timestamp { status.lastTimestamp }

  package func document(
    _ id: DocumentID,
    atLeast: Timestamp
  ) async throws -> (document: StoredDocument?, readAt: Timestamp) {
    try readers.read(atLeast: atLeast) { reader, readAt throws(PersistenceError) in
      (document: try reader.document(id), readAt: readAt)
    }
  }

  package func scan(_ request: ScanRequest, atLeast: Timestamp) async throws -> ScanPage {
    try readers.read(atLeast: atLeast) { reader, readAt throws(PersistenceError) in
      try reader.scan(request, readAt: readAt)
    }
  }

  package func documents(
    _ request: ScanRequest,
    of table: TableNumber,
    atLeast: Timestamp
  ) async throws -> DocumentPage {
    try readers.read(atLeast: atLeast) { reader, readAt throws(PersistenceError) in
      try reader.documents(request, of: table, readAt: readAt)
    }
  }

  package func append(_ batch: [CommitRecord]) async throws {
    try await writer.append(batch)
  }

  package func appendOnThisThread(_ batch: [CommitRecord]) throws -> Bool {
    try writer.appendOnThisThread(batch)
  }

  package func settle() async throws -> Bool {
    try await writer.settle()
  }

  package func changes(
    after: Timestamp,
    upTo: Timestamp?,
    limit: Int
  ) async throws -> [Change] {
    try readers.read(atLeast: upTo ?? lastTimestamp) { reader, _ throws(PersistenceError) in
      try reader.changes(after: after, upTo: upTo, limit: limit)
    }
  }

  package func prune(changesBefore: Timestamp) async throws {
    while try await writer.prune(changesBefore: changesBefore, limit: 4096) {}
    // No commit tells readers to move on.
    readers.releaseSnapshots()
  }

  package func metadata(_ key: String) async throws -> [UInt8]? {
    try readers.read(atLeast: lastTimestamp) { reader, _ throws(PersistenceError) in
      try reader.metadata(key)
    }
  }

  package func metadata(prefix: String) async throws -> [String: [UInt8]] {
    try readers.read(atLeast: lastTimestamp) { reader, _ throws(PersistenceError) in
      try reader.metadata(prefix: prefix)
    }
  }

  package func removeEntries(of index: IndexID, limit: Int) async throws -> Bool {
    let mayBeLeft = try await writer.removeEntries(of: index, limit: limit)
    // No commit tells readers to move on.
    readers.releaseSnapshots()
    return mayBeLeft
  }

  package func updateViews(_ views: [SQLView]) async throws {
    try await writer.updateViews(views)
  }

  package func statistics() async -> PersistenceStatistics {
    var statistics = PersistenceStatistics()
    statistics.batches = status.batches.load(ordering: .relaxed)
    statistics.commits = status.commits.load(ordering: .relaxed)
    statistics.readerConnections = status.readerConnections.load(ordering: .relaxed)
    statistics.snapshotRenewals = status.snapshotRenewals.load(ordering: .relaxed)
    statistics.checkpoints = status.checkpoints.load(ordering: .relaxed)
    statistics.logRestarts = status.logRestarts.load(ordering: .relaxed)
    statistics.fileSizeBytes = Self.size(of: path)
    statistics.logSizeBytes = Self.size(of: path + "-wal")
    return statistics
  }

  private static func size(of path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }

  package func releaseMemory() async {
    await writer.releaseMemory()
    await checkpointer.releaseMemory()
    readers.closeIdle()
  }

  package func close() async {
    readers.close()
    await checkpointer.close()
    await writer.close()
    lock.release()
  }
}
