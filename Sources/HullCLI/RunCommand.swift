// `run`: calls a function of a running server.

import ArgumentParser
import Foundation
import Hull
import HullValues

/// Calls one function and prints its value.
struct RunCommand<App: HullApplication>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "run",
      abstract: "Call a function of the running server, internal ones too.",
      discussion: """
        Prints the value as JSON. What the function logs goes to standard error, and so does an \
        error, which ends the command with status 1.
        """
    )
  }

  @ArgumentParser.Argument(help: "The function, such as module:name.")
  var function: String

  @ArgumentParser.Argument(help: "Its arguments, a JSON object.")
  var arguments = "{}"

  @OptionGroup var server: ServerOptions

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    try await reportingErrors {
      let call = try RunCall(command: self, environment: environment)
      let result = try call.send()
      for line in result.logLines { writeToStandardError(line) }
      switch result.outcome {
      case .success(let value): print(value)
      case .failure(let message):
        writeToStandardError(message.description)
        throw ExitCode.failure
      }
    }
  }
}

/// One call of a function over HTTP.
struct RunCall {
  /// What came of it.
  struct Result {
    var outcome: Swift.Result<String, Failure>
    var logLines: [String]
  }

  /// Why there is no value.
  typealias Failure = CommandError

  var connection: ServerConnection
  var function: String
  /// A JSON object.
  var arguments: [UInt8]

  init<App>(command: RunCommand<App>, environment: [String: String]) throws {
    connection = try ServerConnection(command.server, environment: environment)
    function = command.function
    arguments = Array(command.arguments.utf8)
    do {
      guard try JSONParser().members(arguments) != nil else {
        throw CommandError("The arguments must be a JSON object, such as {\"name\":\"Ani\"}.")
      }
    } catch let error as JSONParseError {
      throw CommandError("The arguments are not JSON: \(error.message)")
    }
  }

  /// Calls the function.
  ///
  /// - Throws: ``CommandError`` when there is no answer, or one that is no outcome.
  func send() throws -> Result {
    var body = JSONWriter()
    body.beginObject()
    body.key("path")
    body.string(function)
    body.key("args")
    body.raw(arguments)
    body.key("format")
    body.string("json")
    body.endObject()
    let response = try connection.post("/api/function", body: body.bytes)
    return try Self.result(of: response)
  }

  private static func result(of response: HTTPClient.Response) throws -> Result {
    guard let members = try? JSONParser().members(response.body) else {
      throw CommandError("The server answered \(response.status) with something other than JSON.")
    }
    func json(_ key: String) -> JSONValue? {
      guard let range = members.last(where: { $0.key == key })?.value else { return nil }
      return try? JSONParser().json(response.body, in: range)
    }
    func text(_ key: String) -> String? {
      if case .string(let text)? = json(key) { text } else { nil }
    }
    guard response.status == 200 else {
      throw CommandError("\(text("code") ?? "Error \(response.status)"): \(text("message") ?? "")")
    }
    var logLines: [String] = []
    if case .array(let lines)? = json("logLines") {
      for case .string(let line) in lines { logLines.append(line) }
    }
    if let range = members.last(where: { $0.key == "value" })?.value, text("status") == "success" {
      let value = JSONText.indented(Array(response.body[range]))
      return Result(outcome: .success(value), logLines: logLines)
    }
    var message = text("errorMessage") ?? "The function failed."
    while message.hasSuffix("\n") { message.removeLast() }
    return Result(outcome: .failure(CommandError(message)), logLines: logLines)
  }
}
