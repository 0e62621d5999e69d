/// Why the body of an HTTP message cannot be read or sent whole.
public enum HTTPBodyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// It is longer than allowed, in bytes.
  case tooLong(limit: Int)
  /// A body that comes from elsewhere can be read once, and somebody has begun to.
  case alreadyRead
  /// The other side went away.
  case disconnected
  /// The other side sends too little for too long.
  case timedOut
  /// What arrives is not framed as HTTP wants it.
  case malformed
  /// The exchange is over: nobody waits for the rest.
  case abandoned
  /// It has not as many bytes as were announced.
  case wrongLength(announced: Int)
  /// It is not the text its reader expected.
  case notUTF8

  /// What went wrong, as a sentence.
  public var description: String {
    switch self {
    case .tooLong(let limit): "The body is longer than \(limit) bytes."
    case .alreadyRead: "The body has been read already; it arrives only once."
    case .disconnected: "The connection was closed before the body had ended."
    case .timedOut: "The body arrived too slowly."
    case .malformed: "The body is not framed as HTTP requires."
    case .abandoned: "The exchange the body belongs to is over."
    case .wrongLength(let announced):
      "The body has not the \(announced) bytes it was announced with."
    case .notUTF8: "The body is not UTF-8 text."
    }
  }
}
