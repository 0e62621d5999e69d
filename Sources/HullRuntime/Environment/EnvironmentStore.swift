// The environment variables that come from outside the database.

import Synchronization

/// Variables of `ctx.env` that whoever runs the backend decides, over those kept in the database; they
/// may change while the backend runs.
package final class EnvironmentStore: Sendable {
  /// Guards the variables; held only to read or change one.
  private let variables: Mutex<[String: String]>

  /// A store with the given variables.
  package init(_ variables: [String: String] = [:]) {
    self.variables = Mutex(variables)
  }

  /// Called with the name of each variable that has been changed.
  private let observers = Mutex<[@Sendable (String) -> Void]>([])

  /// A variable; `nil` if it is not set, and to unset it.
  package subscript(name: String) -> String? {
    get { variables.withLock { $0[name] } }
    set {
      variables.withLock { $0[name] = newValue }
      for observer in observers.withLock({ $0 }) { observer(name) }
    }
  }

  /// Has `body` called after every change of a variable, with its name.
  func observe(_ body: @escaping @Sendable (String) -> Void) {
    observers.withLock { $0.append(body) }
  }
}
