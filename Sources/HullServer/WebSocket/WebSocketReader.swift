// The bytes of a client become messages (RFC 6455 section 5). No socket in here.

import HullValues
package import NIOCore

/// Takes frames apart, unmasks them and joins fragments.
///
/// Between messages it holds no memory: payloads are copied out of the buffers they arrive in, and
/// only the beginning of a split frame header is kept.
package struct WebSocketReader {
  /// Something whole that has arrived.
  package enum Event: Equatable {
    /// A message, valid UTF-8.
    case text([UInt8])
    /// A message, whose contents are not kept.
    case binary
    case ping([UInt8])
    case pong
    case close(WebSocketClose)
  }

  /// The frame whose payload is arriving.
  private struct Frame {
    var opcode: WebSocketOpcode
    var isFinal: Bool
    var length: Int
    var mask: UInt32
    /// What is still to come.
    var remaining: Int
  }

  private let maximumFrame: Int
  private let maximumMessage: Int

  /// The beginning of a header whose end has not arrived.
  private var header: [UInt8] = []
  private var frame: Frame?
  /// The kind of the message whose fragments are arriving.
  private var kind: WebSocketOpcode?
  private var message: [UInt8] = []
  /// The length of the message so far, which for a binary one is not that of `message`.
  private var messageLength = 0
  private var control: [UInt8] = []
  private var dropsMessages = false

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - maximumFrame: The longest payload of a frame.
  ///   - maximumMessage: The longest message.
  package init(maximumFrame: Int, maximumMessage: Int) {
    self.maximumFrame = maximumFrame
    self.maximumMessage = maximumMessage
  }

  /// The bytes held because a message is not complete.
  package var bufferedBytes: Int { message.count }

  /// Reads until something is whole.
  ///
  /// - Parameter buffer: What has arrived; what is read is taken from it.
  /// - Returns: What is whole; nil once the buffer is empty.
  /// - Throws: ``WebSocketViolation``, after which nothing more can be read.
  package mutating func next(
    _ buffer: inout ByteBuffer
  ) throws(WebSocketViolation) -> Event? {
    while true {
      if frame == nil {
        guard let next = try nextHeader(&buffer) else { return nil }
        try begin(next)
      }
      guard takePayload(&buffer), let frame else { return nil }
      self.frame = nil
      if let event = try finish(frame) { return event }
    }
  }

  /// Keeps no message from now on, nor what has arrived of one: text comes as ``Event/binary``.
  package mutating func dropMessages() {
    dropsMessages = true
    message = []
  }

  // MARK: Headers

  private mutating func nextHeader(
    _ buffer: inout ByteBuffer
  ) throws(WebSocketViolation) -> Frame? {
    if header.isEmpty {
      let view = buffer.readableBytesView
      if let (frame, length) = try Self.parse(view) {
        buffer.moveReaderIndex(forwardBy: length)
        return frame
      }
      header = Array(view)
      buffer.moveReaderIndex(to: buffer.writerIndex)
      return nil
    }
    while let byte = buffer.readInteger(as: UInt8.self) {
      header.append(byte)
      if let (frame, _) = try Self.parse(header) {
        header = []
        return frame
      }
    }
    return nil
  }

  /// Reads a header; nil if its end is missing.
  private static func parse(
    _ bytes: some RandomAccessCollection<UInt8>
  ) throws(WebSocketViolation) -> (Frame, length: Int)? {
    guard bytes.count >= 2 else { return nil }
    func byte(_ offset: Int) -> UInt8 { bytes[bytes.index(bytes.startIndex, offsetBy: offset)] }
    let (first, second) = (byte(0), byte(1))
    guard first & 0x70 == 0 else { throw .protocolError("A reserved bit is set.") }
    guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else {
      throw .protocolError("Opcode \(first & 0x0F) is reserved.")
    }
    guard second & 0x80 != 0 else { throw .protocolError("A frame is not masked.") }
    let isFinal = first & 0x80 != 0
    let short = Int(second & 0x7F)
    if opcode.isControl {
      guard isFinal else { throw .protocolError("A control frame is fragmented.") }
      guard short <= WebSocketFrame.longestControlPayload else {
        throw .protocolError("A control frame is too long.")
      }
    }
    let lengthBytes = short == 126 ? 2 : short == 127 ? 8 : 0
    guard bytes.count >= 6 + lengthBytes else { return nil }
    var length = UInt64(short)
    if lengthBytes > 0 {
      length = (2..<(2 + lengthBytes)).reduce(0) { $0 << 8 | UInt64(byte($1)) }
      guard length <= UInt64(Int64.max) else {
        throw .protocolError("A frame has an impossible length.")
      }
    }
    let mask = (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(byte(2 + lengthBytes + $1)) }
    let frame = Frame(
      opcode: opcode,
      isFinal: isFinal,
      length: Int(length),
      mask: mask,
      remaining: Int(length)
    )
    return (frame, 6 + lengthBytes)
  }

  /// Checks a frame against what came before it.
  private mutating func begin(_ frame: Frame) throws(WebSocketViolation) {
    if !frame.opcode.isControl {
      switch (frame.opcode, kind) {
      case (.continuation, nil): throw .protocolError("There is nothing to continue.")
      case (.continuation, _): break
      case (let opcode, nil): kind = opcode
      default: throw .protocolError("A message begins within another one.")
      }
      guard frame.length <= maximumFrame else {
        throw .tooLarge("A frame is longer than \(maximumFrame) bytes.")
      }
      guard messageLength + frame.length <= maximumMessage else {
        throw .tooLarge("A message is longer than \(maximumMessage) bytes.")
      }
      messageLength += frame.length
      // Grown in steps beyond this: a claim alone must not allocate much.
      if keepsPayload, message.isEmpty { message.reserveCapacity(min(frame.length, 64 * 1024)) }
    }
    self.frame = frame
  }

  // MARK: Payloads

  private var keepsPayload: Bool { kind == .text && !dropsMessages }

  /// Takes what there is of the payload in hand; true once it is whole.
  private mutating func takePayload(_ buffer: inout ByteBuffer) -> Bool {
    guard var frame else { return false }
    let count = min(frame.remaining, buffer.readableBytes)
    if count > 0 {
      let offset = frame.length - frame.remaining
      buffer.readWithUnsafeReadableBytes { bytes in
        let bytes = UnsafeRawBufferPointer(rebasing: bytes[..<count])
        if frame.opcode.isControl {
          Self.unmask(bytes, frame.mask, offset, into: &control)
        } else if keepsPayload {
          Self.unmask(bytes, frame.mask, offset, into: &message)
        }
        return count
      }
      frame.remaining -= count
      self.frame = frame
    }
    return frame.remaining == 0
  }

  /// Appends unmasked bytes (RFC 6455 section 5.3).
  ///
  /// - Parameters:
  ///   - bytes: A part of a payload.
  ///   - mask: The four bytes of the mask, the first one highest.
  ///   - offset: Where in the payload the part is.
  ///   - target: What they are appended to.
  private static func unmask(
    _ bytes: UnsafeRawBufferPointer,
    _ mask: UInt32,
    _ offset: Int,
    into target: inout [UInt8]
  ) {
    let start = target.count
    target.append(contentsOf: bytes)
    // The mask as it lies over memory from `offset` on, twice.
    let turn = UInt32(offset & 3) * 8
    let turned = turn == 0 ? mask : mask << turn | mask >> (32 - turn)
    let word = (UInt64(turned) << 32 | UInt64(turned)).bigEndian
    target.withUnsafeMutableBytes { target in
      var index = start
      // Eight bytes at a time; load and store end at `index + 8 <= count`.
      while index + 8 <= target.count {
        let masked = target.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        target.storeBytes(of: masked ^ word, toByteOffset: index, as: UInt64.self)
        index += 8
      }
      var rest = word.littleEndian
      while index < target.count {
        target[index] ^= UInt8(truncatingIfNeeded: rest)
        rest >>= 8
        index += 1
      }
    }
  }

  /// What a frame that is whole completes, if anything.
  private mutating func finish(_ frame: Frame) throws(WebSocketViolation) -> Event? {
    if frame.opcode.isControl {
      let payload = control
      control = []
      switch frame.opcode {
      case .ping: return .ping(payload)
      case .pong: return .pong
      default: return .close(try WebSocketClose(payload: payload))
      }
    }
    guard frame.isFinal else { return nil }
    let (text, isKept) = (message, keepsPayload)
    (message, kind, messageLength) = ([], nil, 0)
    guard isKept else { return .binary }
    guard UTF8Validation.isValid(text) else { throw .invalidText }
    return .text(text)
  }
}
