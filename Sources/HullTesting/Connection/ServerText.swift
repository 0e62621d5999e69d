// What the server said, taken apart as a client does it.

package import HullPersistence
package import HullSync
package import HullValues

/// A message of the server.
package enum ServerText {
  package struct Version: Equatable {
    package var querySet: UInt32
    package var identity: UInt32
    package var timestamp: Timestamp

    /// The version of every new connection.
    package static let initial = Version(querySet: 0, identity: 0, timestamp: .zero)
  }

  package enum Modification {
    case updated(ConvexValue, journal: String?, logLines: [String])
    case failed(ClientError, journal: String?, logLines: [String])
    case removed
  }

  package struct Transition {
    package var start: Version
    package var end: Version
    package var modifications: [(id: QueryID, modification: Modification)]
  }

  package struct Response {
    package var id: RequestSequenceNumber
    package var result: Result<ConvexValue, ClientError>
    /// The commit of a mutation that succeeded.
    package var timestamp: Timestamp?
  }

  case transition(Transition)
  case mutationResponse(Response)
  case actionResponse(Response)
  case authError(String)
  case fatalError(String)
  case ping

  /// What is wrong with a message that no client could read.
  package struct Unreadable: Error, CustomStringConvertible {
    package var description: String
  }

  /// Reads a message.
  package init(_ text: [UInt8]) throws {
    let fields = try Fields(text)
    switch try fields.string("type") {
    case "Transition":
      self = .transition(
        Transition(
          start: try Self.version(fields.object("startVersion")),
          end: try Self.version(fields.object("endVersion")),
          modifications: try fields.array("modifications").map(Self.modification)
        )
      )
    case "MutationResponse": self = .mutationResponse(try Self.response(fields))
    case "ActionResponse": self = .actionResponse(try Self.response(fields))
    case "AuthError": self = .authError(try fields.string("error"))
    case "FatalError": self = .fatalError(try fields.string("error"))
    case "Ping": self = .ping
    case let type: throw Unreadable(description: "unknown message \(type)")
    }
  }

  private static func version(_ fields: Fields) throws -> Version {
    Version(
      querySet: try fields.number("querySet"),
      identity: try fields.number("identity"),
      timestamp: try Timestamp(text: try fields.string("ts"))
    )
  }

  private static func modification(
    _ fields: Fields
  ) throws -> (id: QueryID, modification: Modification) {
    let id: QueryID = try fields.number("queryId")
    switch try fields.string("type") {
    case "QueryUpdated":
      return (
        id,
        .updated(
          try fields.value("value"),
          journal: try fields.optionalString("journal"),
          logLines: try fields.strings("logLines")
        )
      )
    case "QueryFailed":
      let error = ClientError(
        message: try fields.string("errorMessage"),
        data: try fields.optionalValue("errorData"),
        code: nil,
        status: 200
      )
      return (
        id,
        .failed(
          error,
          journal: try fields.optionalString("journal"),
          logLines: try fields.strings("logLines")
        )
      )
    case "QueryRemoved": return (id, .removed)
    case let type: throw Unreadable(description: "unknown modification \(type)")
    }
  }

  private static func response(_ fields: Fields) throws -> Response {
    let id: RequestSequenceNumber = try fields.number("requestId")
    _ = try fields.strings("logLines")
    guard try fields.boolean("success") else {
      let error = ClientError(
        message: try fields.string("result"),
        data: try fields.optionalValue("errorData"),
        code: nil,
        status: 200
      )
      return Response(id: id, result: .failure(error))
    }
    return Response(
      id: id,
      result: .success(try fields.value("result")),
      timestamp: try fields.optionalString("ts").map { try Timestamp(text: $0) }
    )
  }
}

/// The members of a JSON object, each read by the rules that fit it.
private struct Fields {
  let text: [UInt8]
  let members: [String: Range<Int>]

  init(_ text: [UInt8], in range: Range<Int>? = nil) throws {
    guard let members = try JSONParser().members(text, in: range) else {
      throw ServerText.Unreadable(description: "not an object")
    }
    self.text = text
    self.members = Dictionary(members.map { ($0.key, $0.value) }) { $1 }
  }

  private func json(_ name: String) throws -> JSONValue {
    guard let range = members[name] else {
      throw ServerText.Unreadable(description: "\(name) is missing")
    }
    return try JSONParser().json(text, in: range)
  }

  func string(_ name: String) throws -> String {
    guard let string = try json(name).string else {
      throw ServerText.Unreadable(description: "\(name) is no string")
    }
    return string
  }

  func optionalString(_ name: String) throws -> String? {
    members[name] == nil ? nil : try json(name).string
  }

  func boolean(_ name: String) throws -> Bool {
    guard let value = try json(name).bool else {
      throw ServerText.Unreadable(description: "\(name) is no boolean")
    }
    return value
  }

  func number(_ name: String) throws -> UInt32 {
    guard let value = try json(name).integer, let number = UInt32(exactly: value) else {
      throw ServerText.Unreadable(description: "\(name) is no number")
    }
    return number
  }

  func strings(_ name: String) throws -> [String] {
    guard let elements = try json(name).array else {
      throw ServerText.Unreadable(description: "\(name) is no array")
    }
    return elements.compactMap(\.string)
  }

  func value(_ name: String) throws -> ConvexValue {
    guard let range = members[name] else {
      throw ServerText.Unreadable(description: "\(name) is missing")
    }
    return try JSONParser().value(text, in: range)
  }

  func optionalValue(_ name: String) throws -> ConvexValue? {
    members[name] == nil ? nil : try value(name)
  }

  func object(_ name: String) throws -> Fields {
    guard let range = members[name] else {
      throw ServerText.Unreadable(description: "\(name) is missing")
    }
    return try Fields(text, in: range)
  }

  /// The objects of an array, each as a text of its own.
  func array(_ name: String) throws -> [Fields] {
    guard let elements = try json(name).array else {
      throw ServerText.Unreadable(description: "\(name) is no array")
    }
    return try elements.map { element in
      var writer = JSONWriter()
      writer.json(element)
      return try Fields(writer.bytes)
    }
  }
}
