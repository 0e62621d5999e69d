import Foundation
import Testing
import HullPersistence
import HullValues

/// The engines that keep the same contract.
enum Engine: String, CaseIterable, CustomTestStringConvertible {
  case inMemory, sqlite

  var testDescription: String { rawValue }

  /// Runs `body` with an empty store, which goes afterwards.
  func withStore(_ body: (any Persistence) async throws -> Void) async throws {
    switch self {
    case .inMemory:
      let store = InMemoryPersistence()
      try await body(store)
      await store.close()
    case .sqlite:
      try await withTemporaryFile { path in
        let store = try await SQLitePersistence.open(
          path: path,
          options: SQLiteOptions(durability: .off)
        )
        do {
          try await body(store)
        } catch {
          await store.close()
          throw error
        }
        await store.close()
      }
    }
  }
}

/// Runs `body` with the path of a data file that does not exist yet, in a directory of its own.
func withTemporaryFile(_ body: (String) async throws -> Void) async throws {
  let directory = FileManager.default.temporaryDirectory
    .appending(path: "hull-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: directory) }
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  try await body(directory.appending(path: "data.sqlite").path)
}
