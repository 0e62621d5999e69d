// A request to an HTTP action, and which action it is for.

package import Hull
import HullValues

/// A request to an HTTP action.
package struct HTTPActionCall: Sendable {
  /// What answers it.
  package var route: HTTPActionRoute
  /// The request as the action sees it.
  package var request: HTTPRequest
  /// On whose behalf.
  package var identity: CallerIdentity
  /// The id to show in errors and logs.
  package var requestID: RequestID
  /// Who sent it, as far as is known.
  package var client: ClientInfo

  /// A request.
  package init(
    route: HTTPActionRoute,
    request: HTTPRequest,
    identity: CallerIdentity,
    requestID: RequestID,
    client: ClientInfo = ClientInfo()
  ) {
    self.route = route
    self.request = request
    self.identity = identity
    self.requestID = requestID
    self.client = client
  }
}

/// What answers a request to an HTTP action.
package enum HTTPActionMatch: Sendable {
  /// An action.
  case route(HTTPActionRoute)
  /// The server: there is no such action.
  case refusal(HTTPResponse)
}

extension Backend {
  /// The longest body an HTTP action may answer with, in bytes.
  package static let maximumHTTPResponseBytes = 20 << 20

  /// Finds what answers a request.
  ///
  /// - Parameters:
  ///   - method: The method.
  ///   - path: The path as sent, without query and without the `/http` of the API's port.
  /// - Returns: The action, or the answer if there is none.
  package func httpAction(for method: HTTPRequest.Method, path: String) -> HTTPActionMatch {
    if let route = application.http.route(for: method, path: path) { return .route(route) }
    return .refusal(
      .text(
        application.http.routes.isEmpty
          ? "This Convex deployment does not have HTTP actions enabled."
          : "No matching routes found",
        status: 404
      )
    )
  }

  /// Who sends a request to an HTTP action: nobody, if the `Authorization` field is not good.
  ///
  /// - Parameter authorization: The field; nil if there is none.
  /// - Returns: The caller.
  package func httpCaller(authorization: String?) async -> CallerIdentity {
    guard let authorization, authorization.utf8.count > 7 else { return .anonymous }
    let credentials = String(authorization.dropFirst(7)).trimmingSpaces
    switch authorization.prefix(7).lowercased() {
    case "convex ": return (try? authenticate(adminKey: credentials)) ?? .anonymous
    case "bearer ":
      // The field may be meant for the application alone.
      guard let token = try? await authenticate(userToken: credentials) else { return .anonymous }
      return .user(token.identity)
    default: return .anonymous
    }
  }

  /// Runs an HTTP action.
  ///
  /// - Parameter call: The request and what answers it.
  /// - Returns: The response once its head is there. The action goes on while its body is read; if the
  ///   body fails, the action did.
  /// - Throws: ``FunctionFailure`` when the action failed, and ``BackendError`` when it was not run.
  package func run(_ call: HTTPActionCall) async throws -> HTTPResponse {
    let exchange = HTTPExchange()
    let function = RegisteredFunction(
      HTTPActionRunner(call: call, exchange: exchange).definition,
      schema: application.schema
    )
    let runnerCall = FunctionRunner.Call(
      function: function,
      arguments: .values([.object([:])]),
      identity: call.identity,
      requestID: call.requestID,
      client: call.client,
      route: call.route.name,
      isNamed: false
    )
    // A task of its own: the action outlives the head of its response, and its caller.
    Task(executorPreference: FunctionExecutor.shared) { [runner] in
      do throws(BackendError) {
        switch try await runner.execute(runnerCall).result {
        case .success: exchange.end(nil)
        case .failure(let failure): exchange.end(failure)
        }
      } catch {
        exchange.end(error)
      }
    }
    return try await exchange.head()
  }

  /// The response that tells a client of an error before the head of a response.
  ///
  /// - Parameters:
  ///   - error: What ``run(_:)-(HTTPActionCall)`` threw.
  ///   - requestID: The id to show.
  /// - Returns: 500 with the failure of an action, or the answer to what the server refused.
  package func httpResponse(to error: any Error, requestID: RequestID) -> HTTPResponse {
    switch error {
    case let failure as FunctionFailure:
      failure.httpResponse(
        requestID: requestID,
        isRedacted: configuration.redactsClientErrors
      )
    default: (error as? BackendError ?? .internal).httpResponse
    }
  }
}

extension String {
  /// The text without spaces and tabs at its ends.
  fileprivate var trimmingSpaces: String {
    let start = drop { $0 == " " || $0 == "\t" }
    guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
    return String(start[...end])
  }
}
