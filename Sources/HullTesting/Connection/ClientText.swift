// What a client says, written as official clients write it.

package import HullPersistence
package import HullRuntime
package import HullSync
package import HullValues

/// Messages of a client.
package enum ClientText {
  package static func connect(
    _ sessionID: SessionID,
    connectionCount: UInt32,
    lastCloseReason: String,
    maxObserved: Timestamp?
  ) -> [UInt8] {
    object("Connect") { writer in
      writer.key("sessionId")
      writer.string(sessionID.description)
      writer.key("connectionCount")
      writer.integer(Int(connectionCount))
      writer.key("lastCloseReason")
      writer.string(lastCloseReason)
      if let maxObserved {
        writer.key("maxObservedTimestamp")
        writer.string(maxObserved.text)
      }
    }
  }

  /// A query to subscribe to.
  package struct Add {
    package var id: QueryID
    package var path: String
    package var arguments: ConvexValue
    package var journal: String?

    /// Describes a subscription.
    package init(id: QueryID, path: String, arguments: ConvexValue, journal: String?) {
      self.id = id
      self.path = path
      self.arguments = arguments
      self.journal = journal
    }
  }

  package static func modifyQuerySet(
    from base: UInt32,
    to new: UInt32,
    adding: [Add] = [],
    removing: [QueryID] = []
  ) -> [UInt8] {
    object("ModifyQuerySet") { writer in
      writer.key("baseVersion")
      writer.integer(Int(base))
      writer.key("newVersion")
      writer.integer(Int(new))
      writer.key("modifications")
      writer.beginArray()
      for add in adding {
        writer.beginObject()
        writer.key("type")
        writer.string("Add")
        writer.key("queryId")
        writer.integer(Int(add.id))
        writer.key("udfPath")
        writer.string(add.path)
        writer.key("args")
        writer.value(.array([add.arguments]))
        if let journal = add.journal {
          writer.key("journal")
          writer.string(journal)
        }
        writer.endObject()
      }
      for id in removing {
        writer.beginObject()
        writer.key("type")
        writer.string("Remove")
        writer.key("queryId")
        writer.integer(Int(id))
        writer.endObject()
      }
      writer.endArray()
    }
  }

  package static func call(
    _ type: String,
    _ id: RequestSequenceNumber,
    _ path: String,
    _ arguments: ConvexValue
  ) -> [UInt8] {
    object(type) { writer in
      writer.key("requestId")
      writer.integer(Int(id))
      writer.key("udfPath")
      writer.string(path)
      writer.key("args")
      writer.value(.array([arguments]))
    }
  }

  private static func object(_ type: String, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter(capacity: 128)
    writer.beginObject()
    writer.key("type")
    writer.string(type)
    body(&writer)
    writer.endObject()
    return writer.bytes
  }
}
