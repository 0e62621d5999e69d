/// How a ``DirectoryFileStore`` works.
package struct FileStoreOptions: Sendable {
  /// When a file counts as written.
  package var durability: Durability
  /// How many calls may wait for the disk at once.
  package var threads: Int
  /// Called at every step of a write, for tests: what it throws, the step fails with.
  package var fault: (@Sendable (FileStoreStep) throws -> Void)?

  package init(durability: Durability = .full, threads: Int = 4) {
    self.durability = durability
    self.threads = threads
  }
}

/// The steps of a file's life, for tests that make one of them fail.
package enum FileStoreStep: Hashable, Sendable, CaseIterable {
  case create, write, sync, rename, syncDirectory, remove
}
