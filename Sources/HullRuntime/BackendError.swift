// Errors of the server itself, which no function's result stands for.

package import HullDatabase

/// Why a request got no result at all; HTTP answers its status with `{code, message}`.
package struct BackendError: Error, Sendable, Hashable {
  /// The classes of errors, by what a client is to do about them.
  package enum Kind: Sendable, Hashable {
    /// The request is malformed.
    case badRequest
    /// A limit of a paginated query is at fault, which a smaller page mends.
    case paginationLimit
    /// The credentials are missing or wrong.
    case unauthenticated
    /// The credentials do not suffice.
    case forbidden
    /// What was named does not exist.
    case notFound
    /// What was sent is longer than allowed.
    case contentTooLarge
    /// The client went away before the answer was there.
    case clientDisconnect
    /// Too many requests at once; trying later helps.
    case rateLimited
    /// A fault of the server.
    case `internal`
    /// Every attempt to commit lost against another one.
    case conflict
    /// The snapshot asked for is no longer kept.
    case outOfRetention
    /// The server cannot keep up; trying later helps.
    case overloaded
  }

  /// What kind of error it is, which decides the HTTP status.
  package var kind: Kind

  /// The short code of the reference, such as `TooManyConcurrentRequests`.
  package var code: String

  /// What happened, in a sentence.
  package var message: String

  /// An error of the given kind.
  package init(kind: Kind, code: String, message: String) {
    self.kind = kind
    self.code = code
    self.message = message
  }

  /// The HTTP status that stands for the kind.
  package var status: Int {
    switch kind {
    case .badRequest, .paginationLimit: 400
    case .unauthenticated: 401
    case .forbidden: 403
    case .notFound: 404
    case .clientDisconnect: 408
    case .contentTooLarge: 413
    case .rateLimited: 429
    case .internal: 500
    case .conflict, .outOfRetention, .overloaded: 503
    }
  }

  /// For how many seconds a client should wait before it tries again; nil if that does not help.
  ///
  /// The text of the HTTP field `Retry-After`.
  package var retryAfter: String? {
    switch kind {
    case .conflict, .outOfRetention, .overloaded, .rateLimited: "1"
    default: nil
    }
  }

  /// An error that says nothing about its cause, which is for the log only.
  package static let `internal` = BackendError(
    kind: .internal,
    code: "InternalServerError",
    message: "Your request couldn't be completed. Try again later."
  )

  /// What an error of the database is to a client.
  ///
  /// Faults of the server keep their cause to themselves.
  package init(_ error: DatabaseError) {
    switch error.kind {
    case .badRequest:
      self.init(kind: .badRequest, code: error.code, message: error.message)
    case .paginationLimit:
      self.init(kind: .paginationLimit, code: error.code, message: error.message)
    case .conflict:
      self.init(kind: .conflict, code: error.code, message: error.message)
    case .outOfRetention:
      self.init(
        kind: .outOfRetention,
        code: Self.internal.code,
        message: Self.internal.message
      )
    case .overloaded:
      self.init(kind: .overloaded, code: error.code, message: error.message)
    case .system:
      self = .internal
    }
  }
}

extension BackendError: CustomStringConvertible {
  package var description: String { "\(code): \(message)" }
}
