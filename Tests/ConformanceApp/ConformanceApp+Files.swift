// Stored files, as clients and other servers use them.

import Hull

extension ConformanceApp {
  /// Files from clients, actions and requests.
  static let files = Module("files") {
    $0.mutation("uploadUrl") { ctx, _ in try await ctx.storage.generateUploadUrl() }
    $0.query("url", args: v.object(["id": v.id("_storage")])) { ctx, args in
      try await ctx.storage.getUrl(args["id"] ?? .null)
    }
    $0.query("all") { ctx, _ -> ConvexValue in
      var files: [ConvexValue] = []
      for file in try await ctx.db.system.query(StoredFile.self).collect() {
        let url = try await ctx.storage.getUrl(file.id)
        files.append([
          "id": .string(file.id.string),
          "url": url.map { .string($0) } ?? .null,
          "sha256": .string(file.sha256),
          "size": .float64(file.size),
          "contentType": try file.contentType.convexValue(),
        ])
      }
      return .array(files)
    }
    $0.mutation("delete", args: v.object(["id": v.id("_storage")])) { ctx, args in
      try await ctx.storage.delete(args["id"] ?? .null)
    }
    $0.mutation("deleteAndFail", args: v.object(["id": v.id("_storage")])) { ctx, args in
      try await ctx.storage.delete(args["id"] ?? .null)
      throw ConvexError("changed my mind")
    }
    $0.action(
      "store",
      args: v.object(["bytes": v.bytes(), "contentType": v.optional(v.string())])
    ) { ctx, args in
      try await ctx.storage.store(
        args["bytes"]?.bytes ?? [],
        contentType: args["contentType"]?.string
      ).string
    }
    $0.action("load", args: v.object(["id": v.id("_storage")])) { ctx, args -> ConvexValue in
      guard let blob = try await ctx.storage.get(args["id"] ?? .null) else { return .null }
      return .bytes(try await blob.bytes())
    }
  }

  /// Files by HTTP actions.
  static func addFileRoutes(_ router: inout HTTPRouter) {
    router.post("/files") { ctx, request in
      let id = try await ctx.storage.store(
        request.body,
        contentType: request.headers["content-type"]
      )
      return .json(["storageId": .string(id.string)], status: 201)
    }
    router.post(prefix: "/files/copy/") { ctx, request in
      let id = String(request.path.dropFirst("/files/copy/".count))
      guard let blob = try await ctx.storage.get(id) else { return .text("none", status: 404) }
      let copy = try await ctx.storage.store(blob.body, contentType: blob.contentType)
      return .json(["storageId": .string(copy.string)], status: 201)
    }
    router.get(prefix: "/files/") { ctx, request in
      let id = String(request.path.dropFirst("/files/".count))
      guard let blob = try await ctx.storage.get(id) else { return .text("none", status: 404) }
      var headers: HTTPFields = [:]
      headers["content-type"] = blob.contentType
      return HTTPResponse(headers: headers, body: blob.body)
    }
  }
}
