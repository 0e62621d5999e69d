// The binary's own commands and what it says when it cannot start.

import Foundation
import Testing

@Suite struct CommandLineTests {
  @Test func `run calls a function of the running server, internal ones too`() async throws {
    try await withTemporaryDirectory { directory in
      let server = try await Server.start(data: directory)
      let petshop = try Server.binary("petshop")
      let options = ["--url", server.url.absoluteString, "--data", directory.path]
      let created = try await ChildProcess.run(
        petshop,
        ["run"] + options + [
          "master_data/customers:create", #"{"name":"Ani","phone":"0812000111"}"#,
        ]
      )
      #expect(created.status == 0, "\(created.errors)")
      let id = created.output.trimmingCharacters(in: CharacterSet(charactersIn: "\"\n"))
      let audit = try await ChildProcess.run(
        petshop,
        ["run"] + options + ["loyalty/engine:auditCustomer", #"{"customerId":"\#(id)"}"#]
      )
      #expect(audit.status == 0, "\(audit.errors)")
      #expect(audit.output.contains(#""ok": true"#) || audit.output.contains(#""ok":true"#))
      let unknown = try await ChildProcess.run(petshop, ["run"] + options + ["nope:nope"])
      #expect(unknown.status == 1)
      #expect(unknown.errors.contains("nope:nope"))
      #expect(await server.stop() == 0)
    }
  }

  @Test func `env sets, prints and removes variables that functions read`() async throws {
    try await withTemporaryDirectory { directory in
      let server = try await Server.start("ConformanceApp", data: directory)
      let app = try Server.binary("ConformanceApp")
      let options = ["--url", server.url.absoluteString, "--data", directory.path]
      func env(_ arguments: [String], input: String? = nil) async throws -> (
        status: Int32, output: String, errors: String
      ) {
        try await ChildProcess.run(app, ["env"] + arguments + options, input: input)
      }
      func read(_ name: String) async throws -> String {
        let call = ["run", "surroundings:variable", #"{"name":"\#(name)"}"#] + options
        return try await ChildProcess.run(app, call).output
      }
      #expect(try await env(["set", "GREETING", "hello you"]).status == 0)
      #expect(try await env(["set", "SECRET"], input: "a=b\n").status == 0)
      #expect(try await env(["list"]).output == "GREETING=hello you\nSECRET=a=b\n")
      #expect(try await env(["get", "SECRET"]).output == "a=b\n")
      #expect(try await read("SECRET") == "\"a=b\"\n")
      #expect(try await env(["remove", "SECRET"]).status == 0)
      #expect(try await read("SECRET") == "null\n")
      let missing = try await env(["get", "SECRET"])
      #expect(missing.status == 1)
      #expect(missing.errors.contains("SECRET"))
      let refused = try await env(["set", "2BAD", "x"])
      #expect(refused.status == 1)
      #expect(refused.errors.contains("EnvironmentVariableNameInvalid"), "\(refused.errors)")
      #expect(await server.stop() == 0)
    }
  }

  @Test func `functions lists path, kind, visibility and arguments`() async throws {
    let result = try await ChildProcess.run(Server.binary("petshop"), ["functions"])
    #expect(result.status == 0, "\(result.errors)")
    let line = result.output.split(separator: "\n").first {
      $0.contains("master_data/customers:search")
    }
    let row = try #require(line)
    #expect(row.contains("query"))
    #expect(row.contains("public"))
    #expect(row.contains("limit"))
  }

  @Test func `the sample data is loaded once`() async throws {
    try await withTemporaryDirectory { directory in
      for _ in 0..<2 {
        let server = try await Server.start(data: directory, arguments: ["--sample"])
        let listed = try await ChildProcess.run(
          Server.binary("petshop"),
          [
            "run", "--url", server.url.absoluteString, "--data", directory.path,
            "master_data/customers:lookup", #"{"code":"CUST0001"}"#,
          ]
        )
        #expect(listed.status == 0, "\(listed.errors)")
        #expect(listed.output.contains("CUST0001"))
        #expect(await server.stop() == 0)
      }
    }
  }

  @Test func `a taken port is named`() async throws {
    try await withTemporaryDirectory { directory in
      let server = try await Server.start(data: directory.appending(path: "a"))
      let second = try await ChildProcess.run(
        Server.binary("petshop"),
        ["serve", "--port", "\(server.port)", "--data", directory.appending(path: "b").path]
      )
      #expect(second.status != 0)
      #expect(second.errors.contains("\(server.port)"), "\(second.errors)")
      #expect(await server.stop() == 0)
    }
  }

  @Test func `a data directory in use is named`() async throws {
    try await withTemporaryDirectory { directory in
      let server = try await Server.start(data: directory)
      let second = try await ChildProcess.run(
        Server.binary("petshop"),
        ["serve", "--port", "0", "--data", directory.path]
      )
      #expect(second.status != 0)
      #expect(second.errors.contains("in use by process"), "\(second.errors)")
      #expect(await server.stop() == 0)
    }
  }

  @Test func `a file that is no database is left alone and named`() async throws {
    try await withTemporaryDirectory { directory in
      let file = directory.appending(path: "data.sqlite")
      let text = String(repeating: "this is a letter to grandmother. ", count: 200)
      try Data(text.utf8).write(to: file)
      let result = try await ChildProcess.run(
        Server.binary("petshop"),
        ["serve", "--port", "0", "--data", directory.path]
      )
      #expect(result.status != 0)
      #expect(result.errors.contains("not a database"), "\(result.errors)")
      #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }
  }

  @Test(arguments: [
    ["--port", "70000"], ["--durability", "sometimes"], ["--host", "not a host"],
  ])
  func `an option that makes no sense is refused by name`(arguments: [String]) async throws {
    try await withTemporaryDirectory { directory in
      let result = try await ChildProcess.run(
        Server.binary("petshop"),
        ["serve", "--data", directory.path] + arguments
      )
      #expect(result.status != 0)
      #expect(result.errors.contains(arguments[0].drop { $0 == "-" }), "\(result.errors)")
    }
  }
}
