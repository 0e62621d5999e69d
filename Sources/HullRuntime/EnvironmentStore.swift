// The environment variables of a backend.

import Synchronization

/// The variables functions read with `ctx.env`; they may change while the backend runs.
package final class EnvironmentStore: Sendable {
  /// Guards the variables; held only to read or change one.
  private let variables: Mutex<[String: String]>

  /// A store with the given variables.
  package init(_ variables: [String: String] = [:]) {
    self.variables = Mutex(variables)
  }

  /// A variable; `nil` if it is not set, and to unset it.
  package subscript(name: String) -> String? {
    get { variables.withLock { $0[name] } }
    set { variables.withLock { $0[name] = newValue } }
  }
}
