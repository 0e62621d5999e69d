// Getting a provider's documents: where one may be, how long it may be, what went wrong.

import Hull

/// Why a document of a provider could not be had.
enum ProviderFailure: Error, Sendable {
  /// There was no answer.
  case unreachable(String)
  /// The answer was not 200.
  case refused(HTTPFetchedAnswer)
  /// The answer was not JSON, as its media type says.
  case wrongMediaType(HTTPFetchedAnswer)
  /// The document does not say what it should.
  case malformed
}

/// Gets documents of providers.
struct ProviderDocuments: Sendable {
  let fetcher: (any HTTPFetching)?

  /// A key set or discovery document has a few thousand bytes.
  static let limits = HTTPFetchLimits(bodyBytes: 1024 * 1024, time: .seconds(10))

  /// How many redirects are followed.
  static let maximumRedirects = 3

  /// Gets a document.
  ///
  /// Redirects are followed to places that are as trustworthy as the first.
  ///
  /// - Parameter address: Where it is.
  /// - Returns: An answer with status 200.
  /// - Throws: ``ProviderFailure``.
  func get(_ address: WebAddress) async throws(ProviderFailure) -> HTTPFetchedAnswer {
    guard let fetcher else { throw .unreachable("this backend has no access to the network") }
    var next = address
    for _ in 0...Self.maximumRedirects {
      let answer: HTTPFetchedAnswer
      do throws(HTTPFetchError) {
        answer = try await fetcher.get(next.text, limits: Self.limits)
      } catch {
        throw .unreachable(error.message)
      }
      switch answer.status {
      case 200: return answer
      case 301, 302, 303, 307, 308:
        guard let target = answer["location"].flatMap(next.following) else {
          throw .refused(answer)
        }
        guard address.mayPoint(to: target) else {
          throw .unreachable("it redirects to \(target.text), which is not safe to follow")
        }
        next = target
      default: throw .refused(answer)
      }
    }
    throw .unreachable("it redirects more than \(Self.maximumRedirects) times")
  }
}

extension WebAddress {
  /// Whether what a document from here names may be fetched: nothing out on the net gets to send
  /// this server into its own network, and nothing leads away from encryption.
  func mayPoint(to target: WebAddress) -> Bool {
    target.isSecure ? isPrivate || !target.isPrivate : isPrivate && !isSecure && target.isPrivate
  }
}

/// The media type of an answer.
struct MediaType: Sendable, Hashable {
  /// Type and subtype in lower case.
  let essence: String
  /// The parameter `charset`, in lower case.
  let charset: String?

  /// Reads a `Content-Type`.
  init(_ text: String) {
    let parts = text.lowercased().split(separator: ";").map { part in
      String(part.filter { $0 != " " && $0 != "\t" && $0 != "\"" })
    }
    essence = parts.first ?? ""
    charset = parts.dropFirst().first { $0.hasPrefix("charset=") }
      .map { String($0.dropFirst("charset=".count)) }
  }

  /// The media types of key sets.
  static let keySets: Set = ["application/json", "application/jwk-set+json"]
}
