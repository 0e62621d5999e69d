import Foundation
import HullPersistence
import HullValues
import Synchronization
import Testing

/// What every store of files promises, and what the one on disk leaves there.
@Suite struct FileStoreTests {
  private static let keys = (0..<4).map { FileKey(from: SeededRandomSource(seed: $0)) }

  /// Runs `body` with an empty store of each kind; `path` is nil for the one in memory.
  private func withStores(
    _ body: (any FileStore, _ path: String?) async throws -> Void
  ) async throws {
    try await body(InMemoryFileStore(), nil)
    for durability in Durability.allCases {
      try await withDirectory { path in
        let options = FileStoreOptions(durability: durability)
        try await body(try await DirectoryFileStore.open(path: path, options: options), path)
      }
    }
  }

  /// Runs `body` with the path of a directory that is not there yet.
  private func withDirectory(_ body: (String) async throws -> Void) async throws {
    try await withTemporaryFile { path in try await body(path + "-files") }
  }

  private func store(_ pieces: [[UInt8]], as key: FileKey, in store: any FileStore) async throws {
    let writer = try await store.begin()
    for piece in pieces { try await writer.write(piece) }
    try await writer.publish(as: key)
  }

  private func bytes(of key: FileKey, in store: any FileStore) async throws -> [UInt8]? {
    guard let reader = try await store.open(key) else { return nil }
    return try await reader.read(from: 0, count: reader.size + 10)
  }

