// What authentication asks of the network, asked with async-http-client.

import AsyncHTTPClient
import HullPersistence
package import HullRuntime
package import Logging
import NIOCore
import NIOHTTP1

/// Gets the documents of authentication providers.
///
/// Connections are kept for the next request to the same host. ``shutdown()`` must be called before
/// the last reference goes.
package final class ProviderHTTPClient: HTTPFetching {
  private let client: HTTPClient
  private let logger: Logger

  /// How long a connection may take to be made.
  private static let connectTime: TimeAmount = .seconds(5)

  /// Creates a client without any connection.
  ///
  /// - Parameter logger: Told why a document could not be had, which clients learn only in part.
  package init(logger: Logger) {
    self.logger = logger
    var configuration = HTTPClient.Configuration()
    // Where a redirect leads is for authentication to judge.
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = Self.connectTime
    // A user is waiting: a host that refuses the connection is not tried until time is up.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.httpVersion = .http1Only
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  package func get(
    _ url: String,
    limits: HTTPFetchLimits
  ) async throws(HTTPFetchError) -> HTTPFetchedAnswer {
    var request = HTTPClientRequest(url: url)
    request.headers.add(name: "accept", value: "application/json")
    request.headers.add(name: "user-agent", value: "hull")
    let deadline = NIODeadline.now() + .nanoseconds(limits.time.nanoseconds)
    do {
      return try await get(request, limits, deadline: deadline)
    } catch {
      let text =
        switch error {
        case is NIOTooManyBytesError: "the answer is longer than \(limits.bodyBytes) bytes"
        case let error as HTTPClientError: error.shortDescription
        default: "\(error)"
        }
      logger.warning("An authentication provider is out of reach: \(url): \(text)")
      throw HTTPFetchError(text)
    }
  }

  /// Gets the head by the deadline and the body by the same one.
  private func get(
    _ request: HTTPClientRequest,
    _ limits: HTTPFetchLimits,
    deadline: NIODeadline
  ) async throws -> HTTPFetchedAnswer {
    try await withThrowingTaskGroup(of: HTTPFetchedAnswer.self) { [client] group in
      group.addTask {
        let response = try await client.execute(request, deadline: deadline)
        let body = try await response.body.collect(upTo: limits.bodyBytes)
        let status = response.status
        return HTTPFetchedAnswer(
          status: Int(status.code),
          reason: HTTPResponseStatus(statusCode: Int(status.code)).reasonPhrase,
          fields: response.headers.map { (name: $0.name, value: $0.value) },
          body: Array(body.readableBytesView)
        )
      }
      group.addTask {
        // A body that trickles has no deadline of its own.
        try await Task.sleep(for: limits.time)
        throw HTTPClientError.deadlineExceeded
      }
      defer { group.cancelAll() }
      guard let answer = try await group.next() else { throw HTTPClientError.cancelled }
      return answer
    }
  }

  /// Closes all connections.
  package func shutdown() async {
    // It fails only when called twice, and then there is nothing left to close.
    try? await client.shutdown()
  }
}
