// Clients that PocketBase tells of every new record.

import BenchmarkSupport
import Foundation
import NIOConcurrencyHelpers
import NIOCore

/// Clients of PocketBase's realtime API that are subscribed to all notes.
struct RecordStreams {
  /// Arrives once for all of them.
  let gathering: Gathering
  private let streams: [EventStream]

  /// Opens streams and subscribes each.
  static func open(
    _ count: Int,
    _ peer: Peer,
    on group: any EventLoopGroup
  ) async throws -> RecordStreams {
    let gathering = Gathering(count: count)
    var streams: [EventStream] = []
    for _ in 0..<count {
      let greeted = Gathering(count: 1)
      let greeting = NIOLockedValueBox("")
      let stream = try await EventStream.open(
        peer.server.port,
        "/api/realtime",
        on: group
      ) { data in
        // The first event tells the client who it is.
        let isGreeting = greeting.withLockedValue { greeting in
          guard greeting.isEmpty else { return false }
          greeting = data
          return true
        }
        (isGreeting ? greeted : gathering).arrive()
      }
      streams.append(stream)
      await greeted.wait()
      struct Greeting: Decodable { var clientId: String }
      let text = greeting.withLockedValue { $0 }
      let client = try JSONDecoder().decode(Greeting.self, from: Data(text.utf8)).clientId
      var load = Load(method: "POST", path: "/api/realtime", connections: 1)
      load.body = #"{"clientId":"\#(client)","subscriptions":["notes/*"]}"#
      load.requests = 1
      // It is answered with 204, which the load generator counts as a refusal.
      _ = try await LoadRun.run(load, port: peer.server.port, on: group)
    }
    return RecordStreams(gathering: gathering, streams: streams)
  }

  func close() async throws { for stream in streams { try await stream.close() } }
}
