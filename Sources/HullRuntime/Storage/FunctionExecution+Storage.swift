// What functions do with stored files.

import Hull
import HullDatabase
import HullPersistence
import HullValues

extension FunctionExecution {
  func uploadURL() async throws -> String {
    if transaction?.mode == .readOnly {
      throw DatabaseError(code: "ReadOnlyTransaction", message: "A query cannot upload.")
    }
    let origin = try await origin()
    return origin + Backend.uploadPath + "?token=" + tree.runner.uploadTokens.issue(at: now())
  }

  func fileURL(_ id: String) async throws -> String? {
    let file = try FileReference(id)
    guard let key = try await reading({ try await $0.key(of: file) }) else { return nil }
    return try await origin() + Backend.filesPath + key.description
  }

  func fileMetadata(_ id: String) async throws -> FileMetadata? {
    let file = try FileReference(id)
    return try await reading { try await $0.storedFile(file) }.map { record in
      FileMetadata(
        contentType: record.contentType,
        sha256: record.summary.sha256.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(),
        size: record.summary.size,
        storageId: record.key.description
      )
    }
  }

  func deleteFile(_ id: String) async throws {
    let file = try FileReference(id)
    let wasThere = try await writing("_system/storage:delete") { transaction in
      guard let id = try await transaction.id(of: file) else { return false }
      return try await transaction.removeFile(id)
    }
    if wasThere { return }
    throw DatabaseError(code: "StorageIdNotFound", message: "storage id \(id) not found")
  }

  func storeFile(
    _ body: HTTPBody,
    contentType: String?,
    sha256: String?
  ) async throws -> DocumentID {
    guard transaction == nil || tree.isInline else { throw Self.bytesNeedAction("store") }
    var upload = FileUpload(contentType: contentType)
    if let contentType, !FileUpload.isMediaType(contentType) {
      throw Self.invalid("contentType", "'\(contentType)' is no media type such as image/png")
    }
    if let sha256 {
      guard let digest = FileUpload.digest(base64: sha256) else {
        throw Self.invalid("sha256", "'\(sha256)' is no SHA-256 in base64")
      }
      upload.sha256 = digest
    }
    // The bytes a test stores in a transaction that fails stay, as long as its backend does.
    // Other operations are not kept waiting while the body arrives: it may come from one of them.
    return try await operation {
      try await tree.runner.storage.store(upload, body) { record in
        try await writing("_system/storage:store") { try await $0.insertFile(record) }
      }
    }
  }

  func openFile(_ id: String) async throws -> StoredBlob? {
    guard transaction == nil || tree.isInline else { throw Self.bytesNeedAction("get") }
    let file = try FileReference(id)
    guard let record = try await reading({ try await $0.storedFile(file) }) else { return nil }
    return try await operation { try await tree.runner.storage.open(record) }
  }

  /// Where clients reach the server.
  private func origin() async throws -> String {
    try await environmentVariable("CONVEX_CLOUD_URL") ?? tree.runner.cloudOrigin
  }

  /// Reads in the function's transaction, or an action's newest snapshot.
  private func reading<Value: Sendable>(
    _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    guard let operations else { return try await transaction(body) }
    return try await operations.run {
      try await operation { try await body(tree.runner.database.begin()) }
    }
  }

  /// Writes in the function's transaction, or in one of its own for an action.
  private func writing<Value: Sendable>(
    _ source: String,
    _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    guard let operations else { return try await transaction(body) }
    return try await operations.run {
      try await operation {
        try await tree.runner.database.withTransaction(source: source, body).value
      }
    }
  }

  private static func bytesNeedAction(_ method: String) -> HullError {
    HullError(
      code: .invalidArgument,
      message: "storage.\(method) is only available in actions."
    )
  }

  private static func invalid(_ argument: String, _ reason: String) -> HullError {
    HullError(
      code: .invalidArgument,
      message: "Invalid argument `\(argument)` for `storage.store`: \(reason)"
    )
  }
}