  private func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
  }

  @Test func `a file appears whole when it gets its key`() async throws {
    try await withStores { store, path in
      let writer = try await store.begin()
      try await writer.write([1, 2])
      try await writer.write([])
      try await writer.write([3])
      #expect(try await store.keys() == [])
      let summary = await writer.summary()
      #expect(summary.size == 3)
      let digest = "A5BYxvLAy0ksUzsKTRTvd8wPeKvMztUofYShogEc+4E="
      #expect(try summary.sha256 == Base64.decode(digest))
      try await writer.publish(as: Self.keys[0])
      #expect(try await store.keys() == [Self.keys[0]])
      #expect(try await bytes(of: Self.keys[0], in: store) == [1, 2, 3])
      if let path {
        #expect(try names(in: path + "/incoming") == [])
        #expect(try names(in: path + "/files") == [Self.keys[0].description])
        #expect(
          store.contents(of: Self.keys[0]) == .file(path: "\(path)/files/\(Self.keys[0])")
        )
      } else {
        #expect(store.contents(of: Self.keys[0]) == .bytes([1, 2, 3]))
      }
    }
  }

  @Test func `a file never takes the place of another`() async throws {
    try await withStores { store, path in
      try await self.store([[1]], as: Self.keys[0], in: store)
      let error = await #expect(throws: PersistenceError.self) {
        try await self.store([[2]], as: Self.keys[0], in: store)
      }
      #expect(error?.code == .inconsistentWrite)
      #expect(try await bytes(of: Self.keys[0], in: store) == [1])
      if let path { #expect(try names(in: path + "/incoming") == []) }
    }
  }

  @Test func `parts are read from where they are asked for, to the end`() async throws {
    try await withStores { store, _ in
      try await self.store([Array(0..<100)], as: Self.keys[0], in: store)
      let reader = try #require(try await store.open(Self.keys[0]))
      #expect(reader.size == 100)
      #expect(try await reader.read(from: 10, count: 3) == [10, 11, 12])
      #expect(try await reader.read(from: 98, count: 10) == [98, 99])
      #expect(try await reader.read(from: 100, count: 10) == [])
      try await self.store([], as: Self.keys[1], in: store)
      #expect(try await bytes(of: Self.keys[1], in: store) == [])
    }
  }

  @Test func `a removed file is gone, but is read to its end where it is open`() async throws {
    try await withStores { store, _ in
      try await self.store([[1, 2]], as: Self.keys[0], in: store)
      let reader = try #require(try await store.open(Self.keys[0]))
      try await store.remove(Self.keys[0])
      try await store.remove(Self.keys[0])
      #expect(try await store.open(Self.keys[0]) == nil)
      #expect(try await store.keys() == [])
      #expect(try await reader.read(from: 0, count: 2) == [1, 2])
    }
  }

  @Test func `a file that is given up or let go of leaves nothing`() async throws {
    try await withStores { store, path in
      let writer = try await store.begin()
      try await writer.write([1])
      await writer.discard()
      await writer.discard()
      do {
        let forgotten = try await store.begin()
        try await forgotten.write([2])
      }
      #expect(try await store.keys() == [])
      if let path { #expect(try names(in: path + "/incoming") == []) }
    }
  }

  @Test func `what was being written when the process ended is removed at the next start`()
    async throws
  {
    try await withDirectory { path in
      var store = try await DirectoryFileStore.open(path: path)
      try await self.store([[1]], as: Self.keys[0], in: store)
      let manager = FileManager.default
      let abandoned = "\(path)/incoming/\(Self.keys[1])"
      #expect(manager.createFile(atPath: abandoned, contents: Data([1, 2])))
      // Files of strangers are nobody's business.
      #expect(manager.createFile(atPath: path + "/incoming/notes.txt", contents: Data()))
      #expect(manager.createFile(atPath: path + "/files/notes.txt", contents: Data()))
      store = try await DirectoryFileStore.open(path: path)
      #expect(try names(in: path + "/incoming") == ["notes.txt"])
      #expect(try await store.keys() == [Self.keys[0]])
    }
  }

  @Test func `files are for their owner only`() async throws {
    try await withDirectory { path in
      let store = try await DirectoryFileStore.open(path: path)
      try await self.store([[1]], as: Self.keys[0], in: store)
      let permissions = try [path, path + "/files", "\(path)/files/\(Self.keys[0])"].map {
        try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int
      }
      #expect(permissions == [0o700, 0o700, 0o600])
    }
  }

  @Test(arguments: [FileStoreStep.create, .write, .sync, .rename, .syncDirectory])
  func `a disk that fails at any step leaves nothing behind`(step: FileStoreStep) async throws {
    try await withDirectory { path in
      let isBroken = Atomic(true)
      var options = FileStoreOptions()
      options.fault = { now in
        guard now == step, isBroken.load(ordering: .relaxed) else { return }
        throw PersistenceError(code: .diskFull, message: "No space is left.")
      }
      let store = try await DirectoryFileStore.open(path: path, options: options)
      await #expect(throws: PersistenceError.self) {
        try await self.store([[1], [2]], as: Self.keys[0], in: store)
      }
      #expect(try names(in: path + "/incoming") == [])
      #expect(try names(in: path + "/files") == [])
      isBroken.store(false, ordering: .relaxed)
      try await self.store([[1], [2]], as: Self.keys[0], in: store)
      #expect(try await bytes(of: Self.keys[0], in: store) == [1, 2])
    }
  }

  @Test func `a directory that cannot be used is named`() async throws {
    try await withTemporaryFile { path in
      #expect(FileManager.default.createFile(atPath: path, contents: Data()))
      let error = await #expect(throws: PersistenceError.self) {
        try await DirectoryFileStore.open(path: path)
      }
      #expect(error?.code == .notWritable)
      #expect(error?.message.contains(path) == true)
    }
  }

  @Test func `files are written side by side`() async throws {
    try await withDirectory { path in
      let store = try await DirectoryFileStore.open(path: path)
      let pieces = (0..<20).map { [UInt8](repeating: UInt8($0), count: 10_000) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for key in Self.keys {
          group.addTask { try await self.store(pieces, as: key, in: store) }
        }
        try await group.waitForAll()
      }
      for key in Self.keys {
        #expect(try await bytes(of: key, in: store) == Array(pieces.joined()))
      }
    }
  }

  @Test func `a key is a UUID of version 4 and reads back`() {
    for key in Self.keys {
      let text = key.description
      #expect(FileKey(text) == key)
      #expect(FileKey(text.uppercased()) == key)
      #expect(text[text.index(text.startIndex, offsetBy: 14)] == "4")
      #expect("89ab".contains(text[text.index(text.startIndex, offsetBy: 19)]))
      #expect(FileKey(key.internalID) == key)
    }
    for text in ["", "../../../../etc/passwd", "kg2", String(repeating: "0", count: 36)] {
      #expect(FileKey(text) == nil)
    }
  }
}
