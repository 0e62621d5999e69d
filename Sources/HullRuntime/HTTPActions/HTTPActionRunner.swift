// What the execution of an HTTP action does: runs the handler, and then makes the body.

import Hull
import HullValues

/// Runs the handler of a route as a function of the usual kind, whose result goes another way.
struct HTTPActionRunner: Sendable {
  let call: HTTPActionCall
  let exchange: HTTPExchange

  /// The function to execute, an action by the name `http`.
  var definition: FunctionDefinition {
    FunctionDefinition(
      modulePath: "http",
      name: "default",
      kind: .action,
      visibility: .public,
      args: .any,
      returns: nil,
      description: nil,
      location: call.route.location
    ) { host, _ in
      try await respond(host)
      return .null
    }
  }

  private func respond(_ host: any FunctionHost) async throws {
    let response = try await call.route.handler(
      HTTPActionContext(host: HostHandle(host)),
      call.request
    )
    // One that was ended has no response, whatever it makes of that.
    try (host as? FunctionExecution)?.checkRunning()
    try Self.check(response)
    if let bytes = response.body.bytesInMemory {
      guard bytes.count <= Backend.maximumHTTPResponseBytes else { throw Self.tooLarge }
      exchange.begin(response)
    } else {
      exchange.begin(response)
      try await deliver(response.body)
    }
  }

  /// Makes the body and hands it over, as long as somebody takes it.
  private func deliver(_ body: HTTPBody) async throws {
    var count = 0
    for try await chunk in body where !chunk.isEmpty {
      count += chunk.count
      guard count <= Backend.maximumHTTPResponseBytes else { throw Self.tooLarge }
      do {
        try await exchange.deliver(chunk)
      } catch HTTPBodyError.disconnected {
        // The client has gone, which is no failure of the action.
        return
      }
    }
  }

  private static let tooLarge = HullError(
    code: HullError.Code(rawValue: "HttpResponseTooLarge"),
    message: "HttpResponseTooLarge: HTTP actions support responses up to 20 MiB"
  )

  /// Makes sure that a response can be sent as it is.
  private static func check(_ response: HTTPResponse) throws {
    guard (200...599).contains(response.status) else {
      throw HullError(
        code: .invalidArgument,
        message: "The status of a response must be from 200 to 599, not \(response.status)."
      )
    }
    guard let field = response.headers.firstUnsendable else { return }
    throw HullError(
      code: .invalidArgument,
      message: "The header field '\(field.name)' cannot be sent: its name must be a token of HTTP, "
        + "and its value must be without control characters."
    )
  }
}
