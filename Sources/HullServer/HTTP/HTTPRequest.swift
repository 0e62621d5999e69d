// A complete request, as a route sees it.

import Hull
package import NIOCore
package import NIOHTTP1

/// One HTTP request whose body has arrived in full, or was cut at the route's limit.
package struct HTTPRequest: Sendable {
  /// The request method.
  package var method: HTTPMethod

  /// The path of the request target, as sent: percent-encoded, without query.
  package var path: String

  /// What follows the first `?` of the request target, as sent.
  package var query: Substring?

  /// The header fields in the order they came.
  package var headers: HTTPHeaders

  /// The body, empty when there was none.
  package var body: ByteBuffer

  /// Whether the body was longer than the route allows; ``body`` is then empty.
  package var bodyExceedsLimit: Bool

  /// The address of the peer of this connection, without the port.
  package var peerAddress: String?

  /// Creates a request from a head.
  ///
  /// - Parameters:
  ///   - head: The head as parsed.
  ///   - body: The whole body.
  ///   - peerAddress: Where the connection comes from.
  package init(head: HTTPRequestHead, body: ByteBuffer = ByteBuffer(), peerAddress: String? = nil) {
    let (path, query) = Self.split(target: head.uri)
    self.init(head: head, path: path, query: query, body: body, peerAddress: peerAddress)
  }

  /// The same, with the target of the request split already.
  init(
    head: HTTPRequestHead,
    path: String,
    query: Substring?,
    body: ByteBuffer = ByteBuffer(),
    peerAddress: String? = nil
  ) {
    method = head.method
    self.path = path
    self.query = query
    headers = head.headers
    self.body = body
    bodyExceedsLimit = false
    self.peerAddress = peerAddress
  }

  /// Splits a request target into path and query.
  ///
  /// An absolute target (`http://host/path`), which
  /// RFC 9112 section 3.2.2 requires servers to accept, loses its origin.
  package static func split(target: String) -> (path: String, query: Substring?) {
    var rest = target[...]
    if rest.utf8.first != UInt8(ascii: "/"), let scheme = rest.firstRange(of: "://") {
      let authority = rest[scheme.upperBound...]
      guard let slash = authority.utf8.firstIndex(of: UInt8(ascii: "/")) else { return ("/", nil) }
      rest = authority[slash...]
    }
    guard let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) else {
      return (rest.startIndex == target.startIndex ? target : String(rest), nil)
    }
    return (String(rest[..<mark]), rest[rest.index(after: mark)...])
  }

  /// The first value of one parameter of the query, decoded as an HTML form would be.
  ///
  /// - Parameter name: The decoded name to look for.
  /// - Returns: The value; nil when the parameter is missing or not valid UTF-8 once decoded.
  package func queryParameter(_ name: String) -> String? {
    guard let query else { return nil }
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard PercentEncoding.decode(parts[0], plusIsSpace: true) == name else { continue }
      return parts.count == 2 ? PercentEncoding.decode(parts[1], plusIsSpace: true) : ""
    }
    return nil
  }
}
