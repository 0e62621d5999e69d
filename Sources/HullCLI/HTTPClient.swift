// The smallest HTTP/1.1 client that can talk to our own server: one request per connection, on a
// blocking socket.

import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A client of one server.
struct HTTPClient {
  /// An answer.
  struct Response {
    var status: Int
    var body: [UInt8]
  }

  private let host: String
  private let port: String
  private let url: String

  /// The longest answer that is read, in bytes.
  private static let maximumAnswer = 256 * 1024 * 1024

  /// Creates a client.
  ///
  /// - Parameter url: `http://host:port`.
  /// - Throws: ``CommandError`` for anything else.
  init(url: String) throws {
    guard let components = URLComponents(string: url), components.scheme == "http",
      let host = components.host, !host.isEmpty, ["", "/"].contains(components.path)
    else {
      throw CommandError("--url must look like http://127.0.0.1:3210, not '\(url)'.")
    }
    // A literal IPv6 address stands in brackets.
    self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    port = "\(components.port ?? 80)"
    self.url = url
  }

  /// Sends a request and waits for the answer.
  ///
  /// - Parameters:
  ///   - method: `GET` or `POST`.
  ///   - path: The path of the request.
  ///   - fields: Header fields.
  ///   - body: The body.
  /// - Returns: The answer.
  /// - Throws: ``CommandError`` when there is no server or it hangs up.
  func send(
    _ method: String,
    _ path: String,
    fields: [(name: String, value: String)],
    body: [UInt8]
  ) throws -> Response {
    let socket = try connect()
    defer { close(socket) }
    var head = "\(method) \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n"
    for (name, value) in fields { head += "\(name): \(value)\r\n" }
    head += "Content-Length: \(body.count)\r\n\r\n"
    try send(Array(head.utf8) + body, to: socket)
    return try parse(receive(from: socket))
  }

  private func connect() throws -> CInt {
    var hints = addrinfo()
    #if canImport(Glibc)
      hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    var addresses: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, port, &hints, &addresses) == 0 else {
      throw CommandError("The host \(host) of --url is unknown.")
    }
    defer { freeaddrinfo(addresses) }
    var next = addresses
    while let address = next?.pointee {
      let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
      if descriptor >= 0 {
        #if canImport(Darwin)
          if Darwin.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 {
            return descriptor
          }
        #elseif canImport(Musl)
          if Musl.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 {
            return descriptor
          }
        #else
          if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 {
            return descriptor
          }
        #endif
        close(descriptor)
      }
      next = address.ai_next
    }
    throw CommandError(
      "No server answers at \(url). Start it with `serve`, or name its address with --url."
    )
  }

  private func send(_ bytes: [UInt8], to socket: CInt) throws {
    try bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = write(socket, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { throw hungUp }
        rest = rest.dropFirst(written)
      }
    }
  }

  /// Everything the server sends until it closes.
  private func receive(from socket: CInt) throws -> [UInt8] {
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = read(socket, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw hungUp }
      if count == 0 { return answer }
      answer += chunk[..<count]
      guard answer.count <= Self.maximumAnswer else {
        throw CommandError("The answer of \(url) is longer than 256 MiB.")
      }
    }
  }

  private var hungUp: CommandError { CommandError("The server at \(url) hung up.") }

  /// Reads an answer that is complete: our server tells the length of each.
  private func parse(_ answer: [UInt8]) throws -> Response {
    let separator = Array("\r\n\r\n".utf8)
    guard let end = answer.indices.first(where: { answer[$0...].starts(with: separator) }) else {
      throw hungUp
    }
    let head = String(decoding: answer[..<end], as: UTF8.self)
    let body = Array(answer[(end + separator.count)...])
    let lines = head.split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw CommandError("What listens at \(url) is no HTTP server.")
    }
    let length = lines.lazy.compactMap { line -> Int? in
      let field = line.split(separator: ":", maxSplits: 1)
      guard field.count == 2, field[0].lowercased() == "content-length" else { return nil }
      return Int(field[1].trimmingCharacters(in: .whitespaces))
    }.first
    if let length, body.count < length { throw hungUp }
    return Response(status: status, body: body)
  }
}
