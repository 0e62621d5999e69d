// Removes the bytes of files whose rows are gone.

import HullPersistence
import Logging
import Synchronization

/// Removes files from the store one after the other, behind the commits that no longer name them.
///
/// What it does not get to, because the process ends or the disk refuses, the next start removes.
final class FileRemovals: Sendable {
  private struct State {
    var keys: [FileKey] = []
    var pass: Task<Void, Never>?
  }

  /// Protects what is to be removed, which commits add to and a task takes from.
  private let state = Mutex(State())
  private let files: any FileStore
  private let logger: Logger

  init(files: any FileStore, logger: Logger) {
    self.files = files
    self.logger = logger
  }

  /// Has files removed.
  func add(_ keys: [FileKey]) {
    if keys.isEmpty { return }
    state.withLock { state in
      state.keys += keys
      guard state.pass == nil else { return }
      // Owned by this object: `finish()` waits for it.
      state.pass = Task { await run() }
    }
  }

  /// Waits until everything that was added is removed.
  func finish() async {
    while let pass = state.withLock({ $0.pass }) { await pass.value }
  }

  private func run() async {
    while true {
      let keys = state.withLock { state in
        let keys = state.keys
        state.keys = []
        if keys.isEmpty { state.pass = nil }
        return keys
      }
      if keys.isEmpty { return }
      for key in keys {
        do {
          try await files.remove(key)
        } catch {
          logger.error("The bytes of a deleted file are still there. \(error)")
        }
      }
    }
  }
}
