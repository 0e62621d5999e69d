// What a test reads of an answer that is not there all at once.

import Testing

extension RawClient {
  /// Reads up to the next line's end, which is left out.
  func line() async throws -> String {
    var line: [UInt8] = []
    while !line.suffix(2).elementsEqual("\r\n".utf8) { line += try await bytes(1) }
    return String(decoding: line.dropLast(2), as: UTF8.self)
  }

  /// Reads the head of an answer: the status line, then the fields with names in lower case.
  func head() async throws -> (status: Int, fields: [String: String]) {
    let status = try #require(try await line().split(separator: " ").dropFirst().first)
    var fields: [String: String] = [:]
    while true {
      let field = try await line()
      guard !field.isEmpty else { break }
      let colon = try #require(field.firstIndex(of: ":"))
      fields[field[..<colon].lowercased()] =
        field[colon...].dropFirst().drop { $0 == " " }
        .description
    }
    return (try #require(Int(status)), fields)
  }

  /// Reads one chunk of a chunked body; empty for the last.
  func chunk() async throws -> String {
    let length = try #require(Int(try await line(), radix: 16))
    let chunk = try await bytes(length)
    #expect(try await line() == "")
    return String(decoding: chunk, as: UTF8.self)
  }
}
