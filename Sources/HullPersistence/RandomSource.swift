// The only code that asks the system for randomness; everything else is handed a source.

private import Foundation
private import Synchronization

/// Where a program gets random bits.
package protocol RandomSource: Sendable {
  /// 64 random bits.
  func next() -> UInt64
}

extension RandomSource {
  /// A pause drawn from its second half, so that those who failed together do not come back together.
  package func spread<Pause: BinaryFloatingPoint>(_ pause: Pause) -> Pause {
    pause * (1 + Pause(next() >> 32) / Pause(1 << 32 as UInt64)) / 2
  }

  /// `count` random bytes.
  package func bytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      var word: UInt64 = 0
      for index in 0..<count {
        if index % 8 == 0 { word = next() }
        buffer.initializeElement(at: index, to: UInt8(truncatingIfNeeded: word))
        word >>= 8
      }
      initializedCount = count
    }
  }
}

/// The operating system's cryptographically secure generator.
///
/// It is asked for 256 bytes at a time: a system call for each request would be felt.
package struct SystemRandomSource: RandomSource {
  /// Guards bits that were fetched and not handed out yet; held to take some or fetch more.
  private static let fetched = Mutex<[UInt64]>([])

  package init() {}

  package func next() -> UInt64 {
    Self.fetched.withLock { fetched in
      if let next = fetched.popLast() { return next }
      fetched = [UInt64](unsafeUninitializedCapacity: 32) { buffer, count in
        // 256 bytes, the most the call may be asked for; it fails only for more than that.
        let result = getentropy(buffer.baseAddress, 256)
        precondition(result == 0, "the system has no randomness")
        count = 32
      }
      return fetched.removeLast()
    }
  }
}

/// The same bits for the same seed, for tests and simulation; not for secrets.
///
/// The generator is SplitMix64: small, fast, and every seed is a good one.
package final class SeededRandomSource: RandomSource {
  /// Guards the generator's state, so that concurrent callers never get the same bits.
  private let state: Mutex<UInt64>

  package init(seed: UInt64) {
    state = Mutex(seed)
  }

  package func next() -> UInt64 {
    let sum = state.withLock { state in
      state &+= 0x9E37_79B9_7F4A_7C15
      return state
    }
    var bits = (sum ^ (sum >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
