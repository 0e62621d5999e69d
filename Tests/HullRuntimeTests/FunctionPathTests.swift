import Hull
import HullRuntime
import Testing

@Suite struct FunctionPathTests {
  @Test(arguments: [
    ("messages:list", "messages.js:list", "messages:list"),
    ("messages.js:list", "messages.js:list", "messages:list"),
    ("foo/messages:list", "foo/messages.js:list", "foo/messages:list"),
    ("messages", "messages.js:default", "messages"),
    ("messages.js", "messages.js:default", "messages"),
    ("messages:default", "messages.js:default", "messages"),
    ("a//b:f", "a/b.js:f", "a/b:f"),
    ("a.b/c:f", "a.b/c.js:f", "a.b/c:f"),
  ])
  func `a path has one canonical and one stripped form`(
    text: String,
    canonical: String,
    stripped: String
  ) throws {
    let path = try FunctionPath(parsing: text)
    #expect(path.canonical == canonical)
    #expect(path.stripped == stripped)
  }

  @Test(arguments: [
    ("messages.ts:list", "Module path (messages.ts) has an extension that isn't 'js'."),
    ("a.txt:b", "Module path (a.txt) has an extension that isn't 'js'."),
    ("messages.list", "Module path (messages.list) has an extension that isn't 'js'."),
    (
      "my-module:list",
      "Path component my-module.js can only contain alphanumeric characters, underscores, "
        + "or periods."
    ),
    ("/messages:list", "Module paths must be relative (/messages is absolute)."),
    ("../m:f", "Invalid path component ParentDir in ../m."),
    ("./m:f", "Invalid path component CurDir in ./m."),
    (":f", "Module path  doesn't have a filename."),
    ("", "Module path  doesn't have a filename."),
    ("..", "Module path .. doesn't have a filename."),
    ("m:", "Identifier cannot be empty"),
    (
      "m:a-b",
      "Identifier a-b has invalid character '-': Identifiers can only contain alphanumeric "
        + "characters or underscores"
    ),
    (
      "m:1a",
      "Invalid first character '1' in 1a: Identifiers must start with an alphabetic character "
        + "or underscore"
    ),
    ("m:__", "Identifier __ cannot have exclusively underscores"),
    ("a/__/m:f", "Path component __ must have at least one alphanumeric character."),
  ])
  func `what is no path is refused in the reference's words`(text: String, reason: String) {
    #expect {
      try FunctionPath(parsing: text)
    } throws: { error in
      (error as? FunctionPathError)?.message
        == "\(text) is not a valid path to a Convex function. \(reason)"
    }
  }

  @Test func `a component may have 64 bytes with its extension, a name 64 by itself`() throws {
    let longest = String(repeating: "a", count: 61)
    #expect(try FunctionPath(parsing: "\(longest):f").module == longest)
    #expect(throws: FunctionPathError.self) { try FunctionPath(parsing: "\(longest)a:f") }
    let name = String(repeating: "f", count: 64)
    #expect(try FunctionPath(parsing: "m:\(name)").name == name)
    #expect(throws: FunctionPathError.self) { try FunctionPath(parsing: "m:\(name)f") }
  }
}

@Suite struct FunctionRegistryTests {
  let registry: FunctionRegistry

  init() throws {
    let customers = Module("master_data/customers") {
      $0.query("list") { _, _ in true }
      $0.internalQuery("secret") { _, _ in true }
    }
    let messages = Module("messages") {
      $0.query("list") { _, _ in true }
      $0.query("default") { _, _ in true }
    }
    registry = try FunctionRegistry(
      Application(
        name: "test",
        schema: SchemaDefinition(tables: []),
        modules: [customers, messages]
      )
    )
  }

  @Test(arguments: [
    "master_data/customers:list", "master_data/customers.js:list", "master_data/customers.ts:list",
    "master_data/customers.tsx:list", "master_data/customers.swift:list",
    "master_data.customers.list", "api.master_data.customers.list",
  ])
  func `every documented spelling names the function`(text: String) throws {
    let path = try registry.resolve(text, mayCallInternal: false)
    #expect(path == FunctionPath(module: "master_data/customers", name: "list"))
    #expect(registry[path] != nil)
  }

  @Test(arguments: [
    "messages", "messages.js", "messages.ts", "messages:default", "api.messages.default",
  ])
  func `a default export needs no name`(text: String) throws {
    let path = try registry.resolve(text, mayCallInternal: false)
    #expect(path == FunctionPath(module: "messages", name: "default"))
  }

  @Test func `a source file's extension is dropped from a path nobody registered, too`() throws {
    #expect(
      try registry.resolve("nope.ts:list", mayCallInternal: false).canonical == "nope.js:list"
    )
  }

  @Test(arguments: [
    "master_data.customers.nope", "api.nope", "master_data.customers:list", "a.txt:list",
  ])
  func `dots name nothing that is not registered`(text: String) {
    #expect(throws: FunctionPathError.self) {
      try registry.resolve(text, mayCallInternal: false)
    }
  }

  @Test func `dots do not tell an internal function from none`() throws {
    let text = "master_data.customers.secret"
    #expect(throws: FunctionPathError.self) { try registry.resolve(text, mayCallInternal: false) }
    #expect(try registry.resolve(text, mayCallInternal: true).name == "secret")
  }

  @Test func `a function in a reserved module cannot be registered, and the error says where`() {
    let module = Module("_system/x") { $0.query("f") { _, _ in true } }
    #expect {
      try FunctionRegistry(
        Application(name: "test", schema: SchemaDefinition(tables: []), modules: [module])
      )
    } throws: { error in
      "\(error)".contains("_system/x") && "\(error)".contains("FunctionPathTests.swift:")
    }
  }

  @Test func `a path registered twice is refused with both places`() {
    let first = Module("m") { $0.query("f", line: 11) { _, _ in true } }
    let second = Module("m") { $0.mutation("f", line: 22) { _, _ in true } }
    #expect {
      try Application(name: "t", schema: SchemaDefinition(tables: []), modules: [first, second])
    } throws: { error in
      "\(error)".contains("FunctionPathTests.swift:11")
        && "\(error)".contains("FunctionPathTests.swift:22")
    }
  }
}
