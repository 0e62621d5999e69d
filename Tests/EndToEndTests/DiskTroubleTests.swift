// What the real binary does when the disk or the operator misbehaves.

import Foundation
import Testing

@Suite struct DiskTroubleTests {
  /// Creates customers until one is refused.
  ///
  /// - Returns: The names of those created, and the refusal; nil if there was none.
  private func createUntilRefused(
    _ server: Server,
    upTo limit: Int = 400
  ) async throws -> (created: Set<String>, refusal: Server.Answer?) {
    var created: Set<String> = []
    for n in 0..<limit {
      let name = "Customer \(n) " + String(repeating: "x", count: 60)
      let answer = try await server.createCustomer(name)
      guard answer.isSuccess else { return (created, answer) }
      created.insert(name)
    }
    return (created, nil)
  }

  /// Lets a disk run full, looks at the server meanwhile, frees space and looks again.
  private func expectRecovery(
    _ server: Server,
    afterFilling fill: () throws -> Void,
    andFreeing free: () throws -> Void,
    advice: String
  ) async throws {
    #expect(try await server.createCustomer("Before").isSuccess)
    try fill()
    let (created, refusal) = try await createUntilRefused(server)
    #expect(refusal?.status == 500)
    #expect(refusal?.body.contains("InternalServerError") == true, "\(refusal?.body ?? "none")")
    #expect(refusal?.body.contains(server.data.path) == false, "the path is for the log only")
    let log = server.child.standardError
    #expect(log.contains("data.sqlite"), "\(log)")
    #expect(log.contains(advice), "\(log)")
    // Reading goes on, and shows what was acknowledged and nothing else.
    #expect(try await server.customerNames() == created.union(["Before"]))
    try free()
    #expect(try await server.createCustomer("After").isSuccess)
    let expected = created.union(["Before", "After"])
    #expect(try await server.customerNames() == expected)
    #expect(await server.stop() == 0)
    let again = try await Server.start(data: server.data)
    #expect(try await again.customerNames() == expected)
    #expect(await again.stop() == 0)
  }

  #if os(Linux)
    @Test(.enabled(if: geteuid() == 0, "mounting a small file system takes root"))
    func `on a full disk reads go on, and mutations as soon as there is space`() async throws {
      try await withTemporaryDirectory { directory in
        try await withMount(at: directory, options: "size=12m") {
          let server = try await Server.start(data: directory.appending(path: "data"))
          let filler = directory.appending(path: "filler")
          try await expectRecovery(
            server,
            afterFilling: { try fill(filler) },
            andFreeing: { try FileManager.default.removeItem(at: filler) },
            advice: "The disk is full: free some space"
          )
        }
      }
    }

    @Test func `at the limit of a file's size reads go on, and mutations when it is raised`()
      async throws
    {
      try await withTemporaryDirectory { directory in
        let server = try await Server.start(data: directory)
        try await expectRecovery(
          server,
          afterFilling: {
            let log = directory.appending(path: "data.sqlite-wal").path
            let size = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
            try limitFiles(of: server.child, to: size + 100_000)
          },
          andFreeing: { try limitFiles(of: server.child, to: nil) },
          advice: "raise the limit on the size of files"
        )
      }
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a file system takes root"))
    func `a read-only file system is refused by name`() async throws {
      try await withTemporaryDirectory { directory in
        try await withMount(at: directory, options: "size=12m") {
          let server = try await Server.start(data: directory)
          #expect(await server.stop() == 0)
          try mount("-o", "remount,ro", directory.path)
          let result = try await ChildProcess.run(
            Server.binary("petshop"),
            ["serve", "--port", "0", "--data", directory.path]
          )
          #expect(result.status == 1)
          #expect(result.errors.contains(directory.path), "\(result.errors)")
          #expect(result.errors.contains("not writable"), "\(result.errors)")
        }
      }
    }
  #endif

  @Test func `a data file that is replaced under the server stops mutations until it is back`()
    async throws
  {
    try await withTemporaryDirectory { directory in
      let server = try await Server.start(data: directory)
      #expect(try await server.createCustomer("Before").isSuccess)
      let file = directory.appending(path: "data.sqlite")
      let away = directory.appending(path: "away")
      try FileManager.default.moveItem(at: file, to: away)
      try Data("something else".utf8).write(to: file)
      #expect(try await server.createCustomer("Meanwhile").status == 500)
      #expect(
        server.child.standardError.contains("\(file.path) was replaced by another file"),
        "\(server.child.standardError)"
      )
      #expect(try await server.customerNames() == ["Before"])
      try FileManager.default.removeItem(at: file)
      #expect(try await server.createCustomer("Meanwhile").status == 500)
      try FileManager.default.moveItem(at: away, to: file)
      #expect(try await server.createCustomer("After").isSuccess)
      #expect(await server.stop() == 0)
      let again = try await Server.start(data: directory)
      #expect(try await again.customerNames() == ["Before", "After"])
      #expect(await again.stop() == 0)
    }
  }

