// Where clients upload and download files (spec/http-api.md 8).

import Hull
import HullPersistence
import HullRuntime
import Logging
import NIOCore
import NIOHTTP1

extension RouteTable {
  mutating func addStorageRoutes(_ backend: Backend) {
    postStreaming(
      Backend.uploadPath,
      bodyLimit: backend.configuration.maximumUploadBytes,
      onDisconnect: .cancel
    ) { request, body throws(BackendError) in
      try await StorageRoutes(backend: backend).upload(request, body)
    }
    var files = Path(hasCORS: true)
    files.get = Self.route(Self.smallBodyLimit, .cancel) { request throws(BackendError) in
      try await StorageRoutes(backend: backend).download(request)
    }
    prefix(Backend.filesPath) { [files] in files.route($0) }
  }
}

/// Takes files in and hands them out.
private struct StorageRoutes {
  let backend: Backend

  func upload(_ request: APIRequest, _ body: HTTPBody) async throws(BackendError) -> HTTPResponse {
    let upload = try backend.admitUpload(
      token: request.http.queryParameter("token"),
      contentType: request.headers.contentType,
      digest: request.http.headers.first(name: "digest")
    )
    guard !request.http.bodyExceedsLimit else { throw backend.fileTooLarge }
    let id = try await backend.store(upload, body)
    return .json { writer in
      writer.beginObject()
      writer.key("storageId")
      writer.string(id.string)
      writer.endObject()
    }
  }

  func download(_ request: APIRequest) async throws(BackendError) -> HTTPResponse {
    let part = request.http.path.dropFirst(Backend.filesPath.utf8.count)
    if part.isEmpty || part.utf8.contains(UInt8(ascii: "/")) {
      return HTTPResponse(status: .notFound)
    }
    let name = PercentEncoding.decode(part) ?? String(part)
    let answer = try await backend.file(
      named: name,
      range: request.http.headers.first(name: "range"),
      ifRange: request.http.headers.first(name: "if-range")
    )
    let status = HTTPResponseStatus(statusCode: answer.status)
    let fields = answer.headers.fields.map { HTTPResponse.Field($0.name, $0.value) }
    switch answer.contents {
    case nil: return HTTPResponse(status: status, fields: fields)
    case .bytes(let bytes):
      return HTTPResponse(
        status: status,
        fields: fields,
        body: ByteBuffer(bytes: bytes[answer.range])
      )
    case .file(let path):
      return HTTPResponse(
        status: status,
        fields: fields,
        file: try open(path, size: answer.size, named: name),
        range: answer.range
      )
    }
  }

  /// Opens a file that has the size its row says.
  private func open(_ path: String, size: Int, named name: String) throws(BackendError) -> OpenFile
  {
    let logger = backend.configuration.logger
    do throws(OpenFileError) {
      let file = try OpenFile(path: path)
      if file.size == size { return file }
      logger.error("\(path) has been damaged: it has \(file.size) bytes instead of \(size).")
    } catch {
      // It was deleted since its row was read.
      if error.isMissing { throw Backend.fileNotFound(name) }
      logger.error("A file cannot be sent. \(error)")
    }
    throw .internal
  }
}
