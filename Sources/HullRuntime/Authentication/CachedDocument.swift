// A document of a provider, fetched when it is needed and not more often.

import Hull
import HullPersistence
import Synchronization

/// The newest document of one kind from one provider, decoded.
///
/// However many ask at once, one request is made. Failures are remembered for a moment, and
/// ``newerValue(at:than:)`` is answered with a request only every ten seconds, so that neither a
/// broken provider nor invented key names turn this server against the provider.
final class CachedDocument<Value: Sendable>: Sendable {
  /// A document and which of those fetched so far it is.
  struct Version: Sendable {
    let value: Value
    fileprivate let number: UInt64
  }

  private typealias Outcome = Result<Version, ProviderFailure>

  /// Where an answer comes from.
  private enum Source {
    case known(Outcome)
    case flight(Task<Outcome, Never>)

    var outcome: Outcome {
      get async {
        switch self {
        case .known(let outcome): outcome
        case .flight(let task): await task.value
        }
      }
    }
  }

  private struct Stored {
    var address: WebAddress
    var outcome: Outcome
    var since: Duration
    var lifetime: CacheLifetime
  }

  private struct State {
    /// What was fetched last: a document, or a failure that is younger than any document.
    var stored: Stored?
    /// The last document, for when a newer one cannot be had.
    var fallback: Stored?
    var flight: (address: WebAddress, task: Task<Outcome, Never>)?
    var lastPrompted: Duration?
    var count: UInt64 = 0
  }

  /// How long a failure is given out without trying again.
  private static var failureLifetime: Duration { .seconds(1) }

  /// How long to wait between two requests that an unknown name prompts.
  private static var promptInterval: Duration { .seconds(10) }

  private let documents: ProviderDocuments
  private let time: any TimeSource
  private let decode:
    @Sendable (HTTPFetchedAnswer, WebAddress) async throws(ProviderFailure) -> Value

  /// Guards what is known; held only to look and to change it.
  private let state = Mutex(State())

  /// A document that has not been fetched yet.
  ///
  /// - Parameters:
  ///   - documents: Gets it.
  ///   - time: The clock of its age.
  ///   - decode: Reads it.
  init(
    _ documents: ProviderDocuments,
    time: any TimeSource,
    decode:
      @escaping @Sendable (HTTPFetchedAnswer, WebAddress) async throws(ProviderFailure) -> Value
  ) {
    self.documents = documents
    self.time = time
    self.decode = decode
  }

  deinit { state.withLock { $0.flight?.task.cancel() } }

  /// The document, as fresh as its provider wants it to be.
  ///
  /// - Parameter address: Where it is; a document from elsewhere does not count.
  /// - Returns: The document; the last one for a while if a fresh one cannot be had.
  /// - Throws: ``ProviderFailure``.
  func value(at address: WebAddress) async throws(ProviderFailure) -> Version {
    let source = state.withLock { state -> Source in
      if let stored = state.stored, stored.address == address,
        time.uptime() - stored.since < stored.lifetime.fresh
      {
        return .known(stored.outcome)
      }
      return .flight(flight(to: address, &state))
    }
    return try await source.outcome.get()
  }

  /// A document newer than one in which something was not found.
  ///
  /// - Parameters:
  ///   - address: Where it is.
  ///   - known: The document that is not new enough.
  /// - Returns: A newer document; `nil` if there is none or it is too early to ask again.
  func newerValue(at address: WebAddress, than known: Version) async -> Version? {
    let source = state.withLock { state -> Source? in
      let now = time.uptime()
      if let stored = state.stored, stored.address == address,
        case .success(let version) = stored.outcome, version.number > known.number
      {
        return .known(stored.outcome)
      }
      if let flight = state.flight, flight.address == address { return .flight(flight.task) }
      if let last = state.lastPrompted, now - last < Self.promptInterval { return nil }
      state.lastPrompted = now
      return .flight(flight(to: address, &state))
    }
    guard case .success(let version)? = await source?.outcome, version.number > known.number
    else { return nil }
    return version
  }

  /// The request under way, or a new one.
  private func flight(to address: WebAddress, _ state: inout State) -> Task<Outcome, Never> {
    if let flight = state.flight, flight.address == address { return flight.task }
    // Ended by its own time limit; owned by this object, which cancels it when it goes.
    let task = Task { [documents, decode, weak self] () -> Outcome in
      let result: Result<(Value, CacheLifetime), ProviderFailure>
      do throws(ProviderFailure) {
        let answer = try await documents.get(address)
        result = .success((try await decode(answer, address), CacheLifetime(answer)))
      } catch {
        result = .failure(error)
      }
      return self?.land(result, from: address) ?? .failure(.unreachable("the server is stopping"))
    }
    state.flight = (address, task)
    return task
  }

  /// Keeps what a request brought.
  private func land(
    _ result: Result<(Value, CacheLifetime), ProviderFailure>,
    from address: WebAddress
  ) -> Outcome {
    state.withLock { state in
      if state.flight?.address == address { state.flight = nil }
      let now = time.uptime()
      switch result {
      case .success((let value, let lifetime)):
        state.count += 1
        let version = Version(value: value, number: state.count)
        let stored = Stored(
          address: address,
          outcome: .success(version),
          since: now,
          lifetime: lifetime
        )
        state.stored = stored
        state.fallback = stored
        return stored.outcome
      case .failure(let failure):
        var outcome: Outcome = .failure(failure)
        if let fallback = state.fallback, fallback.address == address {
          let age = now - fallback.since
          if age < fallback.lifetime.onFailure { outcome = fallback.outcome }
          if age < fallback.lifetime.fresh {
            // It was asked for before its time: what is known is still good.
            state.stored = fallback
            return outcome
          }
        }
        state.stored = Stored(
          address: address,
          outcome: outcome,
          since: now,
          lifetime: CacheLifetime(fresh: Self.failureLifetime, onFailure: .zero)
        )
        return outcome
      }
    }
  }
}
