// `env`: the environment variables of a running server.

import ArgumentParser
import Foundation
import Hull
import HullRuntime
import HullValues

/// Lists and changes the variables that functions read with `ctx.env`.
struct EnvironmentCommand<App: HullApplication>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "env",
      abstract: "List and change the environment variables of the running server.",
      discussion: """
        They are kept with the data. Live queries that read a variable change with it at once.
        """,
      subcommands: [
        EnvironmentListCommand<App>.self, EnvironmentGetCommand<App>.self,
        EnvironmentSetCommand<App>.self, EnvironmentRemoveCommand<App>.self,
      ],
      defaultSubcommand: EnvironmentListCommand<App>.self
    )
  }
}

/// Prints all variables.
struct EnvironmentListCommand<App: HullApplication>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "list",
      abstract: "Print all variables, one NAME=value on a line."
    )
  }

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await reportingErrors {
      let variables = try ServerEnvironment(server).variables()
      for (name, value) in variables { print("\(name)=\(value)") }
    }
  }
}

/// Prints one variable.
struct EnvironmentGetCommand<App: HullApplication>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "get", abstract: "Print the value of a variable.")
  }

  @ArgumentParser.Argument(help: "The variable.")
  var name: String

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await reportingErrors {
      let variables = try ServerEnvironment(server).variables()
      guard let value = variables.first(where: { $0.name == name })?.value else {
        throw CommandError("The environment variable \(name) is not set.")
      }
      print(value)
    }
  }
}

/// Sets one variable.
struct EnvironmentSetCommand<App: HullApplication>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "set",
      abstract: "Set a variable.",
      discussion: """
        Without a value it is read from standard input, so that a secret is seen neither in the \
        list of processes nor in the history of the shell; a line break at its end is left out.
        """
    )
  }

  @ArgumentParser.Argument(help: "The variable: letters, digits and underscores.")
  var name: String

  @ArgumentParser.Argument(help: "Its value; standard input if there is none.")
  var value: String?

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await reportingErrors {
      try ServerEnvironment(server).set(name, to: try value ?? Self.valueFromStandardInput())
    }
  }

  private static func valueFromStandardInput() throws -> String {
    let limit = EnvironmentVariableChange.maximumValueBytes
    // A line break more than the value, and one byte to see that it is too long.
    let data = try FileHandle.standardInput.read(upToCount: limit + 3) ?? Data()
    guard var text = String(data: data, encoding: .utf8) else {
      throw CommandError("The value on standard input is not UTF-8.")
    }
    if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
    return text
  }
}

/// Unsets one variable.
struct EnvironmentRemoveCommand<App: HullApplication>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "remove",
      abstract: "Unset a variable.",
      aliases: ["unset"]
    )
  }

  @ArgumentParser.Argument(help: "The variable.")
  var name: String

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await reportingErrors { try ServerEnvironment(server).set(name, to: nil) }
  }
}

/// The variables of a running server.
struct ServerEnvironment {
  private let connection: ServerConnection

  init(_ options: ServerOptions) throws {
    connection = try ServerConnection(
      options,
      environment: ProcessInfo.processInfo.environment
    )
  }

  /// All variables, in the order of their names.
  ///
  /// - Throws: ``CommandError`` when there is no answer, or a refusal.
  func variables() throws -> [(name: String, value: String)] {
    let response = try connection.get("/api/list_environment_variables")
    try response.requireSuccess()
    guard let json = try? JSONParser().json(response.body),
      case .object(let members)? = json["environmentVariables"]
    else {
      throw CommandError("The server answered with something other than a list of variables.")
    }
    return members.compactMap { name, value in
      if case .string(let text) = value { (name, text) } else { nil }
    }
  }

  /// Sets a variable, or unsets it.
  ///
  /// - Throws: ``CommandError`` when there is no answer, or a refusal.
  func set(_ name: String, to value: String?) throws {
    var body = JSONWriter()
    body.beginObject()
    body.key("changes")
    body.beginArray()
    body.beginObject()
    body.key("name")
    body.string(name)
    body.key("value")
    if let value { body.string(value) } else { body.null() }
    body.endObject()
    body.endArray()
    body.endObject()
    try connection.post("/api/update_environment_variables", body: body.bytes).requireSuccess()
  }
}
