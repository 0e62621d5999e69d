// A request to the API with what every route needs to know about it.

import HullRuntime
import HullValues
import NIOCore

/// A request to the API.
///
/// A class, because every step hands it on and it has two dozen parts.
final class APIRequest: Sendable {
  /// The request as it came.
  let http: HTTPRequest
  /// Its header fields of interest.
  let headers: RequestHeaders
  /// What the client says it is.
  let client: ClientVersion

  init(http: HTTPRequest, headers: RequestHeaders, client: ClientVersion) {
    self.http = http
    self.headers = headers
    self.client = client
  }

  /// The credentials it offers.
  ///
  /// - Throws: ``BackendError`` for a field that cannot be read.
  func credentials() throws(BackendError) -> Credentials {
    try Credentials(
      authorization: headers.authorization,
      queryKey: http.queryParameter("adminKey")
    )
  }

  /// The body of a request that must be JSON.
  ///
  /// - Throws: ``BackendError`` `BadJsonBody` for another content type or too long a body.
  func jsonBody() throws(BackendError) -> [UInt8] {
    guard headers.declaresJSON else {
      throw .badJSONBody("Expected request with `Content-Type: application/json`")
    }
    guard !http.bodyExceedsLimit else {
      throw .badJSONBody("Failed to buffer the request body: length limit exceeded")
    }
    return Array(http.body.readableBytesView)
  }

  /// The id the client gave the request, or a fresh one.
  func requestID(_ backend: Backend) -> RequestID {
    headers.convexRequestID.map { RequestID($0) } ?? backend.makeRequestID()
  }

  /// What is known about the program at the other end.
  var clientInfo: ClientInfo {
    var client = ClientInfo(address: clientAddress, userAgent: headers.userAgent.map(Self.bounded))
    if headers.authorization != nil, case .bearer(let token)? = try? credentials() {
      client.authToken = token
    }
    return client
  }

  private var clientAddress: String? {
    guard let forwarded = headers.forwardedFor else { return http.peerAddress }
    let first = forwarded.prefix { $0 != "," }.drop { $0 == " " }
    guard let end = first.lastIndex(where: { $0 != " " }) else { return "" }
    return String(first[...end])
  }

  /// At most 512 bytes of a text, whole characters.
  private static func bounded(_ text: String) -> String {
    guard text.utf8.count > 512 else { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: 512)
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end])
  }
}

/// Credentials on their way to an identity.
///
/// Reading them comes early in the processing of a request and judging them late, and what is wrong
/// with them is told in that order (spec/http-api.md 2.2).
struct PendingIdentity {
  private enum Claim {
    case judged(Result<CallerIdentity, BackendError>)
    case bearer(String, Backend)
  }

  private let claim: Claim

  /// Reads the credentials of a request.
  ///
  /// - Throws: ``BackendError`` for credentials that cannot be read.
  init(_ request: APIRequest, _ backend: Backend) throws(BackendError) {
    switch try request.credentials() {
    case .none: claim = .judged(.success(.anonymous))
    case .bearer(let token): claim = .bearer(token, backend)
    case .adminKey(let key):
      do throws(BackendError) {
        claim = .judged(.success(try backend.authenticate(adminKey: key)))
      } catch  where error.code == "HeaderParseFailure" {
        throw error
      } catch {
        claim = .judged(.failure(error))
      }
    }
  }

  /// The identity.
  ///
  /// - Throws: ``BackendError`` for credentials that are not good; nobody is anonymous instead.
  func verified() async throws(BackendError) -> CallerIdentity {
    switch claim {
    case .judged(let result): try result.get()
    case .bearer(let token, let backend):
      .user(try await backend.authenticate(userToken: token).identity)
    }
  }
}

extension CallerIdentity {
  /// Insists on an admin key.
  ///
  /// - Throws: ``BackendError`` `BadDeployKey`.
  func requireAdmin() throws(BackendError) {
    guard !isAdmin else { return }
    throw BackendError(
      kind: .forbidden,
      code: "BadDeployKey",
      message: """
        The provided deploy key was invalid for this deployment. Double check that the environment \
        this key was generated for matches the desired deployment.
        """
    )
  }
}
