// How an action's requests reach the network.

import Hull

extension FunctionExecution {
  func fetch(_ request: HTTPRequest, _ options: FetchOptions) async throws -> HTTPResponse {
    guard transaction == nil, let sender = tree.runner.requestSender else {
      throw FetchError(.notPermitted, "\(request.url): this backend sends no HTTP requests.")
    }
    if let field = request.headers.firstUnsendable {
      throw FetchError(
        .invalidRequest,
        "\(request.url): the header field '\(field.name)' cannot be sent: its name must be a token "
          + "of HTTP, and its value must be without control characters."
      )
    }
    // Other requests are not kept waiting by this one, nor are calls of functions.
    return try await operation { try await sender.fetch(request, options) }
  }
}
