import Hull

/// The application most of these tests run.
enum MessageBoard: HullApplication {
  static let name = "board"
  static var schema: Schema { get throws { try Schema(Author.self, Message.self) } }
  static let modules = [Messages.module, Defaults.module, Untyped.module]
}

@Table("authors")
struct Author {
  var name: String
  var tags: [String]?
}

@Table("messages")
struct Message {
  var author: String
  var body: String
  var likes: Double

  static let byAuthor = index("by_author", \.author)
  static let byLikes = index("by_likes", \.likes)
  static let searchBody = searchIndex("search_body", \.body, filters: \.author)
}

@Functions("messages")
enum Messages {
  /// All messages in creation order.
  @Query
  static func list(_ ctx: QueryContext) async throws -> [Encoded<Message>] {
    try await ctx.db.query(Message.self).encoded().collect()
  }

  @Query
  static func count(_ ctx: QueryContext) async throws -> Int {
    try await ctx.db.query(Message.self).count()
  }

  @Query
  static func byAuthor(_ ctx: QueryContext, author: String) async throws -> [String] {
    try await ctx.db.query(Message.self).withIndex(Message.byAuthor) { $0.eq(author) }
      .collect().map(\.body)
  }

  @Query
  static func whoAmI(_ ctx: QueryContext) async throws -> String? {
    try await ctx.auth.getUserIdentity()?.tokenIdentifier
  }

  @Mutation
  static func send(
    _ ctx: MutationContext,
    author: String,
    body: String,
    likes: Double = 0
  ) async throws -> ID<Message> {
    guard !body.isEmpty else {
      throw ConvexError(["code": "EMPTY", "details": ["field": "body"]])
    }
    ctx.log("sending", body)
    return try await ctx.db.insert(Message(author: author, body: body, likes: likes))
  }

  /// Sends two messages and fails between them if told so.
  @Mutation
  static func sendTwo(_ ctx: MutationContext, fails: Bool) async throws {
    try await ctx.runMutation(Messages.$send(author: "a", body: "one"))
    if fails { throw ConvexError("failed") }
    try await ctx.runMutation(Messages.$send(author: "a", body: "two"))
  }

  @Mutation
  static func sendEmptyAndGoOn(_ ctx: MutationContext) async throws -> ConvexValue {
    _ = try await ctx.db.insert(Message(author: "a", body: "first", likes: 0))
    do {
      try await ctx.runMutation(Messages.$send(author: "a", body: ""))
      return "nothing thrown"
    } catch let error as ConvexError {
      return error.data
    }
  }

  @Mutation
  static func like(_ ctx: MutationContext, id: ID<Message>) async throws {
    guard let message = try await ctx.db.get(id) else { throw ConvexError("gone") }
    try await ctx.db.patch(id) { $0.set(\.likes, message.likes + 1) }
  }

  @InternalMutation
  static func clear(_ ctx: MutationContext) async throws {
    for message in try await ctx.db.query(Message.self).collect() {
      try await ctx.db.delete(message.id)
    }
  }

  @Action
  static func sendFromAction(_ ctx: ActionContext, body: String) async throws -> [String] {
    try await ctx.runMutation(Messages.$send(author: "action", body: body))
    return try await ctx.runQuery(Messages.$byAuthor(author: "action"))
  }

  @Action
  static func whoIsThis(_ ctx: ActionContext) async throws -> [String?] {
    [
      try await ctx.auth.getUserIdentity()?.tokenIdentifier,
      try await ctx.runQuery(Messages.$whoAmI()),
    ]
  }

  @Action
  static func recursively(_ ctx: ActionContext, times: Int) async throws -> Int {
    guard times > 0 else { return 0 }
    return 1 + (try await ctx.runAction(Messages.$recursively(times: times - 1)))
  }

  @Action
  static func sendThreeAtOnce(_ ctx: ActionContext) async throws {
    async let a = ctx.runMutation(Messages.$send(author: "p", body: "a"))
    async let b = ctx.runMutation(Messages.$send(author: "p", body: "b"))
    async let c = ctx.runMutation(Messages.$send(author: "p", body: "c"))
    _ = try await (a, b, c)
  }
}

@Functions("defaults")
enum Defaults {
  @Query
  static func `default`(_ ctx: QueryContext) async throws -> String { "the default" }
}

/// Value-level functions: what TypeScript would write without validators, or with odd ones.
enum Untyped {
  static let module = Module("untyped") { m in
    m.query("echo") { _, args in ConvexValue.object(args) }
    m.query("wrongResult", returns: v.object(["a": v.string()])) { _, _ in
      ConvexValue.object(["a": "x", "b": "extra"])
    }
    m.mutation("insertWrongResult", returns: v.string()) { ctx, _ in
      _ = try await ctx.db.insert("authors", ["name": "x"])
      return 1.0
    }
    m.query("oneOf", args: v.object(["x": v.union(v.string(), v.float64())])) { _, args in
      args["x"]
    }
    m.action("extraResult", returns: v.object(["a": v.string()])) { _, _ in
      ConvexValue.object(["a": "x", "b": "extra"])
    }
    m.mutation("leaveWork") { ctx, _ in
      // Started and not awaited: what had begun is part of the transaction.
      let task = Task { try await ctx.db.insert("authors", ["name": "late"]) }
      _ = task
      return "returned"
    }
  }
}
