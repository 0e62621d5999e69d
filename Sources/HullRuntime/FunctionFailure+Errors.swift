// What an error that a function did not catch becomes.

import Foundation
import Hull
import HullDatabase
import HullValues

extension FunctionFailure {
  /// Describes an error as the function it escaped from reports it.
  ///
  /// A failure of a nested call keeps its text and gains a frame, so that the frames of a failure
  /// read like a stack.
  ///
  /// - Parameters:
  ///   - error: What the function threw.
  ///   - function: The function.
  ///   - innerFrames: The frames of the nested call the error comes from.
  init(uncaught error: any Error, in function: RegisteredFunction, innerFrames: [String] = []) {
    switch error {
    case let failure as FunctionFailure:
      self = failure
      frames.append(function.frame)
    case let error as ConvexError:
      self.init(
        message: "Uncaught ConvexError: \(error)",
        frames: innerFrames + [function.frame],
        data: error.data
      )
    case let error as DatabaseError:
      self.init(
        message: "Uncaught Error: \(error.message)",
        frames: innerFrames + [function.frame],
        data: error.convexErrorData
      )
    default:
      let text = Self.text(of: error)
      self.init(
        message: text.isEmpty ? "Uncaught Error" : "Uncaught Error: \(text)",
        frames: innerFrames + [function.frame]
      )
    }
  }

  private static func text(of error: any Error) -> String {
    switch error {
    case let error as ConvexValueError: error.message
    case let error as BackendError: error.message
    case let error as any LocalizedError: error.errorDescription ?? String(describing: error)
    case is CancellationError: "The function was canceled."
    default: String(describing: error)
    }
  }
}

extension FunctionFailure: CustomStringConvertible {
  /// The message, for functions that catch the failure of a nested call.
  package var description: String { message }
}
