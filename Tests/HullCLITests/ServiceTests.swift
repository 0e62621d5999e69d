import ArgumentParser
import Foundation
import HullPersistence
import HullServer
import Testing

@testable import HullCLI

@Suite(.timeLimit(.minutes(1))) struct ServiceTests {
  /// Makes a directory for one test and removes it afterwards.
  private func withDirectory(_ body: (String) async throws -> Void) async throws {
    let path = URL.temporaryDirectory.appending(path: "hull-cli-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
  }

  private func settings(_ directory: String, _ arguments: String...) throws -> ServeSettings {
    try ServeSettings(
      ServeOptions.parse(["--data", directory, "--port", "0"] + arguments),
      environment: [:]
    )
  }

  /// Calls a function as `run` does, on a thread of its own because the client blocks.
  private func run(_ arguments: [String]) async throws -> RunCall.Result {
    let command = try #require(
      try ApplicationCommand<ShopApplication>.parseAsRoot(["run"] + arguments)
        as? RunCommand<ShopApplication>
    )
    let call = try RunCall(command: command, environment: [:])
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try call.send() }) }
    }
  }

  private func permissions(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test func `a served application answers run, internal functions too`() async throws {
    try await withDirectory { directory in
      let service = try await Service<ShopApplication>.start(settings(directory))
      let options = ["--data", directory]
      let found = try await run(options + ["items:find", #"{"code":"é\n"}"#])
      #expect(try found.outcome.get() == #""é\n""#)
      #expect(try await run(options + ["seed:load"]).outcome.get() == "null")
      let listed = try await run(options + ["items:list"]).outcome.get()
      #expect(listed.contains(#"    "name": "leash""#))
      await service.stop()
    }
  }

  @Test func `functions know where clients reach the server and its HTTP actions`() async throws {
    try await withDirectory { directory in
      let service = try await Service<ShopApplication>.start(settings(directory))
      let text = try await run(["--data", directory, "items:urls"]).outcome.get()
      let urls = text.matches(of: /http:\/\/127\.0\.0\.1:\d+/).map { String($0.output) }
      #expect(Set(urls).count == 2)
      await service.stop()
      let proxied = try await Service<ShopApplication>.start(
        settings(
          directory,
          "--cloud-origin",
          "https://a.example/",
          "--site-origin",
          "https://b.example"
        )
      )
      let origins = try await run(["--data", directory, "items:urls"]).outcome.get()
      #expect(origins.contains("https://a.example\""))
      #expect(origins.contains("https://b.example\""))
      await proxied.stop()
    }
  }

  @Test func `run tells what a function refuses and what it logs`() async throws {
    try await withDirectory { directory in
      let service = try await Service<ShopApplication>.start(settings(directory))
      let refused = try await run(["--data", directory, "items:refuse"])
      #expect(refused.logLines == ["[LOG] 7"])
      let refusal = #expect(throws: CommandError.self) { try refused.outcome.get() }
      #expect(refusal?.description.contains("Uncaught ConvexError: out of stock") == true)
      let unknown = try await run(["--data", directory, "nope:nope"])
      let missing = #expect(throws: CommandError.self) { try unknown.outcome.get() }
      #expect(missing?.description.contains("nope:nope") == true)
      let malformed = await #expect(throws: CommandError.self) {
        try await run(["--data", directory, "my-module:x"])
      }
      #expect(malformed?.description.hasPrefix("BadConvexFunctionIdentifier: ") == true)
      await service.stop()
    }
  }

  @Test(arguments: [
    (["items:list", "{"], "The arguments are not JSON"),
    (["items:list", "7"], "The arguments must be a JSON object"),
    (["items:list", "--url", "ftp://a"], "--url must look like"),
    (["items:list", "--url", "http://127.0.0.1:1"], "No server answers at http://127.0.0.1:1"),
  ])
  func `run says what is wrong with a call`(arguments: [String], message: String) async throws {
    try await withDirectory { directory in
      let directoryOptions = ["--data", directory, "--admin-key", "0123456789abcdef"]
      let error = await #expect(throws: CommandError.self) {
        try await run(directoryOptions + arguments)
      }
      #expect(error?.description.contains(message) == true)
    }
  }

  @Test func `run needs a key`() async throws {
    try await withDirectory { directory in
      let error = await #expect(throws: CommandError.self) {
        try await run(["--data", directory, "items:list"])
      }
      #expect(error?.description.contains("There is no admin key in \(directory)") == true)
    }
  }

  @Test func `the admin key is its owner's secret and stays the same`() async throws {
    try await withDirectory { directory in
      let first = try await Service<ShopApplication>.start(settings(directory))
      await first.stop()
      let key = try #require(DataDirectory(path: directory).adminKey)
      #expect(try permissions(directory + "/admin-key") == 0o600)
      #expect(try permissions(directory) == 0o700)
      let second = try await Service<ShopApplication>.start(settings(directory))
      await second.stop()
      #expect(DataDirectory(path: directory).adminKey == key)
    }
  }

  @Test func `a key of other data is replaced`() async throws {
    try await withDirectory { directory in
      let files = DataDirectory(path: directory)
      try files.create()
      try files.keepAdminKey("other|01")
      let service = try await Service<ShopApplication>.start(settings(directory))
      #expect(try await run(["--data", directory, "items:list"]).outcome.get() == "[]")
      await service.stop()
    }
  }

  @Test func `a chosen admin key works beside the kept one`() async throws {
    try await withDirectory { directory in
      let service = try await Service<ShopApplication>.start(
        settings(directory, "--admin-key", "0123456789abcdef")
      )
      let chosen = ["--data", directory, "--admin-key", "0123456789abcdef", "items:list"]
      #expect(try await run(chosen).outcome.get() == "[]")
      #expect(try await run(["--data", directory, "items:list"]).outcome.get() == "[]")
      await service.stop()
    }
  }

  @Test func `sample data is loaded once`() async throws {
    try await withDirectory { directory in
      for _ in 0..<2 {
        let service = try await Service<ShopApplication>.start(settings(directory, "--sample"))
        let items = try await run(["--data", directory, "items:list"]).outcome.get()
        #expect(items.split(separator: "leash").count == 2, "\(items)")
        await service.stop()
      }
    }
  }

  @Test func `a port in use is named, and the data is let go`() async throws {
    try await withDirectory { directory in
      let first = try await Service<ShopApplication>.start(settings(directory + "/a"))
      let url = try #require(DataDirectory(path: directory + "/a").url)
      let port = try #require(url.split(separator: ":").last.map(String.init))
      var second = try settings(directory + "/b")
      second.port = try #require(Int(port))
      let error = await #expect(throws: ServerStartError.self) {
        try await Service<ShopApplication>.start(second)
      }
      #expect(error?.description.contains("Port \(port)") == true)
      second.port = 0
      try await Service<ShopApplication>.start(second).stop()
      await first.stop()
    }
  }

  @Test func `data in use is named`() async throws {
    try await withDirectory { directory in
      let first = try await Service<ShopApplication>.start(settings(directory))
      let error = await #expect(throws: PersistenceError.self) {
        try await Service<ShopApplication>.start(settings(directory))
      }
      #expect(error?.code == .inUse)
      await first.stop()
    }
  }

  @Test func `a directory that cannot be made is named`() async throws {
    try await withDirectory { directory in
      try Data("x".utf8).write(to: URL(filePath: directory))
      let error = await #expect(throws: CommandError.self) {
        try await Service<ShopApplication>.start(settings(directory + "/data"))
      }
      #expect(error?.description.contains("\(directory)/data cannot be created") == true)
    }
  }

  @Test func `a file that is no database is left alone`() async throws {
    try await withDirectory { directory in
      let files = DataDirectory(path: directory)
      try files.create()
      let text = Data(String(repeating: "a letter to grandmother ", count: 400).utf8)
      try text.write(to: URL(filePath: files.dataFile))
      let error = await #expect(throws: PersistenceError.self) {
        try await Service<ShopApplication>.start(settings(directory))
      }
      #expect(error?.code == .notADatabase)
      #expect(FileManager.default.contents(atPath: files.dataFile) == text)
    }
  }
}
