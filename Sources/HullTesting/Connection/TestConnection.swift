// A client that is connected, as one with a WebSocket is.

public import Hull
import HullRuntime
import HullSync

/// A client with a live connection to a test's backend, in the process.
///
/// It speaks the sync protocol as the official clients do, and checks the server by its rules:
/// versions that chain, responses before the Transitions that show their commits. It may do what a
/// network client may.
public struct TestConnection: Sendable {
  let client: LocalClient
  private let auditor: TransitionAuditor

  init(_ backend: Backend, user: UserIdentity?, auditor: TransitionAuditor) async {
    self.auditor = auditor
    client = LocalClient(backend, user: user, auditor: auditor)
    await reconnect()
  }

  /// Subscribes to a query and waits for its first result.
  ///
  /// - Parameters:
  ///   - path: The path in any spelling.
  ///   - arguments: The arguments.
  /// - Returns: The live query; its first result has been taken from it.
  /// - Throws: ``ConnectionLost`` when there is no connection.
  public func subscribe(
    _ path: String,
    _ arguments: ConvexValue = [:]
  ) async throws -> TestLiveQuery {
    let live = await subscribeLater(path, arguments)
    _ = try await live.next()
    return live
  }

  /// Subscribes to a query without waiting for a result.
  ///
  /// - Parameters:
  ///   - path: The path in any spelling.
  ///   - arguments: The arguments.
  /// - Returns: The live query.
  public func subscribeLater(
    _ path: String,
    _ arguments: ConvexValue = [:]
  ) async -> TestLiveQuery {
    let client = client
    let feed = TestLiveQuery.Feed(path: path, arguments: arguments)
    let id = await client.loop.run { client.subscribe(path, arguments, feed) }
    return TestLiveQuery(feed: feed, id: id, client: client)
  }

  /// Runs a mutation, and waits until the client's queries show it.
  ///
  /// Without a connection it runs after the next ``reconnect()``; if the connection breaks, it is
  /// sent again and still happens once.
  ///
  /// - Parameters:
  ///   - path: The path in any spelling.
  ///   - arguments: The arguments.
  /// - Returns: Its result.
  /// - Throws: ``ClientError``.
  @discardableResult
  public func mutation(
    _ path: String,
    _ arguments: ConvexValue = [:]
  ) async throws -> ConvexValue {
    try await call("Mutation", path, arguments)
  }

  /// Runs an action.
  ///
  /// - Parameters:
  ///   - path: The path in any spelling.
  ///   - arguments: The arguments.
  /// - Returns: Its result.
  /// - Throws: ``ClientError``; ``ConnectionLost`` if the connection broke meanwhile.
  @discardableResult
  public func action(_ path: String, _ arguments: ConvexValue = [:]) async throws -> ConvexValue {
    try await call("Action", path, arguments)
  }

  private func call(
    _ type: String,
    _ path: String,
    _ arguments: ConvexValue
  ) async throws -> ConvexValue {
    let client = client
    return try await withCheckedThrowingContinuation { continuation in
      client.loop.execute { client.call(type, path, arguments, continuation) }
    }
  }

  /// Waits until every result has arrived that follows from what is committed.
  ///
  /// Whatever clients of this backend were sent has been compared then with what the queries return.
  ///
  /// - Throws: ``ConnectionLost`` when there is no connection; ``EngineFault`` when a client was sent
  ///   something else than a query returns.
  public func settle() async throws {
    let client = client
    try await withCheckedThrowingContinuation { continuation in
      client.loop.execute { client.settle(continuation) }
    }
    await auditor.settle()
    if let discrepancy = auditor.findings.discrepancies.first {
      throw EngineFault(description: discrepancy.description)
    }
  }

  /// Breaks the connection, as a network that fails does.
  public func disconnect() async {
    let client = client
    await client.loop.run { client.disconnect() }
  }

  /// Connects again, subscribes to everything again, and sends again what was not answered.
  public func reconnect() async {
    let client = client
    await client.loop.run { client.connect() }
  }

  /// Becomes someone else, or nobody.
  ///
  /// - Parameter user: Who; nil for an anonymous client.
  public func become(_ user: UserIdentity?) async {
    let client = client
    await client.loop.run { client.become(user) }
  }

  /// Whether there is a connection.
  public var isConnected: Bool {
    get async {
      let client = client
      return await client.loop.run { client.isConnected }
    }
  }

  /// What the server did that the protocol forbids; empty unless there is a bug in the engine.
  public var violations: [String] {
    get async {
      let client = client
      return await client.loop.run { client.violations }
    }
  }

  /// Waits until nothing is under way on the connection any more, or it is gone.
  package func untilIdleOrBroken() async {
    let client = client
    await withCheckedContinuation { continuation in
      client.loop.execute { client.awaitIdle(continuation) }
    }
  }

  /// Waits until the connection is gone.
  package func untilBroken() async {
    let client = client
    await withCheckedContinuation { continuation in
      client.loop.execute { client.awaitBreak(continuation) }
    }
  }

  /// Breaks the connection after so many more messages of the client or of the server.
  package func breakAfter(sending sends: Int? = nil, receiving receives: Int? = nil) async {
    let client = client
    await client.loop.run { client.breakAfter(sending: sends, receiving: receives) }
  }
}

extension TestCaller {
  /// Connects a client with the identity of this caller, and the rights of a network client.
  ///
  /// - Returns: The connection, which is there until ``TestConnection/disconnect()``.
  public func connect() async -> TestConnection {
    await TestConnection(session.backend, user: session.user, auditor: session.auditor)
  }
}

/// The engine did what it must not do: a bug in Hull, not in the application.
public struct EngineFault: Error, Sendable, CustomStringConvertible {
  /// What happened.
  public let description: String
}
