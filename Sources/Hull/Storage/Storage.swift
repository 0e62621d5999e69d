// `ctx.storage`: what each kind of function may do with stored files.

/// The files of a query.
public struct StorageReader: StorageReading {
  /// The connection to what runs the function.
  public let host: HostHandle
}

/// The files of a mutation.
public struct StorageWriter: StorageWriting {
  /// The connection to what runs the function.
  public let host: HostHandle
}

/// The files of an action or HTTP action.
public struct StorageActionWriter: StorageWriting {
  /// The connection to what runs the function.
  public let host: HostHandle
}

extension QueryContext {
  /// Stored files.
  public var storage: StorageReader { StorageReader(host: host) }
}

extension MutationContext {
  /// Stored files.
  public var storage: StorageWriter { StorageWriter(host: host) }
}

extension ActingContext {
  /// Stored files; what is done with them here is no part of any transaction.
  public var storage: StorageActionWriter { StorageActionWriter(host: host) }
}

// MARK: - Reading

/// What every function may do with stored files.
public protocol StorageReading: Sendable {
  /// The connection to what runs the function.
  var host: HostHandle { get }
}

extension StorageReading {
  /// The URL of a file, under which anybody can read it.
  ///
  /// A query that asks for it is run again when the file is deleted.
  ///
  /// - Parameter id: The file.
  /// - Returns: The URL; nil if the file does not exist.
  /// - Throws: The engine's `InvalidArgument` for the id of something else, and `InvalidStorageId` for
  ///   a text that is no id.
  public func getUrl(_ id: some StoredFileIdentifier) async throws -> String? {
    try await host.host.fileURL(try id.storageID())
  }

  /// What is known of a file: prefer `ctx.db.system.get(id)`, whose digest is in base64.
  ///
  /// - Parameter id: The file.
  /// - Returns: Its length, type and digest; nil if the file does not exist.
  /// - Throws: The engine's `InvalidArgument` for the id of something else, and `InvalidStorageId` for
  ///   a text that is no id.
  public func getMetadata(_ id: some StoredFileIdentifier) async throws -> FileMetadata? {
    try await host.host.fileMetadata(try id.storageID())
  }
}

// MARK: - Writing

/// What mutations and actions may do with stored files.
public protocol StorageWriting: StorageReading {}

extension StorageWriting {
  /// A URL to which a client may send files by POST for an hour.
  ///
  /// Every request stores a file of its own and is answered with JSON: `{"storageId": "…"}`. The client
  /// then calls a mutation with that id, which keeps it in a document.
  ///
  /// - Returns: The URL, which is a secret: it is all it takes to upload.
  /// - Throws: What reading an environment variable throws.
  public func generateUploadUrl() async throws -> String {
    try await host.host.uploadURL()
  }

  /// Deletes a file.
  ///
  /// In a mutation that is part of the transaction: if the mutation fails, the file stays.
  ///
  /// - Parameter id: The file.
  /// - Throws: The engine's `StorageIdNotFound` if there is no such file, `InvalidArgument` for the id
  ///   of something else, and `InvalidStorageId` for a text that is no id.
  public func delete(_ id: some StoredFileIdentifier) async throws {
    try await host.host.deleteFile(try id.storageID())
  }
}

// MARK: - Bytes

extension StorageActionWriter {
  /// Stores bytes as a new file.
  ///
  /// - Parameters:
  ///   - bytes: The contents.
  ///   - contentType: The media type to serve them with, such as `image/png`.
  ///   - sha256: What the SHA-256 of the bytes must be, in base64.
  /// - Returns: The file's id, to be kept in a document by a mutation.
  /// - Throws: ``HullError`` `.invalidArgument` for a media type or digest that is none, and the
  ///   engine's `Sha256Mismatch` for other bytes than expected.
  public func store(
    _ bytes: [UInt8],
    contentType: String? = nil,
    sha256: String? = nil
  ) async throws -> ID<StoredFile> {
    try await store(HTTPBody(bytes), contentType: contentType, sha256: sha256)
  }

  /// Stores a body as a new file, such as that of a request or a response, without holding it in memory.
  ///
  /// - Parameters:
  ///   - body: The contents.
  ///   - contentType: The media type to serve them with, such as `image/png`.
  ///   - sha256: What the SHA-256 of the bytes must be, in base64.
  /// - Returns: The file's id, to be kept in a document by a mutation.
  /// - Throws: ``HullError`` `.invalidArgument` for a media type or digest that is none, the engine's
  ///   `Sha256Mismatch` for other bytes than expected, and what reading the body throws.
  public func store(
    _ body: HTTPBody,
    contentType: String? = nil,
    sha256: String? = nil
  ) async throws -> ID<StoredFile> {
    ID(unchecked: try await host.host.storeFile(body, contentType: contentType, sha256: sha256))
  }

  /// The contents of a file.
  ///
  /// - Parameter id: The file.
  /// - Returns: Its contents, which can be read to the end even if the file is deleted meanwhile; nil
  ///   if it does not exist.
  /// - Throws: The engine's `InvalidArgument` for the id of something else, and `InvalidStorageId` for
  ///   a text that is no id.
  public func get(_ id: some StoredFileIdentifier) async throws -> StoredBlob? {
    try await host.host.openFile(try id.storageID())
  }
}
