// The reader alone, without a socket.

import HullServer
import NIOCore
import Testing

@Suite struct WebSocketReaderTests {
  private func reader() -> WebSocketReader {
    WebSocketReader(maximumFrame: 1000, maximumMessage: 2000)
  }

  private func events(
    _ parts: [[UInt8]]
  ) throws -> (events: [WebSocketReader.Event], buffered: Int) {
    var reader = reader()
    var events: [WebSocketReader.Event] = []
    for part in parts {
      var buffer = ByteBuffer(bytes: part)
      while let event = try reader.next(&buffer) { events.append(event) }
      #expect(buffer.readableBytes == 0)
    }
    return (events, reader.bufferedBytes)
  }

  @Test func `frames may be split anywhere`() throws {
    let text = "Each part is masked on its own: é€😀"
    let bytes =
      RawWebSocketClient.frame(1, Array(text.utf8.prefix(20)), isFinal: false)
      + RawWebSocketClient.frame(9, [1, 2, 3])
      + RawWebSocketClient.frame(0, Array(text.utf8.dropFirst(20)), mask: [9, 8, 7, 6])
      + RawWebSocketClient.frame(1, [UInt8](repeating: 0x61, count: 300))
      + RawWebSocketClient.frame(2, [0xFF]) + RawWebSocketClient.frame(10, [])
      + RawWebSocketClient.frame(8, [0x03, 0xE8, 0x61])
    let expected: [WebSocketReader.Event] = [
      .ping([1, 2, 3]), .text(Array(text.utf8)), .text([UInt8](repeating: 0x61, count: 300)),
      .binary, .pong, .close(WebSocketClose(code: 1000, reason: "a")),
    ]
    for split in 0...bytes.count {
      #expect(try events([Array(bytes[..<split]), Array(bytes[split...])]).events == expected)
    }
    #expect(try events(bytes.map { [$0] }).events == expected)
    for size in 2..<40 {
      let parts = stride(from: 0, to: bytes.count, by: size).map {
        Array(bytes[$0..<min($0 + size, bytes.count)])
      }
      #expect(try events(parts).events == expected)
    }
  }

  @Test func `nothing is held between messages`() throws {
    let whole = RawWebSocketClient.frame(1, [UInt8](repeating: 0x61, count: 900))
    #expect(try events([whole]).buffered == 0)
    #expect(try events([Array(whole.dropLast())]).buffered == 899)
    let binary = RawWebSocketClient.frame(2, [UInt8](repeating: 0, count: 900), isFinal: false)
    #expect(try events([binary]).buffered == 0)
  }

  @Test func `messages that nobody wants are not kept`() throws {
    var reader = reader()
    var buffer = ByteBuffer(
      bytes: RawWebSocketClient.frame(1, [UInt8](repeating: 0x61, count: 900), isFinal: false)
    )
    #expect(try reader.next(&buffer) == nil)
    reader.dropMessages()
    #expect(reader.bufferedBytes == 0)
    buffer = ByteBuffer(
      bytes: RawWebSocketClient.frame(0, [0xFF]) + RawWebSocketClient.frame(8, [])
    )
    #expect(try reader.next(&buffer) == .binary)
    #expect(try reader.next(&buffer) == .close(WebSocketClose(code: nil)))
  }

