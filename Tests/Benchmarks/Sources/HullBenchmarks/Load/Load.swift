// What the load generator is told.

/// A request that is sent over and over, and for how long.
struct Load: Sendable {
  /// How the accounts of a transfer are drawn.
  enum Draw: Sendable {
    /// Each as likely as any other.
    case uniform(of: Int)
    /// The number k in proportion to 1 / (k + 1)^exponent.
    case zipf(of: Int, exponent: Double)
  }

  var method: String
  var path: String
  /// A body in which `{n}` becomes a number no other request has, and `{a}` and `{b}` become two
  /// different numbers drawn at random.
  var body = ""
  /// The length of a body of anything, instead.
  var bodyBytes = 0
  /// Requests under way at a time, each on a connection of its own.
  var connections: Int
  /// How long.
  var seconds = 1.0
  /// How many requests, instead; 0: as many as the time allows.
  var requests = 0
  var draw: Draw?

  /// A call of a function.
  static func call(
    _ kind: String,
    _ path: String,
    _ args: String,
    connections: Int,
    seconds: Double
  ) -> Load {
    Load(
      method: "POST",
      path: "/api/\(kind)",
      body: #"{"path":"\#(path)","args":\#(args)}"#,
      connections: connections,
      seconds: seconds
    )
  }

  static func get(_ path: String, connections: Int, seconds: Double) -> Load {
    Load(method: "GET", path: path, connections: connections, seconds: seconds)
  }

  /// The same as options of the command ``LoadGenerator``.
  var arguments: [String] {
    var arguments = [
      "--method", method, "--path", path, "--body", body, "--body-bytes", "\(bodyBytes)",
      "--connections", "\(connections)", "--seconds", "\(seconds)", "--requests", "\(requests)",
    ]
    switch draw {
    case .uniform(let count): arguments += ["--draw-from", "\(count)"]
    case .zipf(let count, let exponent):
      arguments += ["--draw-from", "\(count)", "--exponent", "\(exponent)"]
    case nil: break
    }
    return arguments
  }
}
