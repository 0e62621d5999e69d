// Tokens that were good a moment ago need no second signature check.

import Crypto
import Foundation
import HullPersistence
import Synchronization

/// Remembers verified tokens by a hash of their text, a bounded number of them for a bounded time.
///
/// Two generations stand in for a list in the order of use: what is asked for moves to the young
/// one, and when that is full it becomes the old one and the old one is forgotten. So between
/// ``maximumCount`` / 2 and ``maximumCount`` of the tokens used last are known.
final class VerifiedTokenCache: Sendable {
  /// The name of a token.
  typealias Key = SHA256Digest

  /// How many tokens are remembered at most.
  static let maximumCount = 4096

  /// A token is verified again after so long, so that a key its provider has withdrawn stops
  /// counting long before the tokens it signed end.
  static let longestTrust: Duration = .seconds(3600)

  private struct Entry {
    var token: VerifiedToken
    var since: Duration
  }

  private struct Generations {
    var young: [Key: Entry] = [:]
    var old: [Key: Entry] = [:]

    mutating func insert(_ entry: Entry, for key: Key) {
      if young.count >= VerifiedTokenCache.maximumCount / 2 {
        old = young
        young = [:]
      }
      young[key] = entry
    }
  }

  private let time: any TimeSource

  /// Guards the tokens; held only for a look-up or an insertion.
  private let generations = Mutex(Generations())

  init(time: any TimeSource) { self.time = time }

  /// What a token's text is remembered under.
  static func key(_ text: String) -> Key { SHA256.hash(data: Data(text.utf8)) }

  /// A token that was verified before and is still valid.
  subscript(key: Key) -> VerifiedToken? {
    let now = time.now()
    let uptime = time.uptime()
    return generations.withLock { generations in
      guard let entry = generations.young[key] ?? generations.old[key] else { return nil }
      guard !entry.token.isExpired(at: now), uptime - entry.since < Self.longestTrust else {
        generations.young[key] = nil
        generations.old[key] = nil
        return nil
      }
      if generations.young[key] == nil { generations.insert(entry, for: key) }
      return entry.token
    }
  }

  /// Remembers a token.
  func insert(_ token: VerifiedToken, for key: Key) {
    let entry = Entry(token: token, since: time.uptime())
    generations.withLock { $0.insert(entry, for: key) }
  }
}
