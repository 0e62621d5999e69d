// How a process is asked to stop: politely once, then at once.

import Dispatch
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The signals that ask the process to stop.
final class StopSignals {
  private let stream: AsyncStream<Void>
  private let sources: [any DispatchSourceSignal]

  init() {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    self.stream = stream
    let wasAsked = AskedFlag()
    sources = [SIGINT, SIGTERM].map { number in
      // The default action would end the process before the source is asked.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        // The second request does not wait for anything.
        if wasAsked.set() { _exit(128 + number) }
        continuation.yield()
      }
      source.resume()
      return source
    }
  }

  /// Waits for the first request to stop.
  func first() async {
    for await _ in stream { return }
  }
}

/// Whether the process was asked to stop before.
private final class AskedFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  /// Notes a request; returns whether it is a further one.
  func set() -> Bool { flag.exchange(true, ordering: .relaxed) }
}
