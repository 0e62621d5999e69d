// A router whose answers are made by the test itself, so that the connection is tested alone.

import HullRuntime
import HullServer
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// Routes that show what the connection does with bodies, waits and disconnects.
struct StubRouter: HTTPRouter {
  /// Signals between a test and a route at work.
  let started = Signal()
  let finished = Signal()
  let mayFinish = Signal()

  var bodyLimit = 1000

  func route(method: HTTPMethod, path: String) -> HTTPRoute {
    switch path {
    case "/now":
      HTTPRoute(bodyLimit: bodyLimit, work: .immediate { .text("now \($0.query ?? "")") })
    case "/echo":
      HTTPRoute(
        bodyLimit: bodyLimit,
        work: .task { request in
          if request.bodyExceedsLimit {
            return HTTPResponse(status: .badRequest, body: ByteBuffer(string: "too long"))
          }
          return HTTPResponse(status: .ok, contentType: .bytes, body: request.body)
        }
      )
    case "/large", "/large-done":
      HTTPRoute(
        bodyLimit: 0,
        onDisconnect: path == "/large" ? .cancel : .runToCompletion,
        work: .task { request in
          let size = request.queryParameter("bytes").flatMap { Int($0) } ?? 0
          return HTTPResponse(status: .ok, body: ByteBuffer(repeating: 0x61, count: size))
        }
      )
    case "/wait":
      HTTPRoute(bodyLimit: 0, onDisconnect: .cancel, work: .task { _ in await wait() })
    case "/wait-long":
      HTTPRoute(bodyLimit: 0, isAction: true, work: .task { _ in await wait() })
    case "/prompt":
      HTTPRoute(
        bodyLimit: 0,
        work: .prompt { request in
          request.query == "now" ? .answer(.text("at once")) : .work { .text("later") }
        }
      )
    case "/wait-on":
      HTTPRoute(bodyLimit: 0, onDisconnect: .runToCompletion, work: .task { _ in await wait() })
    case "/forge":
      HTTPRoute(
        bodyLimit: 0,
        work: .immediate { _ in
          HTTPResponse(
            status: .ok,
            fields: [.init("x-forged", "a\r\nset-cookie: b"), .init("x-plain", "c")]
          )
        }
      )
    default:
      HTTPRoute(bodyLimit: 0, work: .immediate { _ in HTTPResponse(status: .notFound) })
    }
  }

  /// Waits for the test's leave or for cancellation, and says which it was.
  private func wait() async -> HTTPResponse {
    started.send()
    await mayFinish.wait()
    let text = Task.isCancelled ? "cancelled" : "finished"
    finished.send(text)
    return .text(text)
  }
}

/// Events that one side sends and the other waits for, in order.
final class Signal: Sendable {
  private let stream: AsyncStream<String>
  private let continuation: AsyncStream<String>.Continuation

  init() {
    (stream, continuation) = AsyncStream<String>.makeStream()
  }

  func send(_ text: String = "") { continuation.yield(text) }

  /// The next event; returns early, with nil, when the waiting task is cancelled.
  @discardableResult
  func wait() async -> String? {
    var iterator = stream.makeAsyncIterator()
    return await iterator.next(isolation: #isolation)
  }
}

/// Runs a test against a server of its own on a free port, and shuts that server down.
func withServer<Router: HTTPRouter>(
  _ router: Router,
  configuration: ServerConfiguration = ServerConfiguration(port: 0),
  counters: ServerCounters = ServerCounters(),
  _ body: (HTTPServer) async throws -> Void
) async throws {
  var configuration = configuration
  configuration.port = 0
  let server = try await HTTPServer.start(
    configuration,
    router: router,
    counters: counters,
    executor: FunctionExecutor.shared,
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  )
  do {
    try await body(server)
  } catch {
    await server.shutdown(within: .zero)
    throw error
  }
  await server.shutdown(within: .zero)
}
