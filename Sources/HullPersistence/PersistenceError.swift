/// Why the store could not do what it was asked.
package struct PersistenceError: Error, Hashable, Sendable {
  /// The kinds of failure; an open set.
  package struct Code: RawRepresentable, Hashable, Sendable {
    package var rawValue: String

    package init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// The directory or file cannot be created, read or written.
    package static let notWritable = Code(rawValue: "NotWritable")
    /// The file is no SQLite database, or one that another program made.
    package static let notADatabase = Code(rawValue: "NotADatabase")
    /// The file was written by a newer Hull.
    package static let newerFormat = Code(rawValue: "NewerFormat")
    /// The file was written by an older Hull and could not be brought up to date.
    package static let migrationFailed = Code(rawValue: "MigrationFailed")
    /// Another process has the file open.
    package static let inUse = Code(rawValue: "InUse")
    /// The disk, or the share of it the process may use, is full.
    package static let diskFull = Code(rawValue: "DiskFull")
    /// A file was deleted, replaced or cut off while the store was using it.
    package static let filesChanged = Code(rawValue: "FilesChanged")
    /// The disk failed.
    package static let inputOutput = Code(rawValue: "InputOutput")
    /// The file contradicts itself.
    package static let corrupt = Code(rawValue: "Corrupt")
    /// A lock was not to be had in time.
    package static let busy = Code(rawValue: "Busy")
    /// A commit contradicts what is stored, so the caller's view of the store is wrong.
    package static let inconsistentWrite = Code(rawValue: "InconsistentWrite")
    /// A commit failed so late that it may or may not be on disk; writes stop until that is settled.
    package static let outcomeUnknown = Code(rawValue: "OutcomeUnknown")
    /// The store has been closed.
    package static let closed = Code(rawValue: "Closed")
    /// Anything else SQLite reports.
    package static let unexpected = Code(rawValue: "Unexpected")
  }

  /// The kind of failure.
  package var code: Code
  /// What happened and what to do about it; no document's contents.
  package var message: String
  /// The file concerned.
  package var path: String?
  /// SQLite's extended result code, if SQLite reported the failure.
  package var resultCode: Int32?

  package init(code: Code, message: String, path: String? = nil, resultCode: Int32? = nil) {
    self.code = code
    self.message = message
    self.path = path
    self.resultCode = resultCode
  }
}

extension PersistenceError: CustomStringConvertible {
  package var description: String { message }
}

extension PersistenceError {
  static func closed(path: String?) -> PersistenceError {
    PersistenceError(code: .closed, message: "The store has been closed.", path: path)
  }
}
