// How commands reach a running server: its address and the admin key.

import ArgumentParser
import HullValues

/// The options of commands that talk to a running server.
struct ServerOptions: ParsableArguments {
  @Option(help: "Address of the server. (HULL_URL; default: what the data directory says)")
  var url: String?

  @Option(help: "Directory that holds the data and the admin key. (HULL_DATA; default: .hull)")
  var data: String?

  @Option(help: "The admin key, if not the one in the data directory. (HULL_ADMIN_KEY)")
  var adminKey: String?
}

/// A running server and the right to administer it.
struct ServerConnection {
  let url: String
  private let adminKey: String

  /// Finds the server.
  ///
  /// - Parameters:
  ///   - options: What the command line says.
  ///   - environment: The variables of the process.
  /// - Throws: ``CommandError`` when there is no admin key.
  init(_ options: ServerOptions, environment: [String: String]) throws {
    let directory = DataDirectory(
      path: Setting(option: "--data", variable: "HULL_DATA").text(options.data, environment)
        ?? ".hull"
    )
    url =
      Setting(option: "--url", variable: "HULL_URL").text(options.url, environment)
      ?? directory.url ?? "http://127.0.0.1:3210"
    let key =
      Setting(option: "--admin-key", variable: "HULL_ADMIN_KEY").text(options.adminKey, environment)
      ?? directory.adminKey
    guard let key else {
      throw CommandError(
        """
        There is no admin key in \(directory.path). Start the server once, or name its directory \
        with --data.
        """
      )
    }
    adminKey = key
  }

  /// Sends JSON and waits for the answer.
  ///
  /// - Throws: ``CommandError`` when there is no server or it hangs up.
  func post(_ path: String, body: [UInt8]) throws -> HTTPClient.Response {
    try HTTPClient(url: url).send(
      "POST",
      path,
      fields: [
        ("Content-Type", "application/json"), ("Authorization", "Convex \(adminKey)"),
      ],
      body: body
    )
  }

  /// Asks for a document.
  ///
  /// - Throws: ``CommandError`` when there is no server or it hangs up.
  func get(_ path: String) throws -> HTTPClient.Response {
    try HTTPClient(url: url).send(
      "GET",
      path,
      fields: [("Authorization", "Convex \(adminKey)")],
      body: []
    )
  }
}

extension HTTPClient.Response {
  /// Insists that the request succeeded.
  ///
  /// - Throws: ``CommandError`` with the server's code and message.
  func requireSuccess() throws {
    if status == 200 { return }
    guard let json = try? JSONParser().json(body), case .string(let code)? = json["code"],
      case .string(let message)? = json["message"]
    else {
      throw CommandError("The server answered \(status).")
    }
    throw CommandError("\(code): \(message)")
  }
}
