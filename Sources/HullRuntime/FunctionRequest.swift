// One call of a function from outside: by a client, the command line, a test.

package import Hull
package import HullDatabase
package import HullPersistence
package import HullValues

/// A call of a function from outside the server.
package struct FunctionRequest: Sendable {
  /// The function, in any spelling ``FunctionRegistry`` accepts.
  package var path: String

  /// The kind the caller believes the function to be; `nil` runs it whatever it is.
  package var kind: FunctionKind?

  /// What the function is called with.
  package var arguments: FunctionArguments

  /// On whose behalf.
  package var identity: CallerIdentity

  /// The id to show in errors and logs.
  package var requestID: RequestID

  /// Who sent it, as far as is known.
  package var client: ClientInfo

  /// The snapshot a query reads; `nil` for the newest.
  package var timestamp: Timestamp?

  /// The journal of the former run of the same subscription, which keeps its page boundaries.
  package var journal: String?

  /// What makes a mutation happen once: asked for again, it is answered and not run.
  package var sessionRequest: SessionRequestID?

  /// Told of the timestamp of a mutation's commit before anyone can read the commit.
  package var ticket: CommitTicket?

  /// Whether it waits for its turn as long as it takes, because the caller would only ask again.
  package var isPatient: Bool

  /// A request; everything but path, kind and arguments has a neutral default.
  package init(
    path: String,
    kind: FunctionKind?,
    arguments: FunctionArguments = .values([.object([:])]),
    identity: CallerIdentity = .anonymous,
    requestID: RequestID,
    client: ClientInfo = ClientInfo(),
    timestamp: Timestamp? = nil,
    journal: String? = nil,
    sessionRequest: SessionRequestID? = nil,
    ticket: CommitTicket? = nil,
    isPatient: Bool = false
  ) {
    self.path = path
    self.kind = kind
    self.arguments = arguments
    self.identity = identity
    self.requestID = requestID
    self.client = client
    self.timestamp = timestamp
    self.journal = journal
    self.sessionRequest = sessionRequest
    self.ticket = ticket
    self.isPatient = isPatient
  }
}

/// What is known about the program at the other end.
package struct ClientInfo: Sendable, Hashable {
  /// The address it calls from, in text.
  package var address: String?

  /// What it calls itself, at most 512 bytes.
  package var userAgent: String?

  /// The token it authenticated its user with.
  package var authToken: String?

  /// Describes a client; all parts may be unknown.
  package init(address: String? = nil, userAgent: String? = nil, authToken: String? = nil) {
    self.address = address
    self.userAgent = userAgent
    self.authToken = authToken
  }
}

/// The positional arguments of a call: one object, in every well-formed call.
package enum FunctionArguments: Sendable {
  /// Decoded arguments.
  case values([ConvexValue])

  /// Arguments that are no Convex values, with the reason; reported once the function is known.
  case undecodable(reason: String)
  /// Arguments that are no list where there must be one; reported once the function is known.
  case notAList

  /// Decodes the `args` member of a request.
  ///
  /// An array is the list of arguments; anything else is the only argument.
  ///
  /// - Parameters:
  ///   - json: The text of the request, or of the member alone.
  ///   - range: Where in it the member is; `nil` for all of it.
  package init(json: [UInt8], in range: Range<Int>? = nil) {
    do throws(JSONParseError) {
      self.init(try JSONParser().value(json, in: range))
    } catch {
      self = .undecodable(reason: error.message)
    }
  }

  /// Takes a decoded `args` member: an array is the list of arguments, anything else the only one.
  package init(_ value: ConvexValue) {
    if case .array(let values) = value {
      self = .values(values)
    } else {
      self = .values([value])
    }
  }
}
