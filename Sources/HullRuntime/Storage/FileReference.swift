// What functions name files by.

import HullDatabase
import HullPersistence
import HullValues

/// A file as a function names it: by its id or, as old applications do, by its key.
enum FileReference: Sendable, Hashable {
  case id(DocumentID)
  case key(FileKey)

  /// Reads a text.
  ///
  /// - Throws: ``DatabaseError`` `InvalidStorageId` for a text that is neither, and `InvalidArgument`
  ///   for the id of something else.
  init(_ text: String) throws {
    guard let id = try? DocumentID(parsing: text) else {
      guard let key = FileKey(text) else {
        throw DatabaseError(
          code: "InvalidStorageId",
          message: "Invalid storage ID: \"\(text)\". "
            + "Storage ID should be an Id of '_storage' table, or a UUID string."
        )
      }
      self = .key(key)
      return
    }
    guard id.isStoredFile else {
      throw DatabaseError(
        code: "InvalidArgument",
        message: "Invalid storage ID. "
          + "Storage ID cannot be an ID on any table other than '_storage'."
      )
    }
    self = .id(id)
  }
}

extension Transaction {
  /// The id of a file; nil if it is named by a key that no file has.
  func id(of file: FileReference) async throws -> DocumentID? {
    switch file {
    case .id(let id): id
    case .key(let key): try await fileID(of: key)
    }
  }

  /// The key of a file; nil if there is no such file.
  func key(of file: FileReference) async throws -> FileKey? {
    switch file {
    case .id(let id): try await fileKey(of: id)
    case .key(let key): try await fileID(of: key).map { _ in key }
    }
  }

  /// What is known of a file; nil if there is no such file.
  func storedFile(_ file: FileReference) async throws -> StoredFileRecord? {
    guard let id = try await id(of: file) else { return nil }
    return try await storedFile(id)
  }
}
