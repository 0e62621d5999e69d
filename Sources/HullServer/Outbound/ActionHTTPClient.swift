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
  /// For requests that may take longer than ``silence``: the library has one such time for a client.
  private let patientClient: HTTPClient
  private let silence: Duration

  /// How long a connection may take to be made.
  private static let connectTime: TimeAmount = .seconds(10)
  /// How long an action may take, after which nobody waits for a response.
  private static let longestSilence: Duration = .seconds(30 * 60)

  /// Creates a client without any connection.
  ///
  /// - Parameter silence: How long nothing of a response may arrive, unless a request is given longer.
  package init(silence: Duration = .seconds(60)) {
    self.silence = silence
    client = Self.client(silence: silence)
    patientClient = Self.client(silence: Self.longestSilence)
  }

  private static func client(silence: Duration) -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = connectTime
    configuration.timeout.read = .nanoseconds(silence.nanoseconds)
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  package func send(
    _ request: Hull.HTTPRequest,
    timeout: Duration
  ) async throws(FetchError) -> Hull.HTTPResponse {
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
    let client = timeout > silence ? patientClient : client
    let deadline = NIODeadline.now() + .nanoseconds(timeout.nanoseconds)
    do {
      return Self.response(try await client.execute(outgoing, deadline: deadline), url: request.url)
    } catch {
      throw Self.failure(error, request.url)
    }
  }

  /// The fields that are the client's to decide.
  private static let clientFields: Set<String> = [
    "connection", "content-length", "keep-alive", "transfer-encoding", "upgrade",
  ]

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
    try? await patientClient.shutdown()
  }
}
