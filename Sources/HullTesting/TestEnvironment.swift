// The environment variables of a test's backend.

import HullRuntime

/// The environment variables of one backend; a test changes them at any time.
public struct TestEnvironment: Sendable {
  let store: EnvironmentStore

  /// A variable; `nil` if it is not set, and to unset it.
  public subscript(name: String) -> String? {
    get { store[name] }
    nonmutating set { store[name] = newValue }
  }
}
