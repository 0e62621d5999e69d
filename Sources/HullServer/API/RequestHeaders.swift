// The header fields the API looks at, found in one pass over a request's head.

import NIOHTTP1

/// The header fields the API knows; of a field that comes more than once, the first.
struct RequestHeaders {
  var accessControlRequestHeaders: String?
  var authorization: String?
  var contentType: String?
  var convexClient: String?
  var convexRequestID: String?
  var forwardedFor: String?
  var origin: String?
  var userAgent: String?

  init(_ headers: HTTPHeaders) {
    for (name, value) in headers {
      // The length alone rules out nearly every other name.
      switch name.utf8.count {
      case 6 where Self.matches(name, "origin"): origin = origin ?? value
      case 10 where Self.matches(name, "user-agent"): userAgent = userAgent ?? value
      case 12 where Self.matches(name, "content-type"): contentType = contentType ?? value
      case 13 where Self.matches(name, "convex-client"): convexClient = convexClient ?? value
      case 13 where Self.matches(name, "authorization"): authorization = authorization ?? value
      case 15 where Self.matches(name, "x-forwarded-for"): forwardedFor = forwardedFor ?? value
      case 17 where Self.matches(name, "convex-request-id"):
        convexRequestID = convexRequestID ?? value
      case 30 where Self.matches(name, "access-control-request-headers"):
        accessControlRequestHeaders = accessControlRequestHeaders ?? value
      default: break
      }
    }
  }

  /// Compares a field name, which holds no control characters, to one in lower case.
  private static func matches(_ name: String, _ lowercased: StaticString) -> Bool {
    lowercased.withUTF8Buffer { expected in
      var index = 0
      for byte in name.utf8 {
        guard index < expected.count, byte | 0x20 == expected[index] else { return false }
        index += 1
      }
      return index == expected.count
    }
  }

  /// Whether the body is declared to be JSON: `application/json` or `application/…+json`.
  var declaresJSON: Bool {
    guard let contentType else { return false }
    if contentType == "application/json" { return true }
    let essence = contentType.prefix { $0 != ";" }.lowercased()
    let trimmed = essence.drop { $0 == " " || $0 == "\t" }
    guard let end = trimmed.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return false }
    let media = trimmed[...end]
    guard media.hasPrefix("application/") else { return false }
    let subtype = media.dropFirst("application/".count)
    guard !subtype.isEmpty, subtype.utf8.allSatisfy(Self.isTokenByte) else { return false }
    return subtype == "json" || subtype.hasSuffix("+json")
  }

  /// Characters of a token (RFC 9110 section 5.6.2).
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
