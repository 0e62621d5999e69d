// Reading what a client says (spec/sync-protocol.md 3), as strictly as the reference does.

import HullPersistence
import HullRuntime
import HullValues

extension ClientMessage {
  /// Reads a message.
  ///
  /// Fields nobody knows are ignored, and optional ones may be null. Arguments that are no list fail
  /// their own call only, as ``FunctionArguments/notAList``. Whether a function path makes
  /// sense is not looked at: a bad one fails its own call only.
  ///
  /// - Parameter text: A text message of the WebSocket.
  /// - Throws: ``InvalidMessage``, which ends the connection.
  package init(json text: [UInt8]) throws(InvalidMessage) {
    let fields = try MessageFields(text)
    switch try fields.string("type") {
    case "Connect": self = .connect(try Connect(fields))
    case "ModifyQuerySet": self = .modifyQuerySet(try ModifyQuerySet(fields))
    case "Mutation": self = .mutation(try Call(fields, kind: "Mutation"))
    case "Action": self = .action(try Call(fields, kind: "Action"))
    case "Authenticate": self = .authenticate(try Authenticate(fields))
    case "Event":
      let type = try fields.string("eventType")
      guard fields.range("event") != nil else { throw fields.missing("event") }
      self = .event(type)
    case let type:
      throw InvalidMessage(
        "unknown variant `\(type)`, expected one of `Connect`, `ModifyQuerySet`, `Mutation`, "
          + "`Action`, `Authenticate`, `Event`"
      )
    }
  }

  /// Reads an `args` field; a list of anything but values is reported with the function's name.
  fileprivate static func arguments(
    _ fields: MessageFields,
    _ range: Range<Int>?
  ) -> FunctionArguments {
    guard let range, fields.isArray(range) else { return .notAList }
    return FunctionArguments(json: fields.text, in: range)
  }
}

extension ClientMessage.Connect {
  fileprivate init(_ fields: MessageFields) throws(InvalidMessage) {
    let sessionText = try fields.string("sessionId")
    guard let sessionID = SessionID(sessionText) else {
      throw InvalidMessage("\(sessionText.debugDescription) is not a UUID")
    }
    let timestampText = try fields.optionalString("maxObservedTimestamp")
    var timestamp: Timestamp?
    if let timestampText {
      do throws(Timestamp.TextError) {
        timestamp = try Timestamp(text: timestampText)
      } catch {
        throw InvalidMessage(error.message)
      }
    }
    self.init(
      sessionID: sessionID,
      connectionCount: try fields.uint32("connectionCount"),
      lastCloseReason: try fields.optionalString("lastCloseReason"),
      maxObservedTimestamp: timestamp,
      clientTimestamp: try fields.optionalInt64("clientTs")
    )
  }
}

extension ClientMessage.ModifyQuerySet {
  fileprivate init(_ fields: MessageFields) throws(InvalidMessage) {
    let baseVersion = try fields.uint32("baseVersion")
    let newVersion = try fields.uint32("newVersion")
    guard let range = fields["modifications"] else {
      throw InvalidMessage("ModifyQuerySet lacks modifications")
    }
    let objects = try fields.objects(range)
    var modifications: [Modification] = []
    modifications.reserveCapacity(objects.count)
    for object in objects { modifications.append(try Modification(object)) }
    self.init(baseVersion: baseVersion, newVersion: newVersion, modifications: modifications)
  }
}

extension ClientMessage.ModifyQuerySet.Modification {
  fileprivate init(_ fields: MessageFields) throws(InvalidMessage) {
    switch try fields.string("type") {
    case "Add":
      // As in the reference, an absent id is 0 and an absent path is empty, which no function has.
      let path = fields.range("udfPath") == nil ? "" : try fields.string("udfPath")
      let (args, journal) = (fields["args"], try fields.optionalString("journal"))
      self = .add(
        try fields.uint32("queryId", default: 0),
        ClientMessage.Subscription(
          path: path,
          arguments: ClientMessage.arguments(fields, args),
          journal: journal,
          componentPath: try fields.optionalString("componentPath"),
          bytes: path.utf8.count + (args?.count ?? 0) + (journal?.utf8.count ?? 0)
        )
      )
    case "Remove": self = .remove(try fields.uint32("queryId"))
    case let type:
      throw InvalidMessage("unknown variant `\(type)`, expected `Add` or `Remove`")
    }
  }
}

extension ClientMessage.Call {
  fileprivate init(_ fields: MessageFields, kind: String) throws(InvalidMessage) {
    let requestID = try fields.uint32("requestId")
    let path = try fields.string("udfPath")
    let componentPath = try fields.optionalString("componentPath")
    guard let args = fields["args"] else { throw InvalidMessage("\(kind) lacks args") }
    self.init(
      requestID: requestID,
      path: path,
      arguments: ClientMessage.arguments(fields, args),
      componentPath: componentPath
    )
  }
}

extension ClientMessage.Authenticate {
  fileprivate init(_ fields: MessageFields) throws(InvalidMessage) {
    self.init(
      baseVersion: try fields.uint32("baseVersion"),
      token: try AuthenticationToken(fields)
    )
  }
}

extension AuthenticationToken {
  fileprivate init(_ fields: MessageFields) throws(InvalidMessage) {
    switch try fields.string("tokenType") {
    case "None": self = .none
    case "User": self = .user(try fields.string("value"))
    case "Admin":
      let key = try fields.string("value")
      // convex-js says `impersonating`, convex-rs `acting_as`.
      guard let range = fields["acting_as"] ?? fields["impersonating"] else {
        self = .admin(key: key, actingAs: nil)
        return
      }
      let attributes = fields.json(range)
      guard case .object = attributes else {
        throw InvalidMessage("invalid type: \(attributes.shape), expected a map")
      }
      self = .admin(key: key, actingAs: attributes.description)
    case let type:
      throw InvalidMessage("unknown variant `\(type)`, expected one of `Admin`, `User`, `None`")
    }
  }
}
