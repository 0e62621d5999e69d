// `/api/sync` and `/api/{version}/sync`: the WebSockets of reactive clients (spec/sync-protocol.md 1).

import Hull
package import HullRuntime
package import NIOCore
import NIOHTTP1

/// Makes the server's side of one WebSocket of the sync protocol, on the event loop it is for.
package typealias SyncPeerFactory =
  @Sendable (ClientVersion, ClientInfo, any EventLoop) -> any WebSocketPeer

extension RouteTable {
  mutating func addSyncRoute(_ route: SyncRoute) {
    socket("/api/sync") { route.admit($0, pathVersion: nil) }
  }
}

/// Lets clients of a version the server speaks with open a WebSocket.
struct SyncRoute: Sendable {
  let makePeer: SyncPeerFactory

  /// The version in `/api/{version}/sync`, as sent; nil for other paths.
  static func version(inPath path: String) -> Substring? {
    let (prefix, suffix) = ("/api/", "/sync")
    guard path.utf8.count > prefix.utf8.count + suffix.utf8.count, path.hasPrefix(prefix),
      path.hasSuffix(suffix)
    else { return nil }
    let version = path.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
    return version.utf8.contains(UInt8(ascii: "/")) ? nil : version
  }

  /// The methods of `/api/{version}/sync`.
  func path(version: Substring) -> RouteTable.Path {
    let text = PercentEncoding.decode(version) ?? String(version)
    return RouteTable.socketPath { admit($0, pathVersion: text) }
  }

  /// Checks the client's version; the handshake is checked after it.
  func admit(_ request: HTTPRequest, pathVersion: String?) -> WebSocketAdmission {
    switch Surroundings.admit(request, pathVersion: pathVersion) {
    case .refused(let response): return .refuse(response)
    case .admitted(let request, let surroundings):
      // What surrounds every answer surrounds this one, be it 101 or 400.
      let head = surroundings.finish(
        HTTPResponse(status: .switchingProtocols),
        request,
        hasCORS: true
      )
      let (client, info) = (request.client, request.clientInfo)
      return .accept(fields: head.fields) { [makePeer] eventLoop in
        makePeer(client, info, eventLoop)
      }
    }
  }
}
