// NIO's HTTP/1 parser, made to go on after an offer to upgrade that nobody takes.

import NIOCore
import NIOHTTP1

/// Parses requests, with a fresh parser after each one that offered an upgrade.
///
/// llhttp takes whatever follows such a request (`Upgrade: h2c`, CONNECT) for another protocol and
/// reads no further, so the next request of the connection would never be seen. The parser stops
/// exactly at the end of the message: a new one goes on with the bytes that are left.
final class RequestDecoder: ByteToMessageDecoder {
  typealias InboundOut = HTTPServerRequestPart

  private let limits: NIOHTTPDecoderLimitConfiguration
  private var parser: HTTPRequestDecoder

  /// Set by the connection when a message ended that had offered an upgrade.
  var shouldRenew = false

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
    let outcome = try parser.decode(context: context, buffer: &buffer)
    guard shouldRenew else { return outcome }
    shouldRenew = false
    parser.decoderRemoved(context: context)
    parser = Self.makeParser(limits)
    parser.decoderAdded(context: context)
    return buffer.readableBytes > 0 ? .continue : .needMoreData
  }

  func decodeLast(
    context: ChannelHandlerContext,
    buffer: inout ByteBuffer,
    seenEOF: Bool
  ) throws -> DecodingState {
    try parser.decodeLast(context: context, buffer: &buffer, seenEOF: seenEOF)
  }
}
