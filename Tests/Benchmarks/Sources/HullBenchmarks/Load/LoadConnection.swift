// One connection of the load generator: a request, its whole answer, the next request.

import Foundation
import NIOCore

/// One connection.
///
/// Its own cost is kept low: it runs beside the server that is measured.
final class LoadConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let run: LoadRun
  /// An answer whose head is not complete.
  private var received = ByteBuffer()
  /// What is left of the body; nil while there is no head.
  private var left: Int?
  private var isSuccess = false
  private var isUnderWay = false
  private var sent = ContinuousClock.now

  init(run: LoadRun) { self.run = run }

  func channelActive(context: ChannelHandlerContext) { send(context) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var chunk = unwrapInboundIn(data)
    if let left {
      self.left = left - chunk.readableBytes
    } else {
      if received.readableBytes > 0 {
        received.writeBuffer(&chunk)
        chunk = received
      }
      guard let head = AnswerHead(chunk) else {
        received = chunk
        return
      }
      isSuccess = head.isSuccess
      left = head.bodyBytes - (chunk.readableBytes - head.headBytes)
      received = ByteBuffer()
    }
    guard left == 0 else { return }
    left = nil
    isUnderWay = false
    run.answered(after: .now - sent, isSuccess: isSuccess)
    send(context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    guard isUnderWay else { return }
    isUnderWay = false
    run.lost()
  }

  private func send(_ context: ChannelHandlerContext) {
    guard let request = run.request() else { return }
    isUnderWay = true
    sent = .now
    context.writeAndFlush(wrapOutboundOut(request), promise: nil)
  }
}

/// What matters of the head of an answer; every answer says its length.
struct AnswerHead {
  var headBytes: Int
  var bodyBytes: Int
  /// Whether the status is 200.
  var isSuccess: Bool

  /// Reads a head; nil if it is not all there.
  init?(_ answer: ByteBuffer) {
    let found: (Int, Int, Bool)? = answer.withUnsafeReadableBytes { bytes in
      // A byte that is no part of the end of a head cannot be in it, nor can the end be before it.
      var place = 3
      while place < bytes.count {
        let byte = bytes[place]
        if byte == 0x0A, bytes[place - 1] == 0x0D, bytes[place - 2] == 0x0A,
          bytes[place - 3] == 0x0D
        {
          let head = UnsafeRawBufferPointer(rebasing: bytes[...place])
          guard head.count > 12 else { return nil }
          return (head.count, Self.bodyBytes(head), head[9..<12].elementsEqual("200".utf8))
        }
        place += byte == 0x0D || byte == 0x0A ? 1 : 4
      }
      return nil
    }
    guard let found else { return nil }
    (headBytes, bodyBytes, isSuccess) = found
  }

  private static func bodyBytes(_ head: UnsafeRawBufferPointer) -> Int {
    let name = Array("content-length:".utf8)
    // Names of fields begin lines, and letters differ from small ones by one bit.
    var line = 0
    while line + name.count < head.count {
      var matched = 0
      while matched < name.count, head[line + matched] | 0x20 == name[matched] | 0x20 {
        matched += 1
      }
      if matched == name.count {
        return head[(line + matched)...].drop { $0 == 0x20 }.prefix { (48...57).contains($0) }
          .reduce(0) { $0 * 10 + Int($1 - 48) }
      }
      while line < head.count, head[line] != 0x0A { line += 1 }
      line += 1
    }
    return 0
  }
}