  @Test(arguments: [true, false])
  func `a damaged page is reported by the calls that need it and harms no other`(
    isRunning: Bool
  ) async throws {
    try await withTemporaryDirectory { directory in
      var server = try await Server.start(data: directory)
      let (created, _) = try await createUntilRefused(server, upTo: 120)
      #expect(created.count == 120)
      // So that everything is in the file, and nothing in anyone's memory.
      #expect(await server.stop() == 0)
      let file = directory.appending(path: "data.sqlite")
      if isRunning { server = try await Server.start(data: directory) }
      try damage(file, pagesWith: "Customer 77 ")
      if !isRunning { server = try await Server.start(data: directory) }
      let answer = try await server.call("query", "master_data/customers:list")
      #expect(answer.status == 500, "\(answer.body)")
      let log = server.child.standardError
      #expect(log.contains(file.path) && log.contains("The file is damaged"), "\(log)")
      let other = try await server.call("query", "clinic/animalCategories:list")
      #expect(other.isSuccess, "\(other.body)")
      #expect(await server.stop() == 0)
    }
  }

  @Test func `a log that was cut off opens with the commits that are whole`() async throws {
    try await withTemporaryDirectory { directory in
      let server = try await Server.start(data: directory)
      let (created, _) = try await createUntilRefused(server, upTo: 30)
      server.child.send(SIGKILL)
      #expect(await server.child.status() == SIGKILL)
      let log = directory.appending(path: "data.sqlite-wal")
      // After the last commit there are zeros.
      let end = try #require(try Data(contentsOf: log).lastIndex { $0 != 0 })
      let handle = try FileHandle(forWritingTo: log)
      try handle.truncate(atOffset: UInt64(end - 5000))
      let again = try await Server.start(data: directory)
      let left = try await again.customerNames()
      #expect(left.isSubset(of: created))
      #expect(left.count >= created.count - 2 && left.count < created.count)
      #expect(try await again.createCustomer("After").isSuccess)
      #expect(await again.stop() == 0)
    }
  }

  @Test func `data of a newer format is refused by name`() async throws {
    try await withTemporaryDirectory { directory in
      let server = try await Server.start(data: directory)
      #expect(await server.stop() == 0)
      let file = directory.appending(path: "data.sqlite")
      // The version is a big-endian number at this place of the header.
      let handle = try FileHandle(forUpdating: file)
      try handle.seek(toOffset: 60)
      try handle.write(contentsOf: Data([0, 0, 0, 99]))
      try handle.close()
      let result = try await ChildProcess.run(
        Server.binary("petshop"),
        ["serve", "--port", "0", "--data", directory.path]
      )
      #expect(result.status == 1)
      #expect(
        result.errors.contains("\(file.path) has format version 99, which a newer Hull wrote"),
        "\(result.errors)"
      )
    }
  }

  /// Overwrites the pages of a file that hold a text, in place.
  private func damage(_ file: URL, pagesWith text: String) throws {
    let bytes = try Data(contentsOf: file)
    let handle = try FileHandle(forUpdating: file)
    var pages: Set<Int> = []
    var start = bytes.startIndex
    while let found = bytes.range(of: Data(text.utf8), in: start..<bytes.endIndex) {
      pages.insert(found.lowerBound / 4096)
      start = found.upperBound
    }
    #expect(!pages.isEmpty)
    for page in pages {
      try handle.seek(toOffset: UInt64(page * 4096))
      try handle.write(contentsOf: Data(repeating: 0xA5, count: 4096))
    }
    try handle.close()
  }
}

#if os(Linux)
  extension DiskTroubleTests {
    /// Mounts a file system in memory for one test.
    private func withMount(
      at directory: URL,
      options: String,
      _ body: () async throws -> Void
    ) async throws {
      try mount("-t", "tmpfs", "-o", options, "tmpfs", directory.path)
      do {
        try await body()
      } catch {
        _ = umount2(directory.path, Int32(MNT_DETACH))
        throw error
      }
      _ = umount2(directory.path, Int32(MNT_DETACH))
    }

    private func mount(_ arguments: String...) throws {
      try run(["mount"] + arguments)
    }

    private func run(_ arguments: [String]) throws {
      let process = try Process.run(URL(filePath: "/usr/bin/env"), arguments: arguments)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }

    /// Writes zeros until there is no space.
    private func fill(_ file: URL) throws {
      _ = FileManager.default.createFile(atPath: file.path, contents: nil)
      let handle = try FileHandle(forWritingTo: file)
      for count in [1 << 20, 1 << 12] {
        while (try? handle.write(contentsOf: Data(count: count))) != nil {}
      }
    }

    /// Sets how large files of a process may become; nil takes the limit away.
    private func limitFiles(of child: ChildProcess, to bytes: Int?) throws {
      let limit = bytes.map { "\($0)" } ?? "unlimited"
      try run(["prlimit", "--pid", "\(child.processID)", "--fsize=\(limit):unlimited"])
    }
  }
#endif
