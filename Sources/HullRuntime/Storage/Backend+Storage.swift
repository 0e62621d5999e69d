// The two requests by which clients reach stored files (spec/http-api.md 8).

package import Hull
import HullDatabase
package import HullPersistence
import HullValues

/// An upload whose token and header fields are good.
package struct AdmittedUpload: Sendable {
  let upload: FileUpload
}

/// The answer to a request for a file.
package struct FileAnswer: Sendable {
  /// 200, 206 or 416.
  package var status: Int
  /// The header fields but those about length and connection.
  package var headers: HTTPFields
  /// Where the bytes are; nil for none.
  package var contents: FileContents?
  /// Which of them are the body.
  package var range: Range<Int>
  /// The length of the whole file.
  package var size: Int
  /// The file the body comes from; nil for none.
  var key: FileKey?
}

extension Backend {
  /// Where uploads go, below the origin.
  package static let uploadPath = "/api/storage/upload"
  /// What the paths of files begin with, below the origin.
  package static let filesPath = "/api/storage/"

  /// Checks everything about an upload but its bytes.
  ///
  /// - Parameters:
  ///   - token: The token of the URL; nil if there is none.
  ///   - contentType: The header field of that name, if there is one.
  ///   - digest: The `Digest` field, if there is one.
  /// - Returns: What ``store(_:_:)`` takes.
  /// - Throws: ``BackendError`` `BadQueryArgs`, `StorageTokenInvalid`, `InvalidStorageToken`,
  ///   `StorageTokenExpired` or `BadHeader`.
  package func admitUpload(
    token: String?,
    contentType: String?,
    digest: String?
  ) throws(BackendError) -> AdmittedUpload {
    guard let token else {
      throw BackendError(
        kind: .badRequest,
        code: "BadQueryArgs",
        message: "Failed to deserialize query string: missing field `token`"
      )
    }
    try runner.uploadTokens.check(token, now: configuration.time.now())
    if let contentType, !FileUpload.isMediaType(contentType) { throw .badHeader("content-type") }
    var upload = FileUpload(contentType: contentType)
    if let digest {
      guard digest.hasPrefix("sha-256="),
        let bytes = FileUpload.digest(base64: String(digest.dropFirst("sha-256=".count)))
      else { throw .badHeader("digest") }
      upload.sha256 = bytes
    }
    return AdmittedUpload(upload: upload)
  }

  /// Stores the bytes of an upload.
  ///
  /// - Parameters:
  ///   - admitted: What was checked before.
  ///   - body: The bytes.
  /// - Returns: The new file's id.
  /// - Throws: ``BackendError`` `Sha256Mismatch`, `FileTooLarge`, `ClientDisconnect` and what
  ///   committing throws; nothing is stored then.
  package func store(
    _ admitted: AdmittedUpload,
    _ body: HTTPBody
  ) async throws(BackendError) -> DocumentID {
    do {
      return try await runner.storage.store(admitted.upload, body) { record in
        try await database.withTransaction(source: "_system/storage:upload") {
          try await $0.insertFile(record)
        }.value
      }
    } catch let error as DatabaseError {
      throw BackendError(error)
    } catch HTTPBodyError.tooLong {
      throw fileTooLarge
    } catch HTTPBodyError.malformed {
      throw BackendError(
        kind: .badRequest,
        code: "BadBody",
        message: HTTPBodyError.malformed.description
      )
    } catch is HTTPBodyError, is CancellationError {
      throw BackendError(
        kind: .clientDisconnect,
        code: "ClientDisconnect",
        message: "The upload ended before the file was complete."
      )
    } catch {
      throw .internal
    }
  }

  /// The answer to a file longer than is allowed.
  package var fileTooLarge: BackendError {
    BackendError(
      kind: .contentTooLarge,
      code: "FileTooLarge",
      message: "Files may have at most \(configuration.maximumUploadBytes) bytes here."
    )
  }

  /// Finds a file by the last part of its URL.
  ///
  /// - Parameters:
  ///   - name: The part, decoded.
  ///   - range: The `Range` field, if there is one.
  ///   - ifRange: The `If-Range` field, if there is one. Answers carry nothing it could name, so it
  ///     never holds, and the range does not count.
  /// - Returns: The answer.
  /// - Throws: ``BackendError`` `InvalidStoragePath` for what is no UUID, `FileNotFound`.
  package func file(
    named name: String,
    range: String?,
    ifRange: String?
  ) async throws(BackendError) -> FileAnswer {
    guard let key = FileKey(name) else {
      throw BackendError(
        kind: .badRequest,
        code: "InvalidStoragePath",
        message: """
          Invalid storage path: "\(name)". Please use \
          `storage.getUrl(storageId: Id<"_storage">)` to generate a valid URL to retrieve files. \
          See https://docs.convex.dev/file-storage/serve-files for more details
          """
      )
    }
    let file: StoredFileRecord
    do {
      guard let found = try await database.begin().storedFile(.key(key)) else {
        throw Self.fileNotFound(name)
      }
      file = found
    } catch let error as BackendError {
      throw error
    } catch let error as DatabaseError {
      throw BackendError(error)
    } catch {
      throw .internal
    }
    guard let contents = runner.storage.contents(of: file) else { throw Self.fileNotFound(name) }
    let part = ByteRange(ifRange == nil ? range : nil, size: file.summary.size)
    return FileAnswer(file, contents, part)
  }

  /// The body of an answer, for whoever cannot send the file itself.
  ///
  /// - Throws: ``BackendError`` `FileNotFound` if the file has been removed meanwhile.
  package func body(of answer: FileAnswer) async throws(BackendError) -> HTTPBody {
    guard let key = answer.key else { return .empty }
    let body: HTTPBody?
    do {
      body = try await runner.storage.open(key, answer.range)
    } catch {
      throw .internal
    }
    guard let body else { throw Self.fileNotFound(key.description) }
    return body
  }

  /// The answer if there is no such file.
  package static func fileNotFound(_ name: String) -> BackendError {
    BackendError(kind: .notFound, code: "FileNotFound", message: "File \(name) not found")
  }
}

extension FileAnswer {
  fileprivate init(_ file: StoredFileRecord, _ contents: FileContents, _ range: ByteRange) {
    let size = file.summary.size
    switch range {
    case .unsatisfiable:
      self.init(
        status: 416,
        headers: ["content-range": "bytes */\(size)"],
        contents: nil,
        range: 0..<0,
        size: size
      )
      return
    case .whole:
      self.init(200, file, contents, 0..<size)
      headers["digest"] = "sha-256=\(Base64.encode(file.summary.sha256))"
    case .part(let part):
      self.init(206, file, contents, part)
      headers["content-range"] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
    }
  }

  private init(
    _ status: Int,
    _ file: StoredFileRecord,
    _ contents: FileContents,
    _ range: Range<Int>
  ) {
    self.init(
      status: status,
      // The bytes under a URL never change.
      headers: ["cache-control": "private, max-age=2592000", "accept-ranges": "bytes"],
      contents: contents,
      range: range,
      size: file.summary.size,
      key: file.key
    )
    headers["content-type"] = file.contentType
  }
}

extension BackendError {
  fileprivate static func badHeader(_ name: String) -> BackendError {
    BackendError(
      kind: .badRequest,
      code: "BadHeader",
      message: "Bad header for \(name): invalid HTTP header"
    )
  }
}
