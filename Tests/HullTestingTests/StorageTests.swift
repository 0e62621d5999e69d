import Hull
import HullTesting
import Testing

/// Functions whose signatures name files.
@Functions("albums")
enum Albums {
  @Query
  static func list(_ ctx: QueryContext) async throws -> [Document<StoredFile>] {
    try await ctx.db.system.query(StoredFile.self).collect()
  }

  @Query
  static func details(_ ctx: QueryContext, file: ID<StoredFile>) async throws -> FileMetadata? {
    try await ctx.storage.getMetadata(file)
  }

  @Action
  static func create(_ ctx: ActionContext, text: String) async throws -> ID<StoredFile> {
    try await ctx.storage.store(Array(text.utf8), contentType: "text/plain")
  }

  @Mutation
  static func remove(_ ctx: MutationContext, file: ID<StoredFile>) async throws {
    try await ctx.storage.delete(file)
  }
}

/// F15: files in a test, end to end.
@Suite(.timeLimit(.minutes(1))) struct StorageTests {
  /// An application that keeps photos.
  private enum Album: HullApplication {
    static let name = "album"
    static let modules = [
      Module("photos") {
        $0.mutation("uploadUrl") { ctx, _ in try await ctx.storage.generateUploadUrl() }
        $0.mutation("keep", args: v.object(["file": v.id("_storage")])) { ctx, args in
          _ = try await ctx.db.insert("photos", args)
        }
        $0.query("urls") { ctx, _ -> ConvexValue in
          var urls: [ConvexValue] = []
          for photo in try await ctx.db.query("photos").collect() {
            let url = try await ctx.storage.getUrl(photo["file"] ?? .null)
            urls.append(url.map { .string($0) } ?? .null)
          }
          return .array(urls)
        }
        $0.mutation("remove", args: v.object(["file": v.id("_storage"), "fails": v.boolean()])) {
          ctx,
          args in
          try await ctx.storage.delete(args["file"] ?? .null)
          if args["fails"] == true { throw ConvexError("no") }
        }
        $0.mutation("tryRemove", args: v.object(["file": v.id("_storage")])) { ctx, args in
          let arguments: ConvexObject = ["file": args["file"] ?? .null, "fails": true]
          do { try await ctx.runMutation("photos:remove", arguments) } catch is ConvexError {}
          return try await ctx.storage.getUrl(args["file"] ?? .null) != nil
        }
      }
    ]
  }

  private func upload(_ t: TestBackend, _ text: String, _ type: String? = nil) async throws
    -> ID<StoredFile>
  {
    let url: String = try await t.mutation("photos:uploadUrl")
    var headers: HTTPFields = [:]
    headers["content-type"] = type
    let response = try await t.fetch(url, method: .post, headers: headers, body: HTTPBody(text))
    #expect(response.status == 200)
    let id = try await response.json()["storageId"]?.string
    return try ID(convexValue: .string(try #require(id)))
  }

  @Test(arguments: [TestOptions.Store.memory, .temporaryFile])
  func `a file that a client uploads is served under its URL`(
    store: TestOptions.Store
  ) async throws {
    var options = TestOptions()
    options.store = store
    let t = try await TestBackend(Album.self, options)
    let id = try await upload(t, "a picture", "image/png")
    try await t.mutation("photos:keep", ["file": .string(id.string)])
    let url = try #require(try await t.query("photos:urls").array?.first?.string)
    let response = try await t.fetch(url)
    #expect(response.status == 200)
    #expect(try await response.text() == "a picture")
    #expect(response.headers["content-type"] == "image/png")
    #expect(response.headers["cache-control"] == "private, max-age=2592000")
    let head = try await t.fetch(url, method: .head)
    #expect(head.headers["digest"] == response.headers["digest"])
    #expect(try await head.bytes() == [])
    let part = try await t.fetch(url, headers: ["range": "bytes=2-4"])
    #expect(part.status == 206)
    #expect(part.headers["content-range"] == "bytes 2-4/9")
    #expect(try await part.text() == "pic")
    let file = try await t.run { ctx in try await ctx.db.system.get(id) }
    #expect(file?.contentType == .value("image/png"))
    try await t.mutation("photos:remove", ["file": .string(id.string), "fails": false])
    #expect(try await t.fetch(url).status == 404)
    await t.close()
  }

  @Test func `a live query runs again when its file is deleted, and not for another`() async throws
  {
    let t = try await TestBackend(Album.self)
    let ids = [try await upload(t, "one"), try await upload(t, "two")]
    try await t.mutation("photos:keep", ["file": .string(ids[0].string)])
    let urls = try await t.subscribe("photos:urls")
    #expect(try urls.value.array?.first?.string != nil)
    try await t.mutation("photos:remove", ["file": .string(ids[1].string), "fails": false])
    #expect(try await urls.changes().isEmpty)
    try await t.mutation("photos:remove", ["file": .string(ids[0].string), "fails": false])
    #expect(try await urls.changes() == [.array([.null])])
  }

  @Test func `a mutation that fails deletes nothing`() async throws {
    let t = try await TestBackend(Album.self)
    let id = try await upload(t, "kept")
    await #expect(throws: ConvexError.self) {
      try await t.mutation("photos:remove", ["file": .string(id.string), "fails": true])
    }
    #expect(try await t.mutation("photos:tryRemove", ["file": .string(id.string)]) == true)
    let url = try #require(try await t.query { ctx in try await ctx.storage.getUrl(id) })
    #expect(try await t.fetch(url).text() == "kept")
  }

  @Test func `an upload URL is good for an hour from the mutation`() async throws {
    let t = try await TestBackend(Album.self)
    let url: String = try await t.mutation("photos:uploadUrl")
    try await t.clock.advance(by: .seconds(3599))
    #expect(try await t.fetch(url, method: .post, body: HTTPBody("in time")).status == 200)
    #expect(try await t.fetch(url, method: .post, body: HTTPBody("again")).status == 200)
    try await t.clock.advance(by: .seconds(1))
    let late = try await t.fetch(url, method: .post, body: HTTPBody("late"))
    #expect(late.status == 401)
    #expect(try await late.json()["code"]?.string == "StorageTokenExpired")
    let files = try await t.query { ctx in try await ctx.db.system.query(StoredFile.self).collect()
    }
    #expect(files.count == 2)
  }

  @Test func `files are arguments and results, checked like any`() async throws {
    let t = try await TestBackend(modules: [Albums.module])
    let files = try await t.subscribe(Albums.$list())
    let id = try await t.action(Albums.$create(text: "one"))
    #expect(try await files.changes().map { $0.map(\.id) } == [[id]])
    #expect(try files.value.first?.contentType == .value("text/plain"))
    let details = try await t.query(Albums.$details(file: id))
    #expect(details?.size == 3)
    // What clients get of a list is what the reference's rows have.
    let listed = try await t.client.query("albums:list")
    #expect(listed.array?.first?["_id"] == .string(id.string))
    #expect(listed.array?.first?["size"] == 3)
    try await t.mutation(Albums.$remove(file: id))
    #expect(try await files.changes().map(\.count) == [0])
    #expect(try await t.query(Albums.$details(file: id)) == nil)
    let note = try await t.run { ctx in try await ctx.db.insert("notes", [:]) }
    let error = await #expect(throws: FunctionError.self) {
      try await t.query("albums:details", ["file": .string(note.string)])
    }
    #expect(error?.isArgumentValidationError == true)
  }

  @Test func `old metadata has the digest in hexadecimal and the UUID of the URL`() async throws {
    let t = try await TestBackend()
    let id = try await t.action { ctx in
      try await ctx.storage.store(Array("Hello, world".utf8), contentType: "text/plain")
    }
    let metadata = try #require(try await t.query { ctx in try await ctx.storage.getMetadata(id) })
    #expect(
      metadata.sha256 == "4ae7c3b6ac0beff671efa8cf57386151c06e58ca53a78d83f36107316cec125f"
    )
    #expect(metadata.size == 12)
    #expect(metadata.contentType == .value("text/plain"))
    let url = try await t.query { ctx in try await ctx.storage.getUrl(id) }
    #expect(url == "https://some.convex.cloud/api/storage/\(metadata.storageId)")
    // The UUID names the file wherever its id does.
    let uuid = metadata.storageId
    #expect(try await t.query { ctx in try await ctx.storage.getUrl(uuid) } == url)
    #expect(try await t.action { ctx in try await ctx.storage.get(uuid)?.size } == 12)
    try await t.mutation { ctx in try await ctx.storage.delete(uuid) }
    #expect(try await t.query { ctx in try await ctx.storage.getMetadata(uuid) } == nil)
  }

  @Test func `what is no id of a file is refused in the reference's words`() async throws {
    let t = try await TestBackend()
    let other = try await t.run { ctx in try await ctx.db.insert("notes", [:]) }
    let refusals = [
      (
        other.string,
        "Invalid storage ID. Storage ID cannot be an ID on any table other than '_storage'."
      ),
      (
        "../../etc/passwd",
        "Invalid storage ID: \"../../etc/passwd\". "
          + "Storage ID should be an Id of '_storage' table, or a UUID string."
      ),
    ]
    for (id, message) in refusals {
      let error = await #expect(throws: FunctionError.self) {
        try await t.query { ctx in try await ctx.storage.getUrl(id) }
      }
      #expect(error?.message == "Uncaught Error: " + message)
    }
    let file = try await t.action { ctx in try await ctx.storage.store([1]) }
    try await t.mutation { ctx in try await ctx.storage.delete(file) }
    let error = await #expect(throws: FunctionError.self) {
      try await t.mutation { ctx in try await ctx.storage.delete(file) }
    }
    #expect(error?.message == "Uncaught Error: storage id \(file) not found")
  }

  @Test func `an action stores what a request brings, checked against a digest`() async throws {
    let t = try await TestBackend()
    let digest = "SufDtqwL7/Zx76jPVzhhUcBuWMpTp42D82EHMWzsEl8="
    let body = HTTPBody(
      AsyncStream<[UInt8]> { stream in
        for word in ["Hello", ", ", "world"] { stream.yield(Array(word.utf8)) }
        stream.finish()
      }
    )
    let id = try await t.action { ctx in try await ctx.storage.store(body, sha256: digest) }
    let blob = try await t.action { ctx in try await ctx.storage.get(id) }
    #expect(blob?.sha256 == digest)
    let error = await #expect(throws: FunctionError.self) {
      try await t.action { ctx in try await ctx.storage.store([1], sha256: digest) }
    }
    #expect(error?.message.contains("Sha256 mismatch. Expected: \(digest) Actual: ") == true)
    for (type, sha256) in [("no type", digest), ("text/plain", "short")] {
      await #expect(throws: FunctionError.self) {
        try await t.action { ctx in
          try await ctx.storage.store([1], contentType: type, sha256: sha256)
        }
      }
    }
    let files = try await t.query { ctx in try await ctx.db.system.query("_storage").collect() }
    #expect(files.count == 1)
  }

  @Test func `an ordinary mutation has no bytes`() async throws {
    let t = try await TestBackend(
      modules: [
        Module("files") {
          $0.mutation("store") { ctx, _ in try await ctx.storage.store([1]).string }
        }
      ]
    )
    let error = await #expect(throws: FunctionError.self) { try await t.mutation("files:store") }
    #expect(error?.message == "Uncaught Error: storage.store is only available in actions.")
  }

  @Test func `what a test stores goes with its transaction`() async throws {
    struct Stop: Error {}
    let t = try await TestBackend()
    await #expect(throws: Stop.self) {
      try await t.run { ctx in
        let id = try await ctx.storage.store([1, 2])
        #expect(try await ctx.storage.getUrl(id) != nil)
        throw Stop()
      }
    }
    let kept = try await t.run { ctx in
      let id = try await ctx.storage.store([1, 2])
      try await ctx.storage.delete(id)
      return try await ctx.storage.store([3])
    }
    let files = try await t.query { ctx in try await ctx.db.system.query(StoredFile.self).collect()
    }
    #expect(files.map(\.id) == [kept])
  }

  @Test func `system tables are read like others, and stay on their side`() async throws {
    let t = try await TestBackend()
    let ids = try await t.action { ctx in
      var ids: [ID<StoredFile>] = []
      for size in 1...3 {
        ids.append(try await ctx.storage.store([UInt8](repeating: 0, count: size)))
      }
      return ids
    }
    let large = try await t.query { ctx in
      try await ctx.db.system.query(StoredFile.self).order(.descending)
        .filter { $0.size >= 2 }.collect().map(\.id)
    }
    #expect(large == [ids[2], ids[1]])
    let normalized = try await t.query { ctx in
      try await ctx.db.system.normalizeID("_storage", ids[0].string)
    }
    #expect(normalized == ids[0].documentID)
    let typed = try await t.query { ctx in
      try await ctx.db.system.normalizeID(StoredFile.self, ids[0].string)
    }
    #expect(typed == ids[0])
    for hidden in ["_file_keys", "_file_ids"] {
      let rows = try? await t.query { ctx in try await ctx.db.system.query(hidden).collect() }
      #expect(rows?.isEmpty != false)
    }
    await #expect(throws: FunctionError.self) {
      try await t.run { ctx in try await ctx.db.get(ids[0].documentID) }
    }
    await #expect(throws: FunctionError.self) {
      try await t.run { ctx in try await ctx.db.delete(ids[0].documentID) }
    }
  }
}
