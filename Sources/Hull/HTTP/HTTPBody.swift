/// The body of an HTTP message, chunk by chunk.
///
/// A body in memory can be read any number of times. One that comes from a connection arrives while it
/// is read, can be read once, and holds the sender back while nobody reads:
///
/// ```swift
/// for try await chunk in request.body { checksum.update(chunk) }
/// ```
public struct HTTPBody: AsyncSequence, Sendable {
  /// A piece of the body; never empty when it comes from a connection.
  public typealias Element = [UInt8]
  /// Anything the source throws; ``HTTPBodyError`` for connections.
  public typealias Failure = any Error

  /// Gives the next chunk; nil at the end.
  typealias Reader = () async throws -> [UInt8]?

  private enum Source: Sendable {
    case bytes([UInt8])
    case chunks(@Sendable () -> Reader)
  }

  private let source: Source

  /// The length in bytes, if it is known beforehand.
  public let length: Int?

  private init(_ source: Source, length: Int?) {
    self.source = source
    self.length = length
  }

  /// A body without a byte.
  public static let empty = HTTPBody([])

  /// A body in memory.
  public init(_ bytes: [UInt8]) {
    self.init(.bytes(bytes), length: bytes.count)
  }

  /// A text, as UTF-8.
  public init(_ text: String) {
    self.init(Array(text.utf8))
  }

  /// Whatever a sequence yields, asked for only as fast as the other side takes it.
  ///
  /// - Parameters:
  ///   - chunks: The pieces. If it throws, the body is cut off where the other side can tell.
  ///   - length: The number of bytes, if it is known; the sequence must then yield exactly that many.
  public init<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks, length: Int? = nil)
  where Chunks.Element == [UInt8] {
    self.init(
      .chunks {
        var iterator = chunks.makeAsyncIterator()
        return { try await iterator.next(isolation: #isolation) }
      },
      length: length
    )
  }

  /// Whatever a closure gives, asked for only as fast as the other side takes it.
  ///
  /// - Parameters:
  ///   - length: The number of bytes, if it is known.
  ///   - next: Gives the next piece; nil at the end. Readers of the body share it.
  public init(length: Int? = nil, next: @escaping @Sendable () async throws -> [UInt8]?) {
    self.init(.chunks { { try await next() } }, length: length)
  }

  /// The bytes, if they are in memory.
  public var bytesInMemory: [UInt8]? {
    if case .bytes(let bytes) = source { bytes } else { nil }
  }

  /// Reads to the end.
  ///
  /// - Parameter limit: The most bytes to accept.
  /// - Returns: The whole body.
  /// - Throws: ``HTTPBodyError/tooLong(limit:)``, and what the source throws.
  public func collect(upTo limit: Int) async throws -> [UInt8] {
    if let length, length > limit { throw HTTPBodyError.tooLong(limit: limit) }
    if case .bytes(let bytes) = source { return bytes }
    var collected: [UInt8] = []
    for try await chunk in self {
      guard chunk.count <= limit - collected.count else {
        throw HTTPBodyError.tooLong(limit: limit)
      }
      if collected.isEmpty { collected = chunk } else { collected += chunk }
    }
    return collected
  }

  /// Begins to read.
  public func makeAsyncIterator() -> AsyncIterator {
    switch source {
    case .bytes(let bytes): AsyncIterator(rest: bytes, read: nil)
    case .chunks(let makeReader): AsyncIterator(rest: [], read: makeReader())
    }
  }

  /// Reads a body.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate var rest: [UInt8]
    fileprivate var read: Reader?

    /// The next chunk; nil at the end.
    public mutating func next() async throws -> [UInt8]? {
      guard let read else {
        guard !rest.isEmpty else { return nil }
        defer { rest = [] }
        return rest
      }
      guard let chunk = try await read() else {
        self.read = nil
        return nil
      }
      return chunk
    }

    /// The next chunk; nil at the end.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
      try await next()
    }
  }
}
