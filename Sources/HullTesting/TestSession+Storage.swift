// Stored files in a test: the URLs of the server, answered in the process.

public import Hull
import HullPersistence
import HullRuntime

extension TestSession {
  /// The origin of URLs of stored files, unless `CONVEX_CLOUD_URL` says another.
  static let cloudOrigin = "https://some.convex.cloud"

  /// Path and query of a URL of stored files of this backend; nil for anything else.
  func storageTarget(of url: String) -> String? {
    let origin = backend.configuration.environment["CONVEX_CLOUD_URL"] ?? Self.cloudOrigin
    guard url.hasPrefix(origin + Backend.filesPath) else { return nil }
    return String(url.dropFirst(origin.count))
  }

  /// Answers as the server does.
  func storageResponse(
    _ target: String,
    _ method: HTTPRequest.Method,
    _ headers: HTTPFields,
    _ body: HTTPBody
  ) async -> HTTPResponse {
    let request = HTTPRequest(method, target, headers: headers, body: body)
    do throws(BackendError) {
      switch (request.path, method) {
      case (Backend.uploadPath, .post): return try await upload(request)
      case (Backend.uploadPath, _): return HTTPResponse(status: 405, headers: ["allow": "POST"])
      case (_, .get), (_, .head):
        return try await download(request).without(bodyIf: method == .head)
      default: return HTTPResponse(status: 405, headers: ["allow": "GET,HEAD"])
      }
    } catch {
      return error.httpResponse.without(bodyIf: method == .head)
    }
  }

  private func upload(_ request: HTTPRequest) async throws(BackendError) -> HTTPResponse {
    let upload = try backend.admitUpload(
      token: request.query("token"),
      contentType: request.headers["content-type"],
      digest: request.headers["digest"]
    )
    let id = try await backend.store(upload, request.body)
    return .json(["storageId": .string(id.string)])
  }

  private func download(_ request: HTTPRequest) async throws(BackendError) -> HTTPResponse {
    let answer = try await backend.file(
      named: String(request.path.dropFirst(Backend.filesPath.count)),
      range: request.headers["range"],
      ifRange: request.headers["if-range"]
    )
    var response = HTTPResponse(status: answer.status, headers: answer.headers)
    response.body = try await backend.body(of: answer)
    return response
  }
}

extension StorageWriter {
  /// Stores bytes as a new file, in `run`: part of its transaction, and gone if that fails.
  ///
  /// Functions do this in actions.
  ///
  /// - Parameters:
  ///   - bytes: The contents.
  ///   - contentType: The media type to serve them with.
  ///   - sha256: What the SHA-256 of the bytes must be, in base64.
  /// - Returns: The file's id.
  /// - Throws: ``FunctionError`` in a mutation that is no closure of a test, and what
  ///   `ctx.storage.store` throws in an action.
  public func store(
    _ bytes: [UInt8],
    contentType: String? = nil,
    sha256: String? = nil
  ) async throws -> ID<StoredFile> {
    ID(
      unchecked: try await host.host.storeFile(
        HTTPBody(bytes),
        contentType: contentType,
        sha256: sha256
      )
    )
  }

  /// The contents of a file, in `run`.
  ///
  /// - Parameter id: The file.
  /// - Returns: Its contents; nil if it does not exist.
  /// - Throws: ``FunctionError`` in a mutation that is no closure of a test, and what
  ///   `ctx.storage.get` throws in an action.
  public func get(_ id: some StoredFileIdentifier) async throws -> StoredBlob? {
    try await host.host.openFile(try id.storageID())
  }
}
