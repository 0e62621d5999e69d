// Clients that speak the sync protocol, as far as the rows need it.

import Foundation
import NIOCore

enum SyncClients {
  /// Connects clients that say who they are and nothing else.
  static func connect(
    _ count: Int,
    to port: Int,
    on group: any EventLoopGroup
  ) async throws -> [SocketClient] {
    var clients: [SocketClient] = []
    for _ in 0..<count {
      let client = try await SocketClient.open(port, "/api/sync", on: group) { _ in }
      client.greet()
      clients.append(client)
    }
    return clients
  }

  /// Connects clients that each subscribe to the note of a number of their own.
  static func subscribe(
    _ count: Int,
    from first: Int,
    to port: Int,
    on group: any EventLoopGroup
  ) async throws -> [SocketClient] {
    var clients: [SocketClient] = []
    for number in first..<(first + count) {
      let gathering = Gathering(count: 1)
      let client = try await SocketClient.open(port, "/api/sync", on: group) { _ in
        gathering.arrive()
      }
      await gathering.round { client.subscribe(to: "notes:find", [#"{"number":\#(number)}"#]) }
      clients.append(client)
    }
    return clients
  }
}

extension SocketClient {
  /// Says who it is, as a client does that has just connected.
  func greet() {
    send(
      #"{"type":"Connect","sessionId":"\#(UUID().uuidString)","connectionCount":0,"#
        + #""lastCloseReason":"InitialConnect","clientTs":0}"#
    )
  }

  /// Says who it is and subscribes to a query with each of these arguments.
  func subscribe(to path: String, _ arguments: [String]) {
    greet()
    let additions = arguments.enumerated().map { number, arguments in
      #"{"type":"Add","queryId":\#(number),"udfPath":"\#(path)","args":[\#(arguments)]}"#
    }
    send(
      #"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"#
        + #""modifications":[\#(additions.joined(separator: ","))]}"#
    )
  }
}
