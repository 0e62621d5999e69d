import Foundation
import Hull
import HullPersistence
import HullServer
import HullValues
import Testing

@Suite(.timeLimit(.minutes(1))) struct DownloadTests {
  @Test func `a file is served with its type, digest and leave to keep it`() async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.upload("Hello, world", "Content-Type: text/x-greeting")
      let response = try await fixture.client.request(
        "GET",
        target,
        fields: ["Origin: https://shop.example"]
      )
      #expect(response.status == 200)
      #expect(response.body == "Hello, world")
      #expect(response["content-length"] == "12")
      #expect(response["content-type"] == "text/x-greeting")
      #expect(
        response["digest"] == "sha-256=SufDtqwL7/Zx76jPVzhhUcBuWMpTp42D82EHMWzsEl8="
      )
      #expect(response["cache-control"] == "private, max-age=2592000")
      #expect(response["accept-ranges"] == "bytes")
      #expect(response["access-control-allow-origin"] == "https://shop.example")
      #expect(response["etag"] == nil && response["content-range"] == nil)

      let head = try await fixture.client.request("HEAD", target)
      #expect(head.status == 200)
      #expect(head["content-length"] == "12")
      #expect(head["digest"] == response["digest"])
      let untyped = try await fixture.client.request("GET", try await fixture.upload("x"))
      #expect(untyped["content-type"] == nil)
      #expect(try await fixture.client.request("POST", target, body: "x").status == 405)
      #expect(try await fixture.client.request("DELETE", target).status == 405)
      #expect(try await fixture.client.request("OPTIONS", target).status == 200)
    }
  }

  @Test func `a large file arrives whole`() async throws {
    try await StorageFixture.with { fixture in
      let body = String(repeating: "0123456789abcdef", count: 1 << 17)
      let target = try await fixture.upload(body)
      #expect(try await fixture.client.request("GET", target).body == body)
      let part = try await fixture.client.request(
        "GET",
        target,
        fields: ["Range: bytes=1048577-1048580"]
      )
      #expect(part.body == "1234")
    }
  }

  @Test(arguments: [
    ("bytes=0-3", 0..<4), ("bytes=0-0", 0..<1), ("bytes=4-6", 4..<7), ("bytes=7-", 7..<10),
    ("bytes=-3", 7..<10), ("bytes=-100", 0..<10), ("bytes=0-99", 0..<10), ("bytes=9-9", 9..<10),
    ("bytes= 2-3 ", 2..<4), ("bytes=2-3,", 2..<4), ("Bytes=2-3", 2..<4),
    ("bytes=5-99999999999999999999", 5..<10),
  ])
  func `a part is what was asked for`(field: String, part: Range<Int>) async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.upload("0123456789", "Content-Type: text/plain")
      let response = try await fixture.client.request("GET", target, fields: ["Range: \(field)"])
      #expect(response.status == 206)
      #expect(response.body == part.map(String.init).joined())
      #expect(
        response["content-range"] == "bytes \(part.lowerBound)-\(part.upperBound - 1)/10"
      )
      #expect(response["content-length"] == "\(part.count)")
      #expect(response["content-type"] == "text/plain")
      #expect(response["accept-ranges"] == "bytes")
      #expect(response["digest"] == nil)
    }
  }

  @Test(arguments: [
    "bytes=10-", "bytes=10-20", "bytes=99999999999999999999-", "bytes=-0", "bytes=0-1,3-4",
    "bytes=", "bytes=a-b", "bytes=5-2", "bytes=5", "bytes=-", "bytes=--1", "bytes=+1-2",
    "bytes=0x1-2", "bytes=1-2-3",
  ])
  func `a part that does not exist or cannot be read is refused`(field: String) async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.upload("0123456789")
      let response = try await fixture.client.request("GET", target, fields: ["Range: \(field)"])
      #expect(response.status == 416)
      #expect(response["content-range"] == "bytes */10")
      #expect(response.body == "")
      // The connection goes on.
      #expect(try await fixture.client.request("GET", target).body == "0123456789")
    }
  }

  @Test func `a range of another unit, or of an empty file, is no range`() async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.upload("0123456789")
      for field in ["lines=0-1", "bytes 0-1", "0-1"] {
        let response = try await fixture.client.request("GET", target, fields: ["Range: \(field)"])
        #expect(response.status == 200)
        #expect(response.body == "0123456789")
      }
      let empty = try await fixture.upload("")
      let response = try await fixture.client.request("GET", empty, fields: ["Range: bytes=0-"])
      #expect(response.status == 200)
      #expect(response["content-length"] == "0")
      #expect(response["content-range"] == nil)
    }
  }

  @Test func `paths lead nowhere but to files`() async throws {
    try await StorageFixture.with { fixture in
      _ = try await fixture.upload("secret")
      #expect(
        FileManager.default.createFile(
          atPath: fixture.path + "/files/other.txt",
          contents: Data("other".utf8)
        )
      )
      let name = try #require(try fixture.namesOnDisk().first { $0 != "other.txt" })
      for text in [
        "other.txt", "..%2fincoming", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5cetc", "%00",
        name + "%00", name + ".txt", "%ff", "files%2f" + name, name.replacing("-", with: ""),
      ] {
        let response = try await fixture.client.request("GET", "/api/storage/" + text)
        #expect(response.status == 400, "\(text)")
        #expect(response.text("code") == "InvalidStoragePath", "\(text)")
      }
      for path in ["/", "/../files/\(name)", "//\(name)", "/files/\(name)", "/\(name)/", "/a/b"] {
        let response = try await fixture.client.request("GET", "/api/storage" + path)
        #expect(response.status == 404, "\(path)")
        #expect(response.body == "")
      }
    }
  }

  @Test func `an id is no path, and an unknown UUID no file`() async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.upload("x")
      let id = try #require(try await fixture.value("list", .query).array?.first?["_id"]?.string)
      let byID = try await fixture.client.request("GET", "/api/storage/\(id)")
      #expect(
        byID.error
          == APIErrorText(
            400,
            "InvalidStoragePath",
            """
            Invalid storage path: "\(id)". Please use \
            `storage.getUrl(storageId: Id<"_storage">)` to generate a valid URL to retrieve files. \
            See https://docs.convex.dev/file-storage/serve-files for more details
            """
          )
      )
      let uuid = "01234567-89ab-4cde-8f01-23456789abcd"
      let unknown = try await fixture.client.request("GET", "/api/storage/\(uuid)")
      #expect(unknown.error == APIErrorText(404, "FileNotFound", "File \(uuid) not found"))
      // Letters of either case, as UUIDs are written.
      let upper = "/api/storage/" + target.dropFirst("/api/storage/".count).uppercased()
      #expect(try await fixture.client.request("GET", upper).status == 200)
    }
  }

  @Test func `a deleted file is gone at once, and from the disk soon`() async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.upload("x")
      let id = try #require(try await fixture.value("list", .query).array?.first?["_id"])
      _ = try await fixture.value("delete", .mutation, ["id": id])
      #expect(try await fixture.client.request("GET", target).status == 404)
      try await fixture.expectNothingStored()
    }
  }

  @Test func `a download goes on when its file is deleted meanwhile`() async throws {
    try await StorageFixture.with { fixture in
      let body = String(repeating: "0123456789abcdef", count: 1 << 20)
      let target = try await fixture.upload(body)
      let slow = try await RawClient(port: fixture.port, isSlow: true)
      try await slow.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      // The upload, the download, and every look at how many answers were begun.
      var looks = 0
      while true {
        let metrics = try await fixture.client.request("GET", "/metrics").body
        if metrics.contains("hull_http_responses_total{class=\"2xx\"} \(looks + 2)\n") { break }
        looks += 1
        try await pause()
      }
      let id = try #require(try await fixture.value("list", .query).array?.first?["_id"])
      _ = try await fixture.value("delete", .mutation, ["id": id])
      try await fixture.expectNothingStored()
      try await slow.startReading()
      #expect(try await slow.response().body == body)
    }
  }

  @Test func `a condition on a part never holds, since answers carry no validator`() async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.upload("0123456789")
      for validator in ["\"abc\"", "Sat, 29 Oct 1994 19:43:31 GMT"] {
        let response = try await fixture.client.request(
          "GET",
          target,
          fields: ["Range: bytes=2-3", "If-Range: \(validator)"]
        )
        #expect(response.status == 200)
        #expect(response.body == "0123456789")
      }
    }
  }

  @Test func `a file that was damaged is not served`() async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.upload("0123456789")
      let name = try #require(try fixture.namesOnDisk().first)
      try Data("01234".utf8).write(to: URL(filePath: "\(fixture.path)/files/\(name)"))
      let response = try await fixture.client.request("GET", target)
      #expect(response.status == 500)
      #expect(response.text("code") == "InternalServerError")
    }
  }

  @Test func `bytes that are missing are no file`() async throws {
    try await StorageFixture.with { fixture in
      let target = try await fixture.upload("x")
      let name = try #require(try fixture.namesOnDisk().first)
      try FileManager.default.removeItem(atPath: "\(fixture.path)/files/\(name)")
      #expect(try await fixture.client.request("GET", target).status == 404)
    }
  }
}
