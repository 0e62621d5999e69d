/// What sends the HTTP requests of actions.
package protocol FetchingHost {
  /// Sends a request and returns the response once its head is there.
  ///
  /// - Parameters:
  ///   - request: What to send.
  ///   - options: How.
  /// - Returns: The response, whatever its status; its body arrives while it is read.
  /// - Throws: ``FetchError`` when there is none.
  func fetch(_ request: HTTPRequest, _ options: FetchOptions) async throws -> HTTPResponse
}
