// `/echo`: gives the body back, for measuring connections (spec/http-api.md 1.1).

import HullRuntime
import NIOHTTP1

extension RouteTable {
  /// The largest body that is given back, in bytes.
  static let echoLimit = 128 * 1024 * 1024

  mutating func addEchoRoute() {
    postImmediately("/echo", bodyLimit: Self.echoLimit) { request throws(BackendError) in
      request.http.bodyExceedsLimit
        ? HTTPResponse(status: .payloadTooLarge)
        : HTTPResponse(status: .ok, contentType: .bytes, body: request.http.body)
    }
  }
}
