// How a test's calls reach its backend, and what comes back.

import Hull
import HullDatabase
import HullRuntime
import HullSync
import Synchronization

/// The connection of a caller to its backend.
public struct TestSession: Sendable {
  let backend: Backend
  let user: UserIdentity?
  /// Compares what connected clients were sent with what the queries return.
  let auditor: TransitionAuditor
  /// What lets actions sleep.
  let sleeping: VirtualSleeping

  var identity: CallerIdentity { .admin(actingAs: user) }

  func call(
    _ path: String,
    _ kind: FunctionKind,
    _ arguments: ConvexObject
  ) async throws -> EncodedValue {
    let request = FunctionRequest(
      path: path,
      kind: kind,
      arguments: .values([.object(arguments)]),
      identity: identity,
      requestID: backend.makeRequestID()
    )
    do {
      return try await TestActivity.run(on: sleeping) {
        // As the server does: the function and its commit then need no other thread.
        try await withTaskExecutorPreference(FunctionExecutor.shared) {
          try await backend.run(request).result.get()
        }
      }
    } catch {
      throw Self.visible(error)
    }
  }

  /// Runs a closure as an anonymous function.
  func run<Context: FunctionContext, Value: Sendable>(
    _ body: @escaping @Sendable (Context) async throws -> Value,
    _ fileID: String,
    _ line: Int
  ) async throws -> Value {
    let attempt = InlineAttempt<Value>()
    let definition = FunctionDefinition(
      modulePath: "inline",
      name: "default",
      kind: Context.kind,
      visibility: .public,
      args: v.any(),
      returns: nil,
      description: nil,
      location: SourceLocation(fileID: fileID, line: line)
    ) { host, _ in
      do {
        attempt.result = .success(try await body(Context(host: HostHandle(host))))
        return .null
      } catch {
        attempt.result = .failure(error)
        throw error
      }
    }
    do {
      _ = try await TestActivity.run(on: sleeping) {
        try await backend.run(inline: definition, identity: identity).result.get()
      }
    } catch {
      // An error of the test's own closure stays what it is.
      if error is FunctionFailure, case .failure(let own) = attempt.result, Self.isOwn(own) {
        throw own
      }
      throw Self.visible(error)
    }
    guard let result = attempt.result else { throw CancellationError() }
    return try result.get()
  }

  /// What a test can catch of an error of the engine.
  static func visible(_ error: any Error) -> any Error {
    switch error {
    case let failure as FunctionFailure:
      if let data = failure.data, failure.message.hasPrefix("Uncaught ConvexError: ") {
        return ConvexError(data)
      }
      return FunctionError(failure)
    case let error as BackendError: return FunctionError(error)
    default: return error
    }
  }

  /// Whether an error is the application's rather than one the engine threw into a function.
  private static func isOwn(_ error: any Error) -> Bool {
    switch error {
    case is DatabaseError, is BackendError, is FunctionFailure, is Termination: false
    case is HullError, is ValueDecodingError, is ConvexValueError, is JSONParseError: false
    default: true
    }
  }
}

/// What the last attempt of an inline function came to.
private final class InlineAttempt<Value: Sendable>: Sendable {
  /// Guards the result, which the function's task writes and the test's task reads.
  private let state = Mutex<Result<Value, any Error>?>(nil)

  var result: Result<Value, any Error>? {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}
