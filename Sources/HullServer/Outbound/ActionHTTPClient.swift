// What actions ask of other servers, asked with async-http-client.

import AsyncHTTPClient
package import Hull
import HullPersistence
import HullRuntime
import NIOCore
import NIOHTTP1

/// Sends the requests of `ctx.fetch`.
///
/// Connections are kept for the next request to the same host. ``shutdown()`` must be called before the
/// last reference goes.
package final class ActionHTTPClient: HTTPRequestSending {
  private let client: HTTPClient

  /// How long a connection may take to be made.
  private static let connectTime: TimeAmount = .seconds(10)
  /// How long nothing of a response may arrive.
  private static let silence: TimeAmount = .seconds(60)

  /// Creates a client without any connection.
  package init() {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = Self.connectTime
    configuration.timeout.read = Self.silence
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  package func send(
    _ request: Hull.HTTPRequest,
    _ options: FetchOptions
  ) async throws(FetchError) -> Hull.HTTPResponse {
    guard WebAddress(request.url) != nil else {
      throw FetchError(.invalidRequest, "\(request.url) is no URL of http or https.")
    }
    var outgoing = HTTPClientRequest(url: request.url)
    outgoing.method = NIOHTTP1.HTTPMethod(rawValue: request.method.rawValue)
    for field in request.headers.fields where !Self.clientFields.contains(field.name.lowercased()) {
      outgoing.headers.add(name: field.name, value: field.value)
    }
    if !outgoing.headers.contains(name: "user-agent") {
      outgoing.headers.add(name: "user-agent", value: "Hull/1")
    }
    if let bytes = request.body.bytesInMemory {
      if !bytes.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: bytes)) }
    } else {
      outgoing.body = .stream(
        request.body.map { ByteBuffer(bytes: $0) },
        length: request.body.length.map { .known(Int64($0)) } ?? .unknown
      )
    }
    return try await send(outgoing, options, canRepeat: request.body.bytesInMemory != nil)
  }

  /// The fields that are the client's to decide.
  private static let clientFields: Set<String> = [
    "connection", "content-length", "keep-alive", "transfer-encoding", "upgrade",
  ]

  /// Sends a request and follows where it is redirected.
  private func send(
    _ request: HTTPClientRequest,
    _ options: FetchOptions,
    canRepeat: Bool
  ) async throws(FetchError) -> Hull.HTTPResponse {
    let deadline = NIODeadline.now() + .nanoseconds(options.timeout.nanoseconds)
    var request = request
    var redirects = 0
    while true {
      let response: HTTPClientResponse
      do {
        response = try await client.execute(request, deadline: deadline)
      } catch {
        throw Self.failure(error, request.url)
      }
      guard options.maximumRedirects > 0, canRepeat || response.status == .seeOther,
        let next = Self.redirect(of: request, by: response)
      else { return Self.response(response, url: request.url) }
      redirects += 1
      guard redirects <= options.maximumRedirects else {
        throw FetchError(
          .tooManyRedirects,
          "\(request.url) was redirected more than \(options.maximumRedirects) times."
        )
      }
      request = next
    }
  }

  /// The request that follows a response, if it redirects.
  private static func redirect(
    of request: HTTPClientRequest,
    by response: HTTPClientResponse
  ) -> HTTPClientRequest? {
    guard [301, 302, 303, 307, 308].contains(response.status.code),
      let location = response.headers.first(name: "location"),
      let from = WebAddress(request.url), let target = from.following(location)
    else { return nil }
    var next = request
    next.url = target.text
    let isPlain = response.status.code == 307 || response.status.code == 308
    if !isPlain, next.method != .GET, next.method != .HEAD,
      response.status.code == 303 || next.method == .POST
    {
      next.method = .GET
      next.body = nil
      next.headers.remove(name: "content-type")
    }
    if from.host != target.host || from.isSecure != target.isSecure {
      // What proves who asks is for the first server only.
      for name in ["authorization", "cookie", "proxy-authorization"] {
        next.headers.remove(name: name)
      }
    }
    return next
  }

  private static func response(_ response: HTTPClientResponse, url: String) -> Hull.HTTPResponse {
    let body = OnceReadable(response.body, url: url)
    return Hull.HTTPResponse(
      status: Int(response.status.code),
      headers: HTTPFields(response.headers.map { .init($0.name, $0.value) }),
      body: HTTPBody(body)
    )
  }

  private static func failure(_ error: any Error, _ url: String) -> FetchError {
    switch error as? HTTPClientError {
    case .some(.invalidURL), .some(.emptyHost), .some(.emptyScheme):
      FetchError(.invalidRequest, "\(url): \(text(of: error))")
    case .some(.deadlineExceeded), .some(.connectTimeout), .some(.readTimeout),
      .some(.getConnectionFromPoolTimeout):
      FetchError(.timedOut, "\(url) did not answer in time.")
    default: FetchError(.connectionFailed, "\(url) could not be reached: \(text(of: error))")
    }
  }

  private static func text(of error: any Error) -> String {
    (error as? HTTPClientError)?.shortDescription ?? "\(error)"
  }

  /// A response's body whose errors are told in words of ``FetchError``.
  private struct OnceReadable: AsyncSequence, Sendable {
    let body: HTTPClientResponse.Body
    let url: String

    init(_ body: HTTPClientResponse.Body, url: String) {
      self.body = body
      self.url = url
    }

    func makeAsyncIterator() -> Iterator { Iterator(inner: body.makeAsyncIterator(), url: url) }

    struct Iterator: AsyncIteratorProtocol {
      var inner: HTTPClientResponse.Body.AsyncIterator
      let url: String

      mutating func next() async throws -> [UInt8]? {
        do {
          return try await inner.next(isolation: #isolation).map { Array(buffer: $0) }
        } catch let error as CancellationError {
          throw error
        } catch {
          throw ActionHTTPClient.failure(error, url)
        }
      }
    }
  }

  /// Closes all connections.
  package func shutdown() async {
    // It fails only when called twice, and then there is nothing left to close.
    try? await client.shutdown()
  }
}
