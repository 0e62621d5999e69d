/// Where the bytes of stored files are: beside the database, because they are too long for it.
///
/// What a file is called and whether it exists for anybody is told by rows of the database. The store
/// only keeps bytes by key: a file appears whole or not at all, and never changes.
package protocol FileStore: Sendable {
  /// Begins a file that has no key yet and that nobody sees.
  ///
  /// - Returns: What takes its bytes; a file that is let go of before it has a key is gone.
  /// - Throws: ``PersistenceError``.
  func begin() async throws -> any FileWriter

  /// Where the bytes of a file are; whether there is such a file may only show when it is opened.
  func contents(of key: FileKey) -> FileContents?

  /// Opens a file for reading.
  ///
  /// - Returns: The file, which can be read to its end even if it is removed meanwhile; nil if there is
  ///   none.
  /// - Throws: ``PersistenceError``.
  func open(_ key: FileKey) async throws -> (any FileReader)?

  /// Removes a file; there need be none.
  ///
  /// - Throws: ``PersistenceError``.
  func remove(_ key: FileKey) async throws

  /// The keys of all files.
  ///
  /// - Throws: ``PersistenceError``.
  func keys() async throws -> Set<FileKey>
}

/// Takes the bytes of one new file, in order; used by one task at a time.
package protocol FileWriter: Sendable {
  /// Adds bytes at the end.
  ///
  /// - Throws: ``PersistenceError``; the file is of no use then.
  func write(_ bytes: [UInt8]) async throws

  /// What has been written so far.
  func summary() async -> FileSummary

  /// Makes the file appear under a key that no file has, as durably as the store promises.
  ///
  /// - Throws: ``PersistenceError``; there is no such file then.
  func publish(as key: FileKey) async throws

  /// Gives the file up.
  func discard() async
}

/// Reads one file.
package protocol FileReader: Sendable {
  /// The length in bytes.
  var size: Int { get }

  /// Reads bytes.
  ///
  /// - Parameters:
  ///   - offset: Where to begin.
  ///   - count: The most bytes to read.
  /// - Returns: The bytes; fewer than `count` only at the end.
  /// - Throws: ``PersistenceError``.
  func read(from offset: Int, count: Int) async throws -> [UInt8]
}

/// Length and digest of a file.
package struct FileSummary: Sendable, Hashable {
  /// The length in bytes.
  package var size: Int
  /// The SHA-256 of the bytes.
  package var sha256: [UInt8]

  package init(size: Int, sha256: [UInt8]) {
    self.size = size
    self.sha256 = sha256
  }
}

/// Where the bytes of a file can be had.
package enum FileContents: Sendable, Hashable {
  /// In a file of the system.
  case file(path: String)
  /// In memory.
  case bytes([UInt8])
}
