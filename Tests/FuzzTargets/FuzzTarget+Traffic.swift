import Dispatch
import Hull
import HullPersistence
import HullRuntime
import HullServer
import HullSync
import HullValues
import NIOCore
import NIOHTTP1
import Synchronization

extension FuzzTarget {
  static func checkMessages(_ input: [UInt8], _ findings: inout Findings) {
    do throws(InvalidMessage) {
      _ = try ClientMessage(json: input)
      findings.isAccepted = true
      findings.expect((try? JSONParser().json(input)) != nil, "only JSON is a message")
    } catch {
      findings.expect(!error.reason.isEmpty, "a refusal has a reason")
    }
  }

  /// The first line is method, target and fields, separated by tabs; the rest is the body.
  static func checkRequests(_ input: [UInt8], _ findings: inout Findings) {
    guard let fuzzed = FuzzedRequest(input) else { return }
    let answer = RequestFixture.shared.answer(fuzzed)
    guard let answer else { return }
    findings.isAccepted = answer.status == .ok
    let text = String(buffer: answer.body)
    findings.expect(
      answer.status.code < 500,
      "\(fuzzed) was answered with \(answer.status) \(text)"
    )
    if answer.contentType == .json, answer.body.readableBytes > 0 {
      let isJSON = (try? JSONParser().json(Array(text.utf8))) != nil
      findings.expect(isJSON, "\(fuzzed) was answered with \(text)")
    }
  }
}

/// A request made of any bytes.
private struct FuzzedRequest {
  var request: HullServer.HTTPRequest

  init?(_ input: [UInt8]) {
    let lines = input.split(
      separator: UInt8(ascii: "\n"),
      maxSplits: 1,
      omittingEmptySubsequences: false
    )
    let head = lines[0].split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard head.count >= 2 else { return nil }
    var headers = HTTPHeaders()
    for field in head.dropFirst(2) {
      let parts = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      // What is no name does not get past the parser of the connection.
      guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.allSatisfy(Self.isToken) else {
        continue
      }
      headers.add(name: String(parts[0]), value: String(parts[1]))
    }
    request = HullServer.HTTPRequest(
      head: HTTPRequestHead(
        version: .http1_1,
        method: HTTPMethod(rawValue: head[0]),
        uri: head[1],
        headers: headers
      ),
      body: ByteBuffer(bytes: lines.count == 2 ? Array(lines[1]) : [])
    )
  }

  /// Whether a byte may be part of the name of a header field (RFC 9110 section 5.6.2).
  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}

/// A backend with a few functions, which all requests of a run are put to.
private final class RequestFixture: Sendable {
  static let shared = RequestFixture()

  private let router: APIRouter

  private init() {
    let functions = Module("values") { module in
      module.query("echo", args: v.object(["value": v.any()])) { _, args in args["value"] ?? .null }
      let counted = v.object(["a": v.number(), "b": v.optional(v.array(v.string()))])
      module.query("count", args: counted) { _, args -> ConvexValue in
        .float64(Double(args.count))
      }
      module.mutation("refuse", args: v.object(["data": v.any()])) { _, args in
        throw ConvexError(args["data"] ?? .null)
      }
      module.action("echoed") { _, args -> ConvexValue in .object(args) }
    }
    router = Self.wait {
      do {
        let backend = try await Backend.open(
          Application(name: "fuzz", schema: SchemaDefinition(tables: []), modules: [functions]),
          persistence: InMemoryPersistence(),
          configuration: BackendConfiguration()
        )
        return APIRouter(backend: backend, counters: ServerCounters())
      } catch {
        fatalError("the application of the fuzzer cannot be opened: \(error)")
      }
    }
  }

  /// The answer; nil where it is not one response.
  func answer(_ fuzzed: FuzzedRequest) -> HullServer.HTTPResponse? {
    let request = fuzzed.request
    switch router.route(method: request.method, path: request.path).work {
    case .immediate(let work): return work(request)
    case .task(let work): return Self.wait { await work(request) }
    case .prompt(let work):
      switch work(request) {
      case .answer(let answer): return answer
      case .work(let work): return Self.wait { await work() }
      }
    case .stream, .webSocket: return nil
    }
  }

  /// Waits for something asynchronous: whoever feeds the fuzzer wants its answer now.
  private static func wait<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value
  {
    let result = Box<Value>()
    let semaphore = DispatchSemaphore(value: 0)
    Task.detached {
      let value = await body()
      result.value.withLock { $0 = value }
      semaphore.signal()
    }
    semaphore.wait()
    guard let value = result.value.withLock({ $0 }) else {
      fatalError("the task ended without a value")
    }
    return value
  }

  private final class Box<Value: Sendable>: Sendable {
    /// Guards the value, which a task sets and the waiting thread takes.
    let value = Mutex<Value?>(nil)
  }
}
