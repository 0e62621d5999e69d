import ArgumentParser
import HullPersistence
import Testing

@testable import HullCLI

@Suite struct ServeSettingsTests {
  private func settings(
    _ arguments: [String] = [],
    _ environment: [String: String] = [:]
  ) throws -> ServeSettings {
    try ServeSettings(ServeOptions.parse(arguments), environment: environment)
  }

  @Test func `without options everything has a default`() throws {
    let settings = try settings()
    #expect(settings.host == "127.0.0.1")
    #expect(settings.port == 3210)
    #expect(settings.data == ".hull")
    #expect(settings.durability == .full)
    #expect(settings.adminKey == nil)
    #expect(!settings.loadsSample)
    #expect(!settings.isRedacted)
    #expect(settings.vectorMemory == nil)
  }

  @Test(
    arguments: [
      ([], [:], 3211, true),
      (["--port", "4000"], [:], 4001, true),
      (["--port", "0"], [:], 0, true),
      (["--port", "65535"], [:], 0, true),
      (["--site-port", "5"], [:], 5, false),
      ([], ["HULL_SITE_PORT": "6"], 6, false),
    ] as [([String], [String: String], Int, Bool)]
  )
  func `HTTP actions have the port after the other one unless told otherwise`(
    arguments: [String],
    environment: [String: String],
    port: Int,
    isDefault: Bool
  ) throws {
    let settings = try settings(arguments, environment)
    #expect(settings.sitePort == port)
    #expect(settings.sitePortIsDefault == isDefault)
  }

  @Test func `the environment counts where there is no option`() throws {
    let environment = [
      "HULL_HOST": "0.0.0.0", "HULL_PORT": "99", "HULL_DATA": "/tmp/x", "HULL_SAMPLE": "yes",
      "HULL_DURABILITY": "off", "HULL_ADMIN_KEY": "0123456789abcdef", "HULL_REDACT": "TRUE",
    ]
    let alone = try settings([], environment)
    #expect(alone.host == "0.0.0.0")
    #expect(alone.port == 99)
    #expect(alone.data == "/tmp/x")
    #expect(alone.loadsSample)
    #expect(alone.durability == .off)
    #expect(alone.adminKey == "0123456789abcdef")
    #expect(alone.isRedacted)
    let both = try settings(["--port", "5", "--durability", "normal"], environment)
    #expect(both.port == 5)
    #expect(both.durability == .normal)
    #expect(both.host == "0.0.0.0")
  }

  @Test func `the memory of vector indexes is given in MiB`() throws {
    #expect(try settings(["--vector-memory", "4096"]).vectorMemory == 4096)
    #expect(try settings([], ["HULL_VECTOR_MEMORY": "0"]).vectorMemory == 0)
    #expect(throws: ValidationError.self) { try settings(["--vector-memory", "much"]) }
  }

  @Test func `the memory of rows is given in MiB`() throws {
    #expect(try settings(["--row-cache", "256"]).rowCache == 256)
    #expect(try settings([], ["HULL_ROW_CACHE": "0"]).rowCache == 0)
    #expect(throws: ValidationError.self) { try settings(["--row-cache", "some"]) }
  }

  @Test func `the longest upload is given in MiB`() throws {
    #expect(try settings([]).maximumUpload == nil)
    #expect(try settings(["--max-upload", "20"]).maximumUpload == 20)
    #expect(try settings([], ["HULL_MAX_UPLOAD": "1048576"]).maximumUpload == 1_048_576)
    #expect(throws: ValidationError.self) { try settings(["--max-upload", "0"]) }
  }

  @Test func `the queue may be shortened, even to none`() throws {
    #expect(try settings([]).maximumQueue == nil)
    #expect(try settings(["--max-queue", "0"]).maximumQueue == 0)
    #expect(try settings([], ["HULL_MAX_QUEUE": "4096"]).maximumQueue == 4096)
    #expect(throws: ValidationError.self) { try settings(["--max-queue", "1000001"]) }
    #expect(throws: ValidationError.self) { try settings([], ["HULL_MAX_QUEUE": "many"]) }
  }

  @Test(arguments: [
    (["--port", "70000"], [:], "--port must be a number from 0 to 65535, not '70000'."),
    (["--port", "http"], [:], "--port must be a number from 0 to 65535, not 'http'."),
    ([], ["HULL_PORT": "-1"], "HULL_PORT must be a number from 0 to 65535, not '-1'."),
    (
      ["--durability", "sometimes"], [:],
      "--durability must be one of full, normal, off, not 'sometimes'."
    ),
    (
      ["--host", "not a host"], [:],
      "--host must be a host name or an IP address, not 'not a host'."
    ),
    (["--data", ""], [:], "--data must name a directory."),
    (
      ["--cloud-origin", "a.example"], [:],
      "--cloud-origin must be an origin such as https://example.org, not 'a.example'."
    ),
    (
      [], ["HULL_SITE_ORIGIN": "https://a.example/b"],
      "--site-origin must be an origin such as https://example.org, not 'https://a.example/b'."
    ),
    (
      ["--admin-key", "short"], [:],
      "--admin-key must have at least 16 characters, of ASCII, none of them spaces or colons."
    ),
    (
      ["--admin-key", "team:0123456789abcdef"], [:],
      "--admin-key must have at least 16 characters, of ASCII, none of them spaces or colons."
    ),
    (
      [], ["HULL_ADMIN_KEY": "schl\u{fc}ssel-0123456789"],
      "HULL_ADMIN_KEY must have at least 16 characters, of ASCII, none of them spaces or colons."
    ),
    ([], ["HULL_SAMPLE": "maybe"], "HULL_SAMPLE must be true or false, not 'maybe'."),
    ([], ["HULL_REDACT": "2"], "HULL_REDACT must be true or false, not '2'."),
  ])
  func `nonsense is refused by name`(
    arguments: [String],
    environment: [String: String],
    message: String
  ) throws {
    let error = #expect(throws: ValidationError.self) { try settings(arguments, environment) }
    #expect(error?.message == message)
  }

  @Test func `serve is what an application does when told nothing`() throws {
    let command = try ApplicationCommand<ShopApplication>.parseAsRoot(["--port", "7"])
    #expect((command as? ServeCommand<ShopApplication>)?.options.port == "7")
    let run = try ApplicationCommand<ShopApplication>.parseAsRoot(["run", "items:list"])
    #expect((run as? RunCommand<ShopApplication>)?.arguments == "{}")
  }
}
