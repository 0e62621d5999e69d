internal import Crypto
internal import Synchronization

/// A ``FileStore`` in memory, for tests.
package final class InMemoryFileStore: FileStore {
  /// Protects the files; held only to look one up or change the table.
  private let files = Mutex<[FileKey: [UInt8]]>([:])

  package init() {}

  package func begin() -> any FileWriter { Writer(store: self) }

  package func contents(of key: FileKey) -> FileContents? {
    files.withLock { $0[key] }.map { .bytes($0) }
  }

  package func open(_ key: FileKey) -> (any FileReader)? {
    files.withLock { $0[key] }.map { Reader(bytes: $0) }
  }

  package func remove(_ key: FileKey) {
    files.withLock { $0[key] = nil }
  }

  package func keys() -> Set<FileKey> { files.withLock { Set($0.keys) } }

  private final class Writer: FileWriter {
    private let store: InMemoryFileStore
    /// Protects what has been written, which several threads touch one after the other.
    private let bytes = Mutex<[UInt8]>([])

    init(store: InMemoryFileStore) { self.store = store }

    func write(_ bytes: [UInt8]) { self.bytes.withLock { $0 += bytes } }

    func summary() -> FileSummary {
      bytes.withLock { FileSummary(size: $0.count, sha256: Array(SHA256.hash(data: $0))) }
    }

    func publish(as key: FileKey) throws {
      let bytes = bytes.withLock { $0 }
      try store.files.withLock { files in
        guard files[key] == nil else { throw PersistenceError.fileExists(key) }
        files[key] = bytes
      }
    }

    func discard() { bytes.withLock { $0 = [] } }
  }

  private struct Reader: FileReader {
    let bytes: [UInt8]

    var size: Int { bytes.count }

    func read(from offset: Int, count: Int) -> [UInt8] {
      Array(bytes.dropFirst(offset).prefix(count))
    }
  }
}
