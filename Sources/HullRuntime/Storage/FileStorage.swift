// Keeps rows and bytes of stored files together.

import Hull
import HullDatabase
import HullPersistence
import HullValues
import Logging

/// The stored files of a backend.
///
/// The bytes are in the store before the row that names them is committed, and are removed after the
/// commit that removes the row. So a row without bytes never exists; bytes without a row are what a
/// crash in between leaves, and ``sweep()`` removes them before anything else happens.
final class FileStorage: Sendable {
  private let files: any FileStore
  private let database: Database
  private let random: any RandomSource
  private let logger: Logger
  private let removals: FileRemovals
  /// The longest file there may be, in bytes, whoever stores it.
  private let maximumBytes: Int

  init(database: Database, configuration: BackendConfiguration) {
    files = configuration.files
    maximumBytes = configuration.maximumUploadBytes
    self.database = database
    random = configuration.random
    logger = configuration.logger
    removals = FileRemovals(files: configuration.files, logger: configuration.logger)
    _ = database.observeCommits { [removals] commits in
      for commit in commits { removals.add(commit.removedFiles) }
    }
  }

  /// Removes the bytes that no row names, left by a crash.
  ///
  /// For the start: no file may be on its way in.
  ///
  /// - Throws: What reading the database or the store throws.
  func sweep() async throws {
    var orphans = try await files.keys()
    var missing: [FileKey] = []
    try await database.forEachFileKey { key in
      if orphans.remove(key) == nil { missing.append(key) }
    }
    if let first = missing.first {
      // Only something other than this program can have done it.
      logger.error(
        "\(missing.count) stored files are missing, \(first) among them: restore them from a backup."
      )
    }
    for key in orphans {
      do {
        try await files.remove(key)
      } catch {
        logger.error("A file that was never stored is still there. \(error)")
      }
    }
  }

  /// Waits for what goes on in the background.
  func finish() async { await removals.finish() }

  // MARK: Storing

  /// Takes the bytes of a file and then has its row committed.
  ///
  /// - Parameters:
  ///   - upload: What to keep of it, and what it must be.
  ///   - body: The bytes.
  ///   - commit: Writes the row, durably or as part of a transaction.
  /// - Returns: The file's id.
  /// - Throws: ``DatabaseError`` `Sha256Mismatch` and `FileTooLarge`, and of kind `system` when the
  ///   store fails; what reading the body throws; what `commit` throws. Nothing is left of the file
  ///   then.
  func store(
    _ upload: FileUpload,
    _ body: HTTPBody,
    commit: (StoredFileRecord) async throws -> DocumentID
  ) async throws -> DocumentID {
    let key = FileKey(from: random)
    let summary = try await write(upload, body, as: key)
    do {
      return try await commit(
        StoredFileRecord(key: key, summary: summary, contentType: upload.contentType)
      )
    } catch {
      // If the row may have been written, the next start knows.
      if (error as? DatabaseError)?.code != "CommitOutcomeUnknown" { removals.add([key]) }
      throw error
    }
  }

  private func write(
    _ upload: FileUpload,
    _ body: HTTPBody,
    as key: FileKey
  ) async throws -> FileSummary {
    let writer = try await reporting { try await files.begin() }
    do {
      var room = maximumBytes
      for try await chunk in body where !chunk.isEmpty {
        guard chunk.count <= room else {
          throw DatabaseError(
            code: "FileTooLarge",
            message: "Files may have at most \(maximumBytes) bytes here."
          )
        }
        room -= chunk.count
        try await reporting { try await writer.write(chunk) }
      }
      let summary = await writer.summary()
      if let expected = upload.sha256, expected != summary.sha256 {
        throw DatabaseError(
          code: "Sha256Mismatch",
          message: "Sha256 mismatch. Expected: \(Base64.encode(expected)) "
            + "Actual: \(Base64.encode(summary.sha256))"
        )
      }
      try await reporting { try await writer.publish(as: key) }
      return summary
    } catch {
      await writer.discard()
      throw error
    }
  }

  /// Turns failures of the store into faults of the server, whose cause is for the log only.
  private func reporting<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch let error as PersistenceError {
      logger.error("The file store failed. \(error)")
      throw DatabaseError(code: "FileStoreFailed", message: error.message, kind: .system)
    }
  }

  // MARK: Reading

  /// Where the bytes of a file are.
  func contents(of file: StoredFileRecord) -> FileContents? { files.contents(of: file.key) }

  /// Opens a file.
  ///
  /// - Returns: Its contents; nil if it has been removed meanwhile.
  /// - Throws: ``DatabaseError`` of kind `system` when the store fails.
  func open(_ file: StoredFileRecord) async throws -> StoredBlob? {
    guard let reader = try await reporting({ try await files.open(file.key) }) else { return nil }
    return StoredBlob(
      contentType: file.contentType,
      sha256: Base64.encode(file.summary.sha256),
      size: file.summary.size,
      body: HTTPBody(
        FileChunks(reader: reader, range: 0..<file.summary.size),
        length: file.summary.size
      )
    )
  }

  /// Opens part of a file.
  ///
  /// - Returns: The bytes; nil if the file has been removed meanwhile.
  /// - Throws: ``DatabaseError`` of kind `system` when the store fails.
  func open(_ key: FileKey, _ range: Range<Int>) async throws -> HTTPBody? {
    guard let reader = try await reporting({ try await files.open(key) }) else { return nil }
    return HTTPBody(FileChunks(reader: reader, range: range), length: range.count)
  }
}

/// Bytes of a file, piece by piece.
private struct FileChunks: AsyncSequence, Sendable {
  let reader: any FileReader
  let range: Range<Int>

  private static let pieceLength = 256 * 1024

  func makeAsyncIterator() -> Iterator { Iterator(reader: reader, rest: range) }

  struct Iterator: AsyncIteratorProtocol {
    let reader: any FileReader
    var rest: Range<Int>

    mutating func next() async throws -> [UInt8]? {
      if rest.isEmpty { return nil }
      let count = Swift.min(rest.count, FileChunks.pieceLength)
      let piece = try await reader.read(from: rest.lowerBound, count: count)
      // Files never change, so one that is shorter than its row says has been damaged.
      guard piece.count == count else {
        throw HTTPBodyError.wrongLength(announced: rest.upperBound)
      }
      rest = rest.dropFirst(count)
      return piece
    }
  }
}
