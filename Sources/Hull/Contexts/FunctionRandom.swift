/// The random numbers of one execution: `ctx.random`.
///
/// ```swift
/// var generator = ctx.random
/// let winner = entries.randomElement(using: &generator)
/// ```
///
/// Copies draw from the same stream.
public struct FunctionRandom: RandomNumberGenerator, Sendable {
  let host: HostHandle

  /// The next 64 random bits.
  public func next() -> UInt64 { host.host.randomBits() }

  /// A number from 0 up to, but not including, 1.
  public func double() -> Double { Double(next() >> 11) * 0x1p-53 }
}
