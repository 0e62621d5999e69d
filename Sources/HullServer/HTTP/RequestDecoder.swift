// NIO's HTTP/1 parser, made to go on after an offer to upgrade that nobody takes.

import NIOCore
import NIOHTTP1

/// Parses requests, with a fresh parser after each one that offered an upgrade.
///
/// llhttp takes whatever follows such a request (`Upgrade: h2c`, CONNECT) for another protocol and
/// reads no further, so the next request of the connection would never be seen. The parser stops
/// exactly at the end of the message: a new one goes on with the bytes that are left. If somebody may
/// take the offer, nothing is parsed until that is decided, and the bytes go to whoever took it.
final class RequestDecoder: ByteToMessageDecoder {
  typealias InboundOut = HTTPServerRequestPart

  private let limits: NIOHTTPDecoderLimitConfiguration
  private var parser: HTTPRequestDecoder

  /// Set by the connection when a message ended that had offered an upgrade.
  var shouldRenew = false
  /// Set by the connection while it decides on an upgrade: what follows may be another protocol.
  var isPaused = false
  /// Set by the connection when what follows is another protocol: the bytes that are left go to the
  /// next handler as they are, when this one is removed.
  var handsOver = false
  private var isDecoding = false

  init(limits: NIOHTTPDecoderLimitConfiguration) {
    self.limits = limits
    parser = Self.makeParser(limits)
  }

  private static func makeParser(
    _ limits: NIOHTTPDecoderLimitConfiguration
  ) -> HTTPRequestDecoder {
    HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits)
  }

  func decoderAdded(context: ChannelHandlerContext) {
    parser.decoderAdded(context: context)
  }

  func decoderRemoved(context: ChannelHandlerContext) {
    parser.decoderRemoved(context: context)
  }

  func decode(
    context: ChannelHandlerContext,
    buffer: inout ByteBuffer
  ) throws -> DecodingState {
    if isPaused { return .needMoreData }
    isDecoding = true
    defer { isDecoding = false }
    let outcome = shouldRenew ? .continue : try parser.decode(context: context, buffer: &buffer)
    if isPaused { return .needMoreData }
    guard shouldRenew else { return outcome }
    shouldRenew = false
    parser.decoderRemoved(context: context)
    parser = Self.makeParser(limits)
    parser.decoderAdded(context: context)
    return buffer.readableBytes > 0 ? .continue : .needMoreData
  }

  /// Parses on after a pause.
  ///
  /// - Parameter context: Of any handler of the pipeline.
  func resume(context: ChannelHandlerContext) {
    isPaused = false
    shouldRenew = true
    // What has arrived meanwhile is looked at when something arrives; if the parser is at work further
    // up the stack, it goes on by itself.
    if !isDecoding { context.pipeline.fireChannelRead(ByteBuffer()) }
  }

  func decodeLast(
    context: ChannelHandlerContext,
    buffer: inout ByteBuffer,
    seenEOF: Bool
  ) throws -> DecodingState {
    if handsOver, buffer.readableBytes > 0 {
      let bytes = buffer
      buffer.moveReaderIndex(to: buffer.writerIndex)
      context.fireChannelRead(NIOAny(bytes))
    }
    if isPaused { return .needMoreData }
    return try parser.decodeLast(context: context, buffer: &buffer, seenEOF: seenEOF)
  }
}
