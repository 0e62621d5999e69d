// What actions ask of the network, so that tests can answer in its place.

package import Hull

/// Sends HTTP requests to other servers.
package protocol HTTPRequestSending: Sendable {
  /// Sends one request.
  ///
  /// - Parameters:
  ///   - request: What to send.
  ///   - options: How.
  /// - Returns: The response, whatever its status, once its head is there.
  /// - Throws: ``FetchError`` when there is none.
  func send(
    _ request: HTTPRequest,
    _ options: FetchOptions
  ) async throws(FetchError) -> HTTPResponse
}
