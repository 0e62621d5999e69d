import Hull
import HullPersistence
import HullRuntime
import HullValues
import Testing

/// Who may upload where.
@Suite struct UploadTokenTests {
  /// A backend whose instance has a name and a secret of the test's choice, and a token of it.
  private func backend(
    name: String,
    secret: UInt8
  ) async throws -> (fixture: BackendFixture, token: String) {
    let persistence = InMemoryPersistence()
    try await persistence.append([
      CommitRecord(
        timestamp: Timestamp(rawValue: 1),
        metadata: [
          "instance.name": Array(name.utf8),
          "instance.secret": [UInt8](repeating: secret, count: 32),
        ]
      )
    ])
    let fixture = try await BackendFixture(persistence: persistence) {
      $0.mutation("url") { ctx, _ in try await ctx.storage.generateUploadUrl() }
    }
    let url = try #require(try await fixture.value("url", .mutation).string)
    let start = try #require(url.firstRange(of: "?token=")).upperBound
    return (fixture, String(url[start...]))
  }

  private func code(_ token: String, at fixture: BackendFixture) -> String? {
    do throws(BackendError) {
      _ = try fixture.backend.admitUpload(token: token, contentType: nil, digest: nil)
      return nil
    } catch {
      return error.code
    }
  }

  @Test func `a token is good for its own instance and no other`() async throws {
    let own = try await backend(name: "happy-otter-1", secret: 1)
    #expect(code(own.token, at: own.fixture) == nil)
    let otherSecret = try await backend(name: "happy-otter-1", secret: 2)
    #expect(code(own.token, at: otherSecret.fixture) == "StorageTokenInvalid")
    let otherName = try await backend(name: "happy-otter-2", secret: 1)
    #expect(code(own.token, at: otherName.fixture) == "InvalidStorageToken")
  }

  @Test func `a token is good for an hour, by the function's clock`() async throws {
    let (fixture, token) = try await backend(name: "a", secret: 1)
    fixture.time.advance(by: .seconds(3598))
    #expect(code(token, at: fixture) == nil)
    fixture.time.advance(by: .seconds(2))
    #expect(code(token, at: fixture) == "StorageTokenExpired")
    // A clock that was put back does no harm to tokens issued before.
    fixture.time.set(Timestamp(rawValue: 1_600_000_000_000_000_000))
    #expect(code(token, at: fixture) == nil)
  }

  @Test func `no two tokens are alike, and none can be shortened`() async throws {
    let (fixture, token) = try await backend(name: "a", secret: 1)
    let next = try #require(try await fixture.value("url", .mutation).string)
    #expect(!next.hasSuffix(token))
    for length in 0..<token.utf8.count {
      #expect(code(String(token.prefix(length)), at: fixture) == "StorageTokenInvalid")
    }
    #expect(code(token + "00", at: fixture) == "StorageTokenInvalid")
    #expect(code(token.uppercased(), at: fixture) == "StorageTokenInvalid")
  }
}
