// Whatever arrives is read or refused.

import HullSync
import TestRandomness
import Testing

@Suite struct ClientMessageFuzzTests {
  private static let messages: [String] = [
    """
    {"type":"Connect","sessionId":"7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11","connectionCount":0,\
    "lastCloseReason":"InitialConnect","maxObservedTimestamp":"AMowfbKQXhg=","clientTs":17560}
    """,
    """
    {"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add",\
    "queryId":0,"udfPath":"a:b","args":[{"x":{"$integer":"AQAAAAAAAAA="}}],"journal":null},\
    {"type":"Remove","queryId":3}]}
    """,
    #"{"type":"Mutation","requestId":7,"udfPath":"messages:send","args":[{"body":"hé😀"}]}"#,
    #"{"type":"Authenticate","baseVersion":0,"tokenType":"Admin","value":"k","acting_as":{"a":1}}"#,
    #"{"type":"Event","eventType":"ClientConnect","event":[{"startTime":12.3e-4}]}"#,
  ]

  private static let pieces: [String] = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\ud800", "null", "true", "-", "1e999",
    "18446744073709551616", #""type":"Mutation","#, #""args":"#, #"{"$bytes":"A""#, "\u{0}",
    #"{"type":"Add"}"#, "😀",
  ]

  @Test func `random and damaged messages never crash`() {
    let seed: UInt64 = 4004
    var generator = SeededGenerator(seed: seed)
    var accepted = 0
    var refused = 0
    for _ in 0..<20_000 {
      var text = Array((Self.messages.randomElement(using: &generator) ?? "").utf8)
      for _ in 0..<Int.random(in: 0...3, using: &generator) {
        let position = Int.random(in: 0...text.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: text.insert(UInt8.random(in: .min ... .max, using: &generator), at: position)
        case 1:
          let piece = Self.pieces.randomElement(using: &generator) ?? ""
          text.insert(contentsOf: piece.utf8, at: position)
        case 2: text.removeSubrange(position..<min(position + 9, text.count))
        default: text.removeSubrange(position..<text.count)
        }
      }
      do throws(InvalidMessage) {
        _ = try ClientMessage(json: text)
        accepted += 1
      } catch {
        refused += 1
        #expect(!error.reason.isEmpty, "seed \(seed): \(String(decoding: text, as: UTF8.self))")
      }
    }
    #expect(accepted > 1000, "seed \(seed)")
    #expect(refused > 1000, "seed \(seed)")
  }
}
