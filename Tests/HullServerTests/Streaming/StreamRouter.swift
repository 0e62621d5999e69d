// Routes that take and give bodies piece by piece.

import Hull
import HullServer
import NIOCore
import NIOHTTP1
import Synchronization

/// Routes of ``StubRouter`` and some that stream.
struct StreamRouter: HullServer.HTTPRouter {
  let stub = StubRouter()
  var bodyLimit = 64 * 1024 * 1024
  var onDisconnect = HTTPRoute.DisconnectPolicy.cancel
  /// The file `/file` sends.
  var file: OpenFile?
  /// What the routes tell a test, and what it lets them do.
  let events = Signal()
  let mayGoOn = Signal()
  /// Chunks for `/chunks`; finished by the test.
  let chunks = AsyncStream<[UInt8]>.makeStream()
  /// How many chunks were asked of `/endless`.
  let produced = Counter()

  final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .sequentiallyConsistent) }
    func add() -> Int { count.add(1, ordering: .sequentiallyConsistent).newValue }
  }

  func route(method: NIOHTTP1.HTTPMethod, path: String) -> HTTPRoute {
    guard let work = work(path) else { return stub.route(method: method, path: path) }
    return HTTPRoute(bodyLimit: bodyLimit, onDisconnect: onDisconnect, work: .stream(work))
  }

  private func work(
    _ path: String
  ) -> (@Sendable (HullServer.HTTPRequest, HTTPBody) async -> HullServer.HTTPResponse)? {
    switch path {
    case "/length": { _, body in await length(of: body) }
    case "/wait-then-length":
      { _, body in
        events.send("started")
        await mayGoOn.wait()
        return await length(of: body)
      }
    case "/first":
      { _, body in
        var iterator = body.makeAsyncIterator()
        let first = (try? await iterator.next()) ?? []
        return .text("first \(first.count)")
      }
    case "/early": { _, _ in .text("early") }
    case "/twice":
      { _, body in
        _ = await length(of: body)
        return await length(of: body)
      }
    case "/give-back": { _, body in HullServer.HTTPResponse(status: .ok, content: body) }
    case "/chunks":
      { [chunks] _, _ in
        HullServer.HTTPResponse(
          status: .ok,
          fields: [.init("x-kind", "stream")],
          content: HTTPBody(chunks.stream)
        )
      }
    case "/counted":
      { [chunks] request, _ in
        let length = request.queryParameter("length").flatMap { Int($0) }
        return HullServer.HTTPResponse(
          status: .ok,
          content: HTTPBody(chunks.stream, length: length)
        )
      }
    case "/endless":
      { [produced, events] _, _ in
        HullServer.HTTPResponse(
          status: .ok,
          content: HTTPBody {
            if Task.isCancelled { events.send("cancelled") }
            _ = produced.add()
            return [UInt8](repeating: 0x61, count: 32 * 1024)
          }
        )
      }
    case "/silent":
      { [events, mayGoOn] _, _ in
        HullServer.HTTPResponse(
          status: .ok,
          content: HTTPBody {
            events.send("asked")
            await mayGoOn.wait()
            events.send(Task.isCancelled ? "cancelled" : "released")
            return nil
          }
        )
      }
    case "/broken":
      { [produced] _, _ in
        HullServer.HTTPResponse(
          status: .ok,
          content: HTTPBody {
            guard produced.add() == 1 else { throw HTTPBodyError.abandoned }
            return Array("begun".utf8)
          }
        )
      }
    case "/file":
      { [file] request, _ in
        guard let file else { return HullServer.HTTPResponse(status: .notFound) }
        let range = request.query?.split(separator: "-").compactMap { Int($0) } ?? []
        return HullServer.HTTPResponse(
          status: range.isEmpty ? .ok : .partialContent,
          file: file,
          range: range.isEmpty ? nil : range[0]..<range[1]
        )
      }
    default: nil
    }
  }

  private func length(of body: HTTPBody) async -> HullServer.HTTPResponse {
    var count = 0
    var end: ArraySlice<UInt8> = []
    do {
      for try await chunk in body {
        count += chunk.count
        end = (end + chunk.suffix(3)).suffix(3)
      }
    } catch {
      events.send("failed: \(error)")
      return HullServer.HTTPResponse(status: .conflict, body: ByteBuffer(string: "\(error)"))
    }
    events.send("complete")
    return .text("\(count) bytes, last \(String(decoding: end, as: UTF8.self))")
  }
}
