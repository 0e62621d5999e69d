// What the connection needs to know about a route before the body of a request has arrived.

package import Hull
package import HullRuntime
package import NIOHTTP1

/// How requests of one kind are answered.
package struct HTTPRoute: Sendable {
  /// The work that makes the answer.
  package enum Work: Sendable {
    /// Runs on the event loop: only for answers made without waiting or much computing.
    case immediate(@Sendable (consuming HTTPRequest) -> HTTPResponse)

    /// Runs as a task on the executor of the server's connections.
    case task(@Sendable (HTTPRequest) async -> HTTPResponse)

    /// Begins on the event loop and ends there if the answer takes no waiting, else in a task.
    case prompt(@Sendable (consuming HTTPRequest) -> Prompt)

    /// Runs as a task from the head of the request on, and reads the body as it arrives.
    ///
    /// The body it is given can be read once. Reading it lets the client send; a body longer than the
    /// limit fails with `HTTPBodyError.tooLong`, and one announced as longer is empty, with
    /// ``HTTPRequest/bodyExceedsLimit``.
    case stream(@Sendable (HTTPRequest, HTTPBody) async -> HTTPResponse)

    /// Runs on the event loop and turns the connection into a WebSocket, if the client asks for one.
    case webSocket(@Sendable (HTTPRequest) -> WebSocketAdmission)
  }

  /// What a route that begins on the event loop comes to there.
  package enum Prompt: Sendable {
    case answer(HTTPResponse)

    /// What is left to do as a task.
    case work(@Sendable () async -> HTTPResponse)
  }

  /// What happens to the work when its client goes away or it takes too long.
  package enum DisconnectPolicy: Sendable {
    /// The task is cancelled: nobody reads the answer and nothing is written.
    case cancel

    /// The task runs on: a mutation must not stop half-way, and an action's effects are wanted.
    case runToCompletion
  }

  /// Those a request shares its bound on requests at work with.
  package enum Lane: Sendable {
    /// What ends soon.
    case requests
    /// What may wait for others for minutes.
    case actions
    /// What takes its body piece by piece, as slowly as the client sends it.
    case streams
  }

  /// Whether requests of this kind may become WebSockets.
  var isWebSocket: Bool {
    if case .webSocket = work { true } else { false }
  }

  /// Whether the body is handed on piece by piece.
  var isStreamed: Bool {
    if case .stream = work { true } else { false }
  }

  /// The lane of requests of this kind; nil for what is answered at once and takes no place.
  var lane: Lane? {
    switch work {
    case .immediate, .webSocket: nil
    case .task, .prompt: isAction ? .actions : .requests
    case .stream: .streams
    }
  }

  /// The largest body that is taken, in bytes.
  package var bodyLimit: Int

  /// Whether the work may take minutes without being slow.
  package var isAction: Bool

  /// What happens to the work when its client goes away.
  package var onDisconnect: DisconnectPolicy

  /// The work itself.
  package var work: Work

  /// Creates a route.
  ///
  /// - Parameters:
  ///   - bodyLimit: The largest body that is taken, in bytes.
  ///   - isAction: Whether the work may take minutes without being slow.
  ///   - onDisconnect: What happens to the work when its client goes away.
  ///   - work: The work itself.
  package init(
    bodyLimit: Int,
    isAction: Bool = false,
    onDisconnect: DisconnectPolicy = .cancel,
    work: Work
  ) {
    self.bodyLimit = bodyLimit
    self.isAction = isAction
    self.onDisconnect = onDisconnect
    self.work = work
  }
}

/// Finds the route of a request from its head.
///
/// The head is all there is when the decision falls, so that a body is never collected for a path
/// that does not exist, nor beyond what its route allows.
package protocol HTTPRouter: Sendable {
  /// The route for a request with this method and path.
  ///
  /// Called on an event loop, once per request.
  ///
  /// - Parameters:
  ///   - method: The request method.
  ///   - path: The path as sent, without query.
  /// - Returns: A route; unknown paths have one too.
  func route(method: HTTPMethod, path: String) -> HTTPRoute

  /// The answer to a request that the server has no room for.
  ///
  /// Called on an event loop, often when there is little time.
  ///
  /// - Parameters:
  ///   - request: The request; its body may be missing.
  ///   - error: Why there is no room.
  /// - Returns: The answer.
  func refusal(of request: HTTPRequest, _ error: BackendError) -> HTTPResponse
}

extension HTTPRouter {
  package func refusal(of request: HTTPRequest, _ error: BackendError) -> HTTPResponse {
    HTTPResponse(error)
  }
}
