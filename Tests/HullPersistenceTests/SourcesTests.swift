import HullPersistence
import Testing

/// Time and randomness.
@Suite struct SourcesTests {
  @Test func `a manual clock moves only when told`() {
    let time = ManualTimeSource(start: 1_000)
    #expect(time.now() == 1_000)
    #expect(time.now() == 1_000)
    time.advance(by: .microseconds(3))
    #expect(time.now() == 4_000)
    #expect(time.uptime() == .microseconds(3))
    time.set(10)
    #expect(time.now() == 10)
    #expect(time.uptime() == .microseconds(3))
  }

  @Test func `the system's clocks run`() {
    let time = SystemTimeSource()
    let (now, uptime) = (time.now(), time.uptime())
    // 2024-01-01, before which nothing of this was written.
    #expect(now.rawValue > 1_704_067_200_000_000_000)
    #expect(time.uptime() >= uptime)
    #expect(uptime > .zero)
  }

  @Test func `a timestamp shows as milliseconds the way creation times do`() {
    #expect(Timestamp(rawValue: 1_700_000_000_123_456_789).milliseconds == 1_700_000_000_123.456_8)
    #expect(Timestamp(rawValue: 1_500_000).milliseconds == 1.5)
    #expect(Timestamp.zero.milliseconds == 0)
  }

  @Test func `timestamps are added to and subtracted without overflow`() {
    let timestamp = Timestamp(rawValue: 5)
    #expect(timestamp.successor == 6)
    #expect(timestamp.advanced(by: .seconds(2)) == 2_000_000_005)
    #expect(timestamp.advanced(by: .seconds(-1)) == -999_999_995)
    #expect(timestamp.advanced(by: .seconds(Int64.max)) == Timestamp(rawValue: .max))
    #expect(Timestamp(rawValue: -5).advanced(by: .seconds(Int64.min)) == Timestamp(rawValue: .min))
    #expect(timestamp.duration(to: 1_000_000_005) == .seconds(1))
    #expect(Timestamp(rawValue: .min).duration(to: Timestamp(rawValue: .max)) > .seconds(1 << 33))
  }

  @Test func `a seed decides all the bits that follow`() {
    // The first numbers of SplitMix64's reference implementation for seed 1234567.
    let random = SeededRandomSource(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
    #expect(
      SeededRandomSource(seed: 9).bytes(20) == SeededRandomSource(seed: 9).bytes(20)
    )
    #expect(SeededRandomSource(seed: 9).bytes(20) != SeededRandomSource(seed: 10).bytes(20))
  }

  @Test func `the system's randomness does not repeat`() {
    let random = SystemRandomSource()
    #expect(random.bytes(16) != random.bytes(16))
    #expect(random.bytes(13).count == 13)
    #expect(random.bytes(0) == [])
  }
}
