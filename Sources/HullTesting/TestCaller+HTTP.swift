// Requests to HTTP actions from a test.

public import Hull
import HullRuntime

extension TestCaller {
  /// Sends a request to an HTTP action, as a client of the server does, or to a URL of stored files.
  ///
  /// What `ctx.storage.generateUploadUrl` and `getUrl` return works here as it is, without a network.
  ///
  /// The action sees this caller's identity, or, if there is an `authorization` field, whose that is.
  /// What it throws becomes the response a client would get: 500, with JSON that tells of the error.
  ///
  /// - Parameters:
  ///   - path: The path with its query, `/profile/ada?full=yes`, or the whole URL of stored files.
  ///   - method: The method.
  ///   - headers: The header fields.
  ///   - body: The body; methods that have none, such as GET, do not send it.
  /// - Returns: The response once its head is there; its body arrives while it is read.
  /// - Throws: `HullError` for a path without a slash at its beginning.
  public func fetch(
    _ path: String,
    method: HTTPRequest.Method = .get,
    headers: HTTPFields = [:],
    body: HTTPBody = .empty
  ) async throws -> HTTPResponse {
    let requestID = session.backend.makeRequestID()
    do {
      return try await session.fetch(path, method, headers, body, requestID)
    } catch let error as HullError {
      throw error
    } catch {
      return session.backend.httpResponse(to: error, requestID: requestID)
        .without(bodyIf: method == .head)
    }
  }

  /// Sends a request to an HTTP action, and throws what the action throws.
  ///
  /// - Parameters:
  ///   - path: The path with its query: `/profile/ada?full=yes`.
  ///   - method: The method.
  ///   - headers: The header fields.
  ///   - body: The body; methods that have none, such as GET, do not send it.
  /// - Returns: The response once its head is there; its body arrives while it is read.
  /// - Throws: `ConvexError` as the action threw it, ``FunctionError`` for everything else, and
  ///   `HullError` for a path without a slash at its beginning.
  public func fetchOrThrow(
    _ path: String,
    method: HTTPRequest.Method = .get,
    headers: HTTPFields = [:],
    body: HTTPBody = .empty
  ) async throws -> HTTPResponse {
    do {
      return try await session.fetch(
        path,
        method,
        headers,
        body,
        session.backend.makeRequestID()
      )
    } catch {
      throw TestSession.visible(error)
    }
  }
}

extension TestSession {
  /// Routes a request as the site port does, and runs what answers it.
  fileprivate func fetch(
    _ path: String,
    _ method: HTTPRequest.Method,
    _ headers: HTTPFields,
    _ body: HTTPBody,
    _ requestID: RequestID
  ) async throws -> HTTPResponse {
    if let target = storageTarget(of: path) {
      return await storageResponse(target, method, headers, body)
    }
    guard path.hasPrefix("/") else {
      throw HullError(
        code: .invalidArgument,
        message: "The path '\(path)' of a request must start with a /."
      )
    }
    let hasBody = method != .get && method != .head && method != .options
    let request = HTTPRequest(
      method == .head ? .get : method,
      "https://some.convex.site" + path,
      headers: headers,
      body: hasBody ? body : .empty
    )
    let response: HTTPResponse
    switch backend.httpAction(for: method, path: request.path) {
    case .refusal(let refusal): response = refusal
    case .route(let route):
      let caller: CallerIdentity =
        if let authorization = headers["authorization"] {
          await backend.httpCaller(authorization: authorization)
        } else {
          user.map { .user($0) } ?? .anonymous
        }
      response = try await backend.run(
        HTTPActionCall(route: route, request: request, identity: caller, requestID: requestID)
      )
    }
    return response.without(bodyIf: method == .head).withVisibleErrors
  }
}

extension HTTPResponse {
  /// The response to HEAD.
  func without(bodyIf isHead: Bool) -> HTTPResponse {
    guard isHead else { return self }
    var response = self
    response.body = .empty
    return response
  }

  /// The response with errors in its body that a test can tell apart.
  fileprivate var withVisibleErrors: HTTPResponse {
    guard body.bytesInMemory == nil else { return self }
    var response = self
    response.body = HTTPBody(VisibleErrors(body: body), length: body.length)
    return response
  }
}

/// A body whose errors are those a test sees of calls.
private struct VisibleErrors: AsyncSequence, Sendable {
  let body: HTTPBody

  func makeAsyncIterator() -> Iterator { Iterator(inner: body.makeAsyncIterator()) }

  struct Iterator: AsyncIteratorProtocol {
    var inner: HTTPBody.AsyncIterator

    mutating func next() async throws -> [UInt8]? {
      do {
        return try await inner.next()
      } catch {
        throw TestSession.visible(error)
      }
    }
  }
}
