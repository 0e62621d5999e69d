/// A stored file, as the system table `_storage` has it.
///
/// ```swift
/// let file = try await ctx.db.system.get(id)  // Document<StoredFile>?
/// ```
@ConvexObject
public struct StoredFile: Hashable {
  /// The media type it was stored with, such as `image/png`; null if it was stored without one.
  public var contentType: Nullable<String>
  /// The SHA-256 of its bytes, in base64.
  public var sha256: String
  /// Its length in bytes.
  public var size: Double
}

extension StoredFile: Table {
  /// `_storage`.
  public static let tableName = "_storage"

  /// None but those every table has.
  public static var indexes: [any TableIndexProtocol] { [] }
}

/// What ``StorageReading/getMetadata(_:)`` tells of a file.
@ConvexObject
public struct FileMetadata: Hashable {
  /// The media type it was stored with; null if it was stored without one.
  public var contentType: Nullable<String>
  /// The SHA-256 of its bytes, in hexadecimal.
  public var sha256: String
  /// Its length in bytes.
  public var size: Double
  /// The UUID in its URL.
  ///
  /// Whoever knows it can read the file, unlike the id.
  public var storageId: String

  package init(contentType: String?, sha256: String, size: Int, storageId: String) {
    self.contentType = Nullable(contentType)
    self.sha256 = sha256
    self.size = Double(size)
    self.storageId = storageId
  }
}

/// The contents of a stored file.
public struct StoredBlob: Sendable {
  /// The media type it was stored with; nil if it was stored without one.
  public let contentType: String?
  /// The SHA-256 of its bytes, in base64.
  public let sha256: String
  /// Its length in bytes.
  public let size: Int
  /// The bytes, read as they are asked for; they can be read any number of times.
  public let body: HTTPBody

  package init(contentType: String?, sha256: String, size: Int, body: HTTPBody) {
    self.contentType = contentType
    self.sha256 = sha256
    self.size = size
    self.body = body
  }

  /// Reads the whole file.
  ///
  /// - Parameter limit: The most bytes to accept: 20 MiB unless told otherwise.
  /// - Returns: The bytes.
  /// - Throws: ``HTTPBodyError/tooLong(limit:)``, or what reading throws.
  public func bytes(upTo limit: Int = 20 << 20) async throws -> [UInt8] {
    try await body.collect(upTo: limit)
  }
}
