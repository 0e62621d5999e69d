// What actions ask of the network, so that tests can answer in its place.

package import Hull

/// Sends HTTP requests to other servers.
package protocol HTTPRequestSending: Sendable {
  /// Sends one request.
  ///
  /// Redirects are not followed here: ``fetch(_:_:)`` does that.
  ///
  /// - Parameters:
  ///   - request: What to send; its URL is known to be one.
  ///   - timeout: How long it may take until the head of the response is there.
  /// - Returns: The response, whatever its status, once its head is there.
  /// - Throws: ``FetchError`` when there is none.
  func send(
    _ request: HTTPRequest,
    timeout: Duration
  ) async throws(FetchError) -> HTTPResponse
}

extension HTTPRequestSending {
  /// Sends a request and follows where it is redirected, as browsers do.
  ///
  /// - Parameters:
  ///   - request: What to send.
  ///   - options: How.
  /// - Returns: The last response, whatever its status, once its head is there.
  /// - Throws: ``FetchError`` when there is none.
  package func fetch(
    _ request: HTTPRequest,
    _ options: FetchOptions
  ) async throws(FetchError) -> HTTPResponse {
    guard var address = WebAddress(request.url) else {
      throw FetchError(.invalidRequest, "\(request.url) is no URL of http or https.")
    }
    let canRepeat = request.body.bytesInMemory != nil
    let deadline = ContinuousClock.now + options.timeout
    var request = request
    var redirects = 0
    while true {
      let remaining = redirects == 0 ? options.timeout : deadline - ContinuousClock.now
      let response = try await send(request, timeout: max(remaining, .zero))
      guard options.maximumRedirects > 0, canRepeat || response.status == 303,
        let target = Self.target(of: response, from: address)
      else { return response }
      redirects += 1
      guard redirects <= options.maximumRedirects else {
        throw FetchError(
          .tooManyRedirects,
          "\(request.url) was redirected more than \(options.maximumRedirects) times."
        )
      }
      request = Self.redirected(request, by: response.status, from: address, to: target)
      address = target
    }
  }

  /// Where a response redirects, if it does.
  private static func target(of response: HTTPResponse, from address: WebAddress) -> WebAddress? {
    guard [301, 302, 303, 307, 308].contains(response.status) else { return nil }
    return response.headers["location"].flatMap(address.following)
  }

  /// The request that follows a redirect.
  private static func redirected(
    _ request: HTTPRequest,
    by status: Int,
    from: WebAddress,
    to target: WebAddress
  ) -> HTTPRequest {
    var next = request
    next.url = target.text
    let isPlain = status == 307 || status == 308
    if !isPlain, next.method != .get, next.method != .head, status == 303 || next.method == .post {
      next.method = .get
      next.body = .empty
      next.headers["content-type"] = nil
    }
    if !from.hasOrigin(of: target) {
      // What proves who asks is for the first server only.
      for name in ["authorization", "cookie", "proxy-authorization"] { next.headers[name] = nil }
    }
    return next
  }
}
