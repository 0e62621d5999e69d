// One call of a function that is found and may be called.

import Hull
import HullDatabase
import HullPersistence

extension FunctionRunner {
  /// A call whose function is found and may be called.
  ///
  /// A class, because every step hands it on and it has a dozen and a half parts.
  final class Call: Sendable {
    let function: RegisteredFunction
    let arguments: FunctionArguments
    let identity: CallerIdentity
    let requestID: RequestID
    let client: ClientInfo
    /// The snapshot a query reads; nil for the newest one.
    let timestamp: Timestamp?
    let journal: String?
    let sessionRequest: SessionRequestID?
    let ticket: CommitTicket?
    /// Whether it waits for a place as long as it takes.
    let isPatient: Bool
    /// How many actions this call is nested in.
    let depth: Int
    /// The HTTP route the function answers for, if it does.
    let route: String?
    /// Whether the function is registered, so that its path tells it from every other one.
    let isNamed: Bool
    /// What is due, if it is no caller who asked for the function.
    let job: Job?
    /// The scheduled action that makes the call.
    let parentJob: DocumentID?

    init(
      function: RegisteredFunction,
      arguments: FunctionArguments,
      identity: CallerIdentity,
      requestID: RequestID,
      client: ClientInfo,
      timestamp: Timestamp? = nil,
      journal: String? = nil,
      sessionRequest: SessionRequestID? = nil,
      ticket: CommitTicket? = nil,
      isPatient: Bool = false,
      depth: Int = 0,
      route: String? = nil,
      isNamed: Bool = true,
      job: Job? = nil,
      parentJob: DocumentID? = nil
    ) {
      self.function = function
      self.arguments = arguments
      self.identity = identity
      self.requestID = requestID
      self.client = client
      self.timestamp = timestamp
      self.journal = journal
      self.sessionRequest = sessionRequest
      self.ticket = ticket
      self.isPatient = isPatient
      self.depth = depth
      self.route = route
      self.isNamed = isNamed
      self.job = job
      self.parentJob = parentJob
    }

    /// The same call of a query for a snapshot, going on where a journal ends.
    func with(journal: String?, at timestamp: Timestamp?) -> Call {
      Call(
        function: function,
        arguments: arguments,
        identity: identity,
        requestID: requestID,
        client: client,
        timestamp: timestamp,
        journal: journal,
        sessionRequest: sessionRequest,
        ticket: ticket,
        isPatient: isPatient,
        depth: depth,
        route: route,
        isNamed: isNamed,
        job: job,
        parentJob: parentJob
      )
    }
  }
}
