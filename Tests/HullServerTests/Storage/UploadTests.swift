import Foundation
import Hull
import HullPersistence
import HullRuntime
import HullServer
import HullValues
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct UploadTests {
  private static let hello = "Hello, world"
  private static let digest = "SufDtqwL7/Zx76jPVzhhUcBuWMpTp42D82EHMWzsEl8="

  @Test func `an upload is a row and bytes on the disk`() async throws {
    try await StorageFixture.with { fixture in
      let response = try await fixture.client.request(
        "POST",
        try await fixture.uploadTarget(),
        fields: [
          "Content-Type: text/plain; charset=utf-8", "Digest: sha-256=\(Self.digest)",
          "Origin: https://shop.example",
        ],
        body: Self.hello
      )
      #expect(response.status == 200)
      #expect(response["content-type"] == "application/json")
      #expect(response["access-control-allow-origin"] == "https://shop.example")
      let id = try #require(response.text("storageId"))
      #expect(id.hasPrefix("kg2") && id.utf8.count == 32)
      let rows = try await fixture.value("list", .query).array
      #expect(rows?.count == 1)
      #expect(rows?.first?["_id"] == .string(id))
      #expect(rows?.first?["size"] == 12)
      #expect(rows?.first?["sha256"] == .string(Self.digest))
      #expect(rows?.first?["contentType"] == "text/plain; charset=utf-8")
      let names = try fixture.namesOnDisk()
      #expect(names.count == 1)
      let contents = FileManager.default.contents(atPath: "\(fixture.path)/files/\(names[0])")
      #expect(contents == Data(Self.hello.utf8))
    }
  }

  @Test func `every use of one URL stores a file, empty and chunked ones too`() async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.uploadTarget()
      let empty = try await fixture.client.request("POST", target, body: "")
      #expect(empty.status == 200)
      try await fixture.client.send(
        "POST \(target) HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
      )
      #expect(try await fixture.client.response().status == 200)
      let sizes = try await fixture.value("list", .query).array?.map { $0["size"] }
      #expect(sizes == [0, 3])
    }
  }

  @Test func `a browser of another site may ask first`() async throws {
    try await StorageFixture.with { fixture in
      let response = try await fixture.client.request(
        "OPTIONS",
        try await fixture.uploadTarget(),
        fields: [
          "Origin: https://shop.example", "Access-Control-Request-Method: POST",
          "Access-Control-Request-Headers: content-type,digest",
        ]
      )
      #expect(response.status == 200)
      #expect(response["access-control-allow-headers"] == "content-type,digest")
      #expect(try await fixture.client.request("GET", "/api/storage/upload").status == 405)
      #expect(try await fixture.client.request("PUT", "/api/storage/upload").status == 405)
    }
  }

  @Test func `a token that is missing, altered or of another instance is refused`() async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.uploadTarget()
      let missing = try await fixture.client.request("POST", "/api/storage/upload", body: "x")
      #expect(
        missing.error
          == APIErrorText(
            400,
            "BadQueryArgs",
            "Failed to deserialize query string: missing field `token`"
          )
      )
      let invalid = APIErrorText(
        401,
        "StorageTokenInvalid",
        "Couldn't decode the StoreFileAuthorization token"
      )
      let start = try #require(target.range(of: "token=")).upperBound
      let token = Array(target[start...].utf8)
      for position in stride(from: 0, to: token.count, by: 7) {
        var altered = token
        altered[position] = altered[position] == 0x30 ? 0x31 : 0x30
        let text = String(decoding: altered, as: UTF8.self)
        let response = try await fixture.client.request(
          "POST",
          "/api/storage/upload?token=\(text)",
          body: "x"
        )
        #expect(response.error == invalid, "position \(position)")
      }
      for text in ["", "0", "zz", String(repeating: "0", count: 4000), "%00"] {
        let response = try await fixture.client.request(
          "POST",
          "/api/storage/upload?token=\(text)",
          body: "x"
        )
        #expect(response.error == invalid, "\(text.prefix(8))")
      }
      try await StorageFixture.with { other in
        let foreign = try await other.uploadTarget()
        #expect(try await fixture.client.request("POST", foreign, body: "x").error == invalid)
      }
      try await fixture.expectNothingStored()
    }
  }

  @Test func `a token is good for an hour`() async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.uploadTarget()
      fixture.time.advance(by: .seconds(3599))
      #expect(try await fixture.client.request("POST", target, body: "x").status == 200)
      fixture.time.advance(by: .seconds(2))
      let late = try await fixture.client.request("POST", target, body: "x")
      #expect(
        late.error
          == APIErrorText(401, "StorageTokenExpired", "Store File Authorization expired")
      )
    }
  }

  @Test func `header fields that cannot be read are refused, after the token`() async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.uploadTarget()
      for (field, name) in [
        ("Digest: sha-256=short", "digest"), ("Digest: md5=\(Self.digest)", "digest"),
        ("Content-Type: text", "content-type"), ("Content-Type: a/b c", "content-type"),
        ("Content-Type: a/" + String(repeating: "b", count: 300), "content-type"),
      ] {
        let response = try await fixture.client.request("POST", target, fields: [field], body: "x")
        #expect(
          response.error
            == APIErrorText(400, "BadHeader", "Bad header for \(name): invalid HTTP header")
        )
        let before = try await fixture.client.request(
          "POST",
          "/api/storage/upload?token=00",
          fields: [field],
          body: "x"
        )
        #expect(before.status == 401)
      }
      try await fixture.expectNothingStored()
    }
  }

  @Test func `a digest of other bytes leaves nothing`() async throws {
    try await StorageFixture.with { fixture in
      let response = try await fixture.client.request(
        "POST",
        try await fixture.uploadTarget(),
        fields: ["Digest: sha-256=\(Self.digest)"],
        body: "Hello, World"
      )
      #expect(
        response.error
          == APIErrorText(
            400,
            "Sha256Mismatch",
            """
            Sha256 mismatch. Expected: \(Self.digest) \
            Actual: A2daxT/5zRU1zMffzfosRYxSGDcfQY3BNvLRmsH76KU=
            """
          )
      )
      try await fixture.expectNothingStored()
    }
  }

  @Test func `a client that goes away halfway leaves nothing`() async throws {
    try await StorageFixture.with { fixture in
      for framing in ["Content-Length: 1000000", "Transfer-Encoding: chunked"] {
        let client = try await RawClient(port: fixture.port)
        let target = try await fixture.uploadTarget()
        try await client.send("POST \(target) HTTP/1.1\r\n\(framing)\r\n\r\n")
        try await client.send("186A0\r\n" + String(repeating: "a", count: 50_000))
        while try fixture.namesOnDisk().isEmpty { try await pause() }
        try await client.close()
        try await fixture.expectNothingStored()
      }
    }
  }

  @Test func `a client that sends nothing more is given up`() async throws {
    try await StorageFixture.with(server: { $0.bodyTimeout = .milliseconds(200) }) { fixture in
      let target = try await fixture.uploadTarget()
      try await fixture.client.send("POST \(target) HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
      #expect(try await fixture.client.response().status == 408)
      try await fixture.expectNothingStored()
    }
  }

  @Test(arguments: [FileStoreStep.create, .write, .sync, .rename, .syncDirectory])
  func `a disk that fails is a fault of the server, and leaves nothing`(
    step: FileStoreStep
  ) async throws {
    let isBroken = Atomic(true)
    try await StorageFixture.with(fault: { now in
      guard now == step, isBroken.load(ordering: .relaxed) else { return }
      throw PersistenceError(code: .diskFull, message: "Secret path: no space is left.")
    }) { fixture in
      let target = try await fixture.uploadTarget()
      let response = try await fixture.client.request("POST", target, body: Self.hello)
      #expect(response.status == 500)
      #expect(response.text("code") == "InternalServerError")
      #expect(!response.body.contains("Secret"))
      try await fixture.expectNothingStored()
      isBroken.store(false, ordering: .relaxed)
      #expect(try await fixture.client.request("POST", target, body: Self.hello).status == 200)
    }
  }

  @Test func `a file longer than allowed is refused, announced or not`() async throws {
    try await StorageFixture.with(configure: { $0.maximumUploadBytes = 1000 }) { fixture in
      let target = try await fixture.uploadTarget()
      let refusal = APIErrorText(413, "FileTooLarge", "Files may have at most 1000 bytes here.")
      let whole = String(repeating: "a", count: 1000)
      #expect(try await fixture.client.request("POST", target, body: whole).status == 200)
      #expect(try await fixture.client.request("POST", target, body: whole + "a").error == refusal)
      let client = try await RawClient(port: fixture.port)
      try await client.send("POST \(target) HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
      try await client.send("3E9\r\n\(whole)a\r\n0\r\n\r\n")
      #expect(try await client.response().error == refusal)
      #expect(try await fixture.rowCount() == 1)
      while try fixture.namesOnDisk().count > 1 { try await pause() }
    }
  }

  @Test func `many uploads at once are all kept`() async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.uploadTarget()
      let port = fixture.port
      try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<24 {
          group.addTask {
            let client = try await RawClient(port: port)
            let body = String(repeating: "\(number % 10)", count: 50_000 + number)
            return try await client.request("POST", target, body: body).status
          }
        }
        for try await status in group { #expect(status == 200) }
      }
      #expect(try await fixture.rowCount() == 24)
      #expect(try fixture.namesOnDisk().count == 24)
    }
  }
}
