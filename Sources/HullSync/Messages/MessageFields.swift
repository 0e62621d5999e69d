// Reading the fields of a client's message, with the reference's words for what is wrong.

import HullValues

/// Why a text is no message: the whole connection ends with it (spec/sync-protocol.md 10.2).
package struct InvalidMessage: Error, Hashable, Sendable {
  /// What is wrong; at most ``maximumLength`` bytes of it, since it may quote what was sent.
  package let reason: String

  /// The short code of every such error.
  package static let code = "WSMessageInvalidJson"

  /// The longest reason, in bytes.
  package static let maximumLength = 1000

  /// An error with its reason cut at ``maximumLength``.
  package init(_ reason: String) {
    guard reason.utf8.count > Self.maximumLength else {
      self.reason = reason
      return
    }
    var end = reason.utf8.index(reason.startIndex, offsetBy: Self.maximumLength)
    while end.samePosition(in: reason.unicodeScalars) == nil {
      end = reason.utf8.index(before: end)
    }
    self.reason = String(reason[..<end])
  }

  /// The text of the FatalError that the client gets.
  package var message: String { "Received Invalid JSON on websocket: \(reason)" }
}

extension InvalidMessage: CustomStringConvertible {
  package var description: String { message }
}

/// The members of an object in a message; of equal keys the last counts, unknown ones are ignored.
struct MessageFields {
  /// The whole message.
  let text: [UInt8]
  private let members: [(key: String, value: Range<Int>)]

  /// Finds the members of an object.
  ///
  /// - Parameters:
  ///   - text: JSON.
  ///   - range: The part of `text` to read; nil for all of it.
  /// - Throws: ``InvalidMessage`` for anything but an object.
  init(_ text: [UInt8], in range: Range<Int>? = nil) throws(InvalidMessage) {
    self.text = text
    let members: [(key: String, value: Range<Int>)]?
    do throws(JSONParseError) {
      members = try JSONParser().members(text, in: range)
    } catch {
      throw InvalidMessage(error.message)
    }
    guard let members else {
      let shape = (try? JSONParser().json(text, in: range))?.shape ?? "nothing"
      throw InvalidMessage("invalid type: \(shape), expected a map")
    }
    self.members = members
  }

  /// Where a field is that may be missing or null.
  subscript(name: String) -> Range<Int>? {
    // The text is known to be JSON, and only `null` starts like this.
    guard let range = range(name), text[range.lowerBound] != UInt8(ascii: "n") else { return nil }
    return range
  }

  /// Where a field is that may be missing.
  func range(_ name: String) -> Range<Int>? {
    members.last { $0.key == name }?.value
  }

  /// Whether a field starts like an array.
  func isArray(_ range: Range<Int>) -> Bool { text[range.lowerBound] == UInt8(ascii: "[") }

  /// The fields of each object of the array that a field is.
  ///
  /// - Throws: ``InvalidMessage`` for another value, or an element that is no object.
  func objects(_ range: Range<Int>) throws(InvalidMessage) -> [MessageFields] {
    guard let elements = try? JSONParser().elements(text, in: range) else {
      throw unexpected(range, "a sequence")
    }
    var objects: [MessageFields] = []
    objects.reserveCapacity(elements.count)
    for element in elements { objects.append(try MessageFields(text, in: element)) }
    return objects
  }

  /// A field that must be a string.
  func string(_ name: String) throws(InvalidMessage) -> String {
    guard let range = range(name) else { throw missing(name) }
    guard case .string(let value) = json(range) else { throw unexpected(range, "a string") }
    return value
  }

  /// A field that may be a string, null or missing.
  func optionalString(_ name: String) throws(InvalidMessage) -> String? {
    guard let range = self[name] else { return nil }
    guard case .string(let value) = json(range) else { throw unexpected(range, "a string") }
    return value
  }

  /// A field that must be an integer of 32 bits without sign.
  ///
  /// - Parameters:
  ///   - name: The field.
  ///   - absent: What a missing field means; nil if it must be there.
  /// - Returns: The number.
  /// - Throws: ``InvalidMessage`` for anything else.
  func uint32(_ name: String, default absent: UInt32? = nil) throws(InvalidMessage) -> UInt32 {
    guard let range = range(name) else {
      guard let absent else { throw missing(name) }
      return absent
    }
    guard case .integer(let value) = json(range) else { throw unexpected(range, "u32") }
    guard let number = UInt32(exactly: value) else {
      throw InvalidMessage("invalid value: integer `\(value)`, expected u32")
    }
    return number
  }

  /// A field that may be an integer of 64 bits, null or missing.
  func optionalInt64(_ name: String) throws(InvalidMessage) -> Int64? {
    guard let range = self[name] else { return nil }
    guard case .integer(let value) = json(range) else { throw unexpected(range, "i64") }
    return value
  }

  /// The value of a field; the text is known to be JSON.
  func json(_ range: Range<Int>) -> JSONValue {
    (try? JSONParser().json(text, in: range)) ?? .null
  }

  /// The error for a field that is not there.
  func missing(_ name: String) -> InvalidMessage { InvalidMessage("missing field `\(name)`") }

  private func unexpected(_ range: Range<Int>, _ expected: String) -> InvalidMessage {
    InvalidMessage("invalid type: \(json(range).shape), expected \(expected)")
  }
}
