/// What keeps the files of functions; files are named by the texts of their ids.
package protocol StorageHost {
  /// A URL to which files may be sent.
  ///
  /// - Throws: What reading an environment variable throws.
  func uploadURL() async throws -> String

  /// The URL of a file; nil if there is none.
  ///
  /// - Throws: What the engine throws for a text that is no id of a file.
  func fileURL(_ id: String) async throws -> String?

  /// What is known of a file; nil if there is none.
  ///
  /// - Throws: What the engine throws for a text that is no id of a file.
  func fileMetadata(_ id: String) async throws -> FileMetadata?

  /// Deletes a file.
  ///
  /// - Throws: What the engine throws if there is none.
  func deleteFile(_ id: String) async throws

  /// Stores a file.
  ///
  /// - Parameters:
  ///   - body: The contents.
  ///   - contentType: Their media type.
  ///   - sha256: What their digest must be, in base64.
  /// - Returns: The new file's id.
  /// - Throws: What is wrong with the arguments, or what reading the body throws.
  func storeFile(_ body: HTTPBody, contentType: String?, sha256: String?) async throws -> DocumentID

  /// The contents of a file; nil if there is none.
  ///
  /// - Throws: What the engine throws for a text that is no id of a file.
  func openFile(_ id: String) async throws -> StoredBlob?
}
