// The other servers of a test: what they answer, and what they were asked.

public import Hull
import HullRuntime
import Synchronization

/// The servers that `ctx.fetch` reaches in a test: those it declares, and no others.
///
/// A response that redirects is followed as in production, to what another stub answers; each step is one
/// of ``requests``. No stub is too late by itself: one that throws `FetchError(.timedOut, …)` is.
///
/// ```swift
/// t.http.stub(.post, "https://mail.example.org/send", .json(["id": 1]))
/// try await t.action(Mails.$send(to: "ada@example.org"))
/// #expect(t.http.requests.count == 1)
/// ```
public struct TestHTTP: Sendable {
  let plan: StubPlan

  /// Makes an answer to a request, whose body is in memory; an error is what the action gets instead.
  public typealias Responder = @Sendable (HTTPRequest) async throws -> HTTPResponse

  /// A request that an action sent.
  public struct Request: Sendable, Hashable {
    /// The method.
    public let method: HTTPRequest.Method
    /// The whole URL.
    public let url: String
    /// The header fields.
    public let headers: HTTPFields
    /// The whole body.
    public let body: [UInt8]
    /// Whether a stub answered it.
    public let isMatched: Bool

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// Answers requests to one URL with the same response each time.
  ///
  /// Of several stubs for a request the last one declared counts.
  ///
  /// - Parameters:
  ///   - method: The method; nil for any.
  ///   - url: The whole URL, exactly as it is sent.
  ///   - headers: Fields the request must have, among others.
  ///   - body: What the body must be; nil for anything.
  ///   - response: The answer.
  public func stub(
    _ method: HTTPRequest.Method?,
    _ url: String,
    headers: HTTPFields = [:],
    body: String? = nil,
    _ response: HTTPResponse
  ) {
    stub(method, url, headers: headers, body: body) { _ in response }
  }

  /// Answers requests to one URL with what a closure makes.
  ///
  /// - Parameters:
  ///   - method: The method; nil for any.
  ///   - url: The whole URL, exactly as it is sent.
  ///   - headers: Fields the request must have, among others.
  ///   - body: What the body must be; nil for anything.
  ///   - respond: Makes the answer, or throws: a `FetchError` is thrown into the action as it is,
  ///     anything else as a failed connection.
  public func stub(
    _ method: HTTPRequest.Method?,
    _ url: String,
    headers: HTTPFields = [:],
    body: String? = nil,
    _ respond: @escaping Responder
  ) {
    plan.add(
      Stub(
        method: method,
        url: url,
        isPrefix: false,
        headers: headers,
        body: body,
        respond: respond
      )
    )
  }

  /// Answers requests to every URL that begins with a prefix with the same response each time.
  ///
  /// - Parameters:
  ///   - method: The method; nil for any.
  ///   - prefix: What the URL begins with.
  ///   - headers: Fields the request must have, among others.
  ///   - body: What the body must be; nil for anything.
  ///   - response: The answer.
  public func stub(
    _ method: HTTPRequest.Method? = nil,
    prefix: String,
    headers: HTTPFields = [:],
    body: String? = nil,
    _ response: HTTPResponse
  ) {
    stub(method, prefix: prefix, headers: headers, body: body) { _ in response }
  }

  /// Answers requests to every URL that begins with a prefix with what a closure makes.
  ///
  /// - Parameters:
  ///   - method: The method; nil for any.
  ///   - prefix: What the URL begins with.
  ///   - headers: Fields the request must have, among others.
  ///   - body: What the body must be; nil for anything.
  ///   - respond: Makes the answer, or throws: a `FetchError` is thrown into the action as it is,
  ///     anything else as a failed connection.
  public func stub(
    _ method: HTTPRequest.Method? = nil,
    prefix: String,
    headers: HTTPFields = [:],
    body: String? = nil,
    _ respond: @escaping Responder
  ) {
    plan.add(
      Stub(
        method: method,
        url: prefix,
        isPrefix: true,
        headers: headers,
        body: body,
        respond: respond
      )
    )
  }

  /// The requests sent so far, in order, those that no stub answered included.
  public var requests: [Request] { plan.requests }

  /// Forgets the stubs and what was sent.
  public func reset() { plan.reset() }
}

/// What one stub answers.
struct Stub: Sendable {
  var method: HTTPRequest.Method?
  var url: String
  var isPrefix: Bool
  var headers: HTTPFields
  var body: String?
  var respond: TestHTTP.Responder

  func matches(_ request: HTTPRequest, _ bytes: [UInt8]) -> Bool {
    guard method == nil || method == request.method,
      isPrefix ? request.url.hasPrefix(url) : request.url == url,
      headers.fields.allSatisfy({ request.headers.values(of: $0.name).contains($0.value) })
    else { return false }
    return body.map { bytes.elementsEqual($0.utf8) } ?? true
  }
}

/// Answers the requests of a backend in a test.
final class StubPlan: HTTPRequestSending {
  private struct State {
    var stubs: [Stub] = []
    var requests: [TestHTTP.Request] = []
  }

  /// Protects the stubs and the record: the test and actions use them at the same time.
  private let state = Mutex(State())

  /// The longest body a request may have here, in bytes.
  private static let bodyLimit = 64 << 20

  func add(_ stub: Stub) { state.withLock { $0.stubs.append(stub) } }

  var requests: [TestHTTP.Request] { state.withLock { $0.requests } }

  func reset() { state.withLock { $0 = State() } }

  /// Answers at once, as far as the clock of the test is concerned.
  func send(
    _ request: HTTPRequest,
    timeout: Duration
  ) async throws(FetchError) -> HTTPResponse {
    let name = "\(request.method.rawValue) \(request.url)"
    do {
      let bytes = try await request.body.collect(upTo: Self.bodyLimit)
      let stub = state.withLock { state in
        let stub = state.stubs.last { $0.matches(request, bytes) }
        state.requests.append(
          TestHTTP.Request(
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: bytes,
            isMatched: stub != nil
          )
        )
        return stub
      }
      guard let stub else {
        throw FetchError(
          .notPermitted,
          "No stub answers \(name), and tests have no network. Declare one by t.http.stub(…)."
        )
      }
      var request = request
      request.body = HTTPBody(bytes)
      return try await stub.respond(request)
    } catch let error as FetchError {
      throw error
    } catch {
      throw FetchError(.connectionFailed, "\(name) failed: \(error)")
    }
  }
}