  @Test func `limits are exact`() throws {
    let fitting = RawWebSocketClient.frame(1, [UInt8](repeating: 0x61, count: 1000))
    #expect(try events([fitting]).events.count == 1)
    #expect(throws: WebSocketViolation.self) {
      try events([RawWebSocketClient.frame(1, [], claimedLength: 1001)])
    }
    let half = RawWebSocketClient.frame(1, [UInt8](repeating: 0x61, count: 1000), isFinal: false)
    let rest = RawWebSocketClient.frame(0, [UInt8](repeating: 0x61, count: 1000))
    #expect(try events([half, rest]).events == [.text([UInt8](repeating: 0x61, count: 2000))])
    let more = RawWebSocketClient.frame(0, [0x61], isFinal: false)
    #expect(throws: WebSocketViolation.self) { try events([half, more, rest]) }
  }

  @Test func `random bytes are read or refused`() {
    var generator = SystemRandomNumberGenerator()
    let seed = generator.next()
    var state = seed
    func random() -> UInt8 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
    var refused = 0
    for _ in 0..<5000 {
      var reader = reader()
      // Mostly frames that start well.
      let head: [UInt8] = random() < 200 ? [0x80 | random() & 0x8F, 0x80 | random()] : []
      var buffer = ByteBuffer(bytes: head + (0..<Int(random())).map { _ in random() })
      do {
        while let _ = try reader.next(&buffer) {}
        #expect(buffer.readableBytes == 0, "seed \(seed)")
      } catch {
        refused += 1
      }
    }
    #expect(refused > 1000, "seed \(seed)")
  }
}

@Suite struct WebSocketOutboxTests {
  @Test func `pieces of one message wait together, however long it is`() {
    var outbox = WebSocketOutbox()
    let piece = [UInt8](repeating: 0, count: 8)
    let isTaken = [false, true, true].map { outbox.append(piece, limit: 10, continues: $0) }
    #expect(isTaken == [true, true, true])
    let next = outbox.append(piece, limit: 10)
    #expect(!next)
    #expect(outbox.bytes == 24)
  }

  @Test func `messages leave in order and are counted`() {
    var outbox = WebSocketOutbox()
    var next: UInt8 = 0
    var expected: UInt8 = 0
    for round in 0..<400 {
      for _ in 0..<(round % 7) {
        let isTaken = outbox.append([next, 0], limit: 100_000)
        #expect(isTaken)
        next &+= 1
      }
      for _ in 0..<(round % 5) {
        guard let message = outbox.popFirst() else { break }
        #expect(message == [expected, 0])
        expected &+= 1
      }
      #expect(outbox.bytes == outbox.count * 2)
    }
    while let message = outbox.popFirst() {
      #expect(message[0] == expected)
      expected &+= 1
    }
    #expect(expected == next)
    #expect(outbox.isEmpty)
    #expect(outbox.bytes == 0)
  }

  @Test func `only a lone message may exceed the limit`() {
    var outbox = WebSocketOutbox()
    func takes(_ count: Int) -> Bool {
      outbox.append([UInt8](repeating: 0, count: count), limit: 10)
    }
    #expect(takes(11))
    #expect(!takes(1))
    let first = outbox.popFirst()
    #expect(first?.count == 11)
    #expect(takes(9))
    #expect(takes(1))
    #expect(!takes(1))
    outbox.removeAll()
    #expect(outbox.isEmpty)
    #expect(outbox.bytes == 0)
  }
}

@Suite struct WebSocketLivenessTests {
  private func check(
    _ liveness: inout WebSocketLiveness,
    _ second: Int64,
    isPaused: Bool = false
  ) -> WebSocketLiveness.Verdict {
    liveness.check(
      .uptimeNanoseconds(UInt64(second) * 1_000_000_000),
      pingInterval: .seconds(5),
      silence: .seconds(120),
      isPaused: isPaused
    )
  }

  @Test func `a client is pinged every five seconds, heard or not`() {
    var liveness = WebSocketLiveness(now: .uptimeNanoseconds(0))
    for second in 1...40 as ClosedRange<Int64> {
      if second % 3 == 0 { liveness.heard() }
      let verdict = check(&liveness, second)
      #expect(verdict == (second % 5 == 0 ? .ping : .fine))
    }
  }

  @Test func `a client is dead after two minutes without any frame`() {
    var liveness = WebSocketLiveness(now: .uptimeNanoseconds(0))
    for second in 1...500 as ClosedRange<Int64> {
      if second == 300 { liveness.heard() }
      let isPaused = second <= 200
      let verdict = check(&liveness, second, isPaused: isPaused)
      // Heard last at 200, when reading went on, and at 300.
      #expect((verdict == .dead) == (second > 420), "\(second)")
    }
  }
}
