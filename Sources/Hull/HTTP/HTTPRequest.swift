/// An HTTP request: one an HTTP action answers, or one an action sends with `ctx.fetch`.
public struct HTTPRequest: HTTPMessage {
  /// What is asked to be done.
  public enum Method: String, Sendable, Hashable, CaseIterable {
    /// Gets something.
    case get = "GET"
    /// Gets the head of it only; an HTTP action sees GET instead.
    case head = "HEAD"
    /// Hands something over.
    case post = "POST"
    /// Puts something in its place.
    case put = "PUT"
    /// Changes part of something.
    case patch = "PATCH"
    /// Removes something.
    case delete = "DELETE"
    /// Asks what may be asked; browsers do before they call another site.
    case options = "OPTIONS"
  }

  /// What is asked to be done.
  public var method: Method
  /// The whole URL: `https://example.org/profile/ada?full=yes`.
  public var url: String
  /// The header fields.
  public var headers: HTTPFields
  /// The body; empty for methods that have none.
  ///
  /// That of an HTTP action's request arrives while it is
  /// read, and can be read once.
  public var body: HTTPBody

  /// Makes a request.
  ///
  /// - Parameters:
  ///   - method: What is asked to be done.
  ///   - url: The whole URL.
  ///   - headers: The header fields; those about length and connection follow from the rest.
  ///   - body: The body.
  public init(
    _ method: Method = .get,
    _ url: String,
    headers: HTTPFields = [:],
    body: HTTPBody = .empty
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// The path of the URL as it was sent, percent-encoded and without query: `/profile/ada`.
  public var path: String { String(target.path) }

  /// What stands between the slashes of the path, decoded: `["profile", "ada"]` for `/profile/ada`.
  ///
  /// A slash within a segment comes as `%2F`, and is one of its characters here. A slash at the end of
  /// the path adds an empty segment.
  public var pathSegments: [String] {
    target.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
      .map { PercentEncoding.decodeLossily($0) }
  }

  /// The query of the URL as it was sent, without the question mark; nil if there is none.
  public var query: String? { target.query.map(String.init) }

  /// One parameter of the query and its value, decoded as an HTML form is.
  public struct QueryItem: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The value; empty for a name alone.
    public var value: String

    /// Makes a parameter.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The parameters of the query, decoded as an HTML form is, in order.
  public var queryItems: [QueryItem] {
    (target.query ?? Substring()).split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return QueryItem(
        name: PercentEncoding.decodeLossily(parts[0], plusIsSpace: true),
        value: parts.count == 2 ? PercentEncoding.decodeLossily(parts[1], plusIsSpace: true) : ""
      )
    }
  }

  /// The first value of a parameter of the query; nil if there is none of that name.
  public func query(_ name: String) -> String? {
    queryItems.first { $0.name == name }?.value
  }

  /// What follows the host, in its parts.
  private var target: (path: Substring, query: Substring?) {
    var rest = url[...]
    if let scheme = rest.firstRange(of: "://") {
      let authority = rest[scheme.upperBound...]
      guard let end = authority.utf8.firstIndex(where: { "/?#".utf8.contains($0) }) else {
        return ("/", nil)
      }
      rest = authority[end...]
    }
    rest = rest.prefix { $0 != "#" }
    guard let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) else {
      return (rest.isEmpty ? "/" : rest, nil)
    }
    let path = rest[..<mark]
    return (path.isEmpty ? "/" : path, rest[rest.index(after: mark)...])
  }
}
