import HullValues

@testable import Hull

/// Stored files as a host without any sees them.
extension FakeHost {
  func uploadURL() async throws -> String { "https://example.org/upload" }

  func fileURL(_ id: String) async throws -> String? { "https://example.org/files/\(id)" }

  func fileMetadata(_ id: String) async throws -> FileMetadata? { nil }

  func deleteFile(_ id: String) async throws {
    throw HullError(code: .invalidArgument, message: "storage id \(id) not found")
  }

  func storeFile(
    _ body: HTTPBody,
    contentType: String?,
    sha256: String?
  ) async throws -> DocumentID {
    throw HullError(code: .invalidArgument, message: "no file is stored here")
  }

  func openFile(_ id: String) async throws -> StoredBlob? { nil }
}
