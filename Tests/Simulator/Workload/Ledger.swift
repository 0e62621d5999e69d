// The functions of the simulated application.

import Hull

/// What simulated clients call.
enum LedgerApplication: HullApplication {
  static let name = "simulation"
  static var schema: Schema {
    get throws {
      try Schema(
        Register.self,
        Account.self,
        List.self,
        Item.self,
        Note.self,
        Receipt.self
      )
    }
  }
  static let modules = [Ledger.module, Books.module]
}

/// Mutations; each leaves a receipt for its operation.
@Functions("ledger")
enum Ledger {
  private static func finish(
    _ ctx: MutationContext,
    _ operation: Double,
    _ result: ConvexValue
  ) async throws -> ConvexValue {
    _ = try await ctx.db.insert(Receipt(operation: operation, result: result))
    return result
  }

  /// Sets a register and returns what it was.
  @Mutation
  static func put(
    _ ctx: MutationContext,
    operation: Double,
    key: String,
    value: Double
  ) async throws -> ConvexValue {
    let old = try await ctx.db.query(Register.self).withIndex(Register.byKey) { $0.eq(key) }.first()
    if let old {
      try await ctx.db.patch(old.id) { $0.set(\.number, value) }
    } else {
      _ = try await ctx.db.insert(Register(key: key, number: value))
    }
    return try await finish(ctx, operation, old.map { .float64($0.number) } ?? .null)
  }

  /// Adds one to a register and returns what it is then.
  @Mutation
  static func increment(
    _ ctx: MutationContext,
    operation: Double,
    key: String
  ) async throws -> ConvexValue {
    let old = try await ctx.db.query(Register.self).withIndex(Register.byKey) { $0.eq(key) }
      .unique()
    let value = (old?.number ?? 0) + 1
    if let old {
      try await ctx.db.patch(old.id) { $0.set(\.number, value) }
    } else {
      _ = try await ctx.db.insert(Register(key: key, number: value))
    }
    return try await finish(ctx, operation, .float64(value))
  }

  /// Sets a register to one more than another one, which it leaves alone, and returns what it is.
  @Mutation
  static func follow(
    _ ctx: MutationContext,
    operation: Double,
    key: String,
    other: String
  ) async throws -> ConvexValue {
    let read = try await ctx.db.query(Register.self).withIndex(Register.byKey) { $0.eq(other) }
      .unique()
    let value = (read?.number ?? 0) + 1
    let old = try await ctx.db.query(Register.self).withIndex(Register.byKey) { $0.eq(key) }
      .unique()
    if let old {
      try await ctx.db.patch(old.id) { $0.set(\.number, value) }
    } else {
      _ = try await ctx.db.insert(Register(key: key, number: value))
    }
    return try await finish(ctx, operation, .float64(value))
  }

  /// Moves an amount, if it is there; accounts begin with 100.
  @Mutation
  static func transfer(
    _ ctx: MutationContext,
    operation: Double,
    from: String,
    to: String,
    amount: Double
  ) async throws -> ConvexValue {
    let source = try await balance(ctx, from)
    guard source >= amount else { throw ConvexError(["short": .float64(source)]) }
    try await set(ctx, from, source - amount)
    let target = try await balance(ctx, to)
    try await set(ctx, to, target + amount)
    return try await finish(ctx, operation, [.float64(source - amount), .float64(target + amount)])
  }

  private static func balance(_ ctx: MutationContext, _ name: String) async throws -> Double {
    try await ctx.db.query(Account.self).withIndex(Account.byName) { $0.eq(name) }.unique()?.balance
      ?? 100
  }

  private static func set(_ ctx: MutationContext, _ name: String, _ balance: Double) async throws {
    let account = try await ctx.db.query(Account.self).withIndex(Account.byName) { $0.eq(name) }
      .unique()
    if let account {
      try await ctx.db.patch(account.id) { $0.set(\.balance, balance) }
    } else {
      _ = try await ctx.db.insert(Account(name: name, balance: balance))
    }
  }

  /// Appends to a list and returns all of it.
  @Mutation
  static func append(
    _ ctx: MutationContext,
    operation: Double,
    key: String,
    value: Double
  ) async throws -> ConvexValue {
    let list = try await ctx.db.query(List.self).withIndex(List.byKey) { $0.eq(key) }.unique()
    let items = (list?.items ?? []) + [value]
    if let list {
      try await ctx.db.replace(list.id, with: List(key: key, items: items))
    } else {
      _ = try await ctx.db.insert(List(key: key, items: items))
    }
    return try await finish(ctx, operation, .array(items.map { .float64($0) }))
  }

  /// Adds an item unless its code is taken, and returns whether it was added.
  @Mutation
  static func add(
    _ ctx: MutationContext,
    operation: Double,
    code: Double,
    rank: Double
  ) async throws -> ConvexValue {
    let taken = try await ctx.db.query(Item.self).withIndex(Item.byCode) { $0.eq(code) }.first()
    if taken == nil { _ = try await ctx.db.insert(Item(code: code, rank: rank)) }
    return try await finish(ctx, operation, .boolean(taken == nil))
  }

  /// Gives an item another rank, and returns whether there is such an item.
  @Mutation
  static func move(
    _ ctx: MutationContext,
    operation: Double,
    code: Double,
    rank: Double
  ) async throws -> ConvexValue {
    let item = try await ctx.db.query(Item.self).withIndex(Item.byCode) { $0.eq(code) }.first()
    if let item { try await ctx.db.patch(item.id) { $0.set(\.rank, rank) } }
    return try await finish(ctx, operation, .boolean(item != nil))
  }

  /// Removes up to two items of the lowest ranks below a bound, and returns their codes.
  @Mutation
  static func remove(
    _ ctx: MutationContext,
    operation: Double,
    rank: Double
  ) async throws -> ConvexValue {
    let items = try await ctx.db.query(Item.self).withIndex(Item.byRank) { $0.lt(rank) }.take(2)
    for item in items { try await ctx.db.delete(item.id) }
    return try await finish(ctx, operation, .array(items.map { .float64($0.code) }))
  }

  /// Writes a note.
  @Mutation
  static func write(
    _ ctx: MutationContext,
    operation: Double,
    text: String
  ) async throws -> ConvexValue {
    _ = try await ctx.db.insert(Note(text: text))
    return try await finish(ctx, operation, .null)
  }

  /// Deletes the notes with a word, and returns how many there were.
  @Mutation
  static func forget(
    _ ctx: MutationContext,
    operation: Double,
    word: String
  ) async throws -> ConvexValue {
    let notes = try await ctx.db.query(Note.self)
      .withSearchIndex(Note.searchText, matching: word).take(100)
    for note in notes { try await ctx.db.delete(note.id) }
    return try await finish(ctx, operation, .float64(Double(notes.count)))
  }

  /// Has a register incremented later, as an operation of its own.
  @Mutation
  static func schedule(
    _ ctx: MutationContext,
    operation: Double,
    delay: Double,
    later: Double,
    key: String
  ) async throws -> ConvexValue {
    try await ctx.scheduler.runAfter(
      .milliseconds(Int(delay)),
      Ledger.$increment(operation: later, key: key)
    )
    return try await finish(ctx, operation, .null)
  }

  /// Has an action increment a register later, as an operation of its own.
  @Mutation
  static func relay(
    _ ctx: MutationContext,
    operation: Double,
    delay: Double,
    later: Double,
    key: String
  ) async throws -> ConvexValue {
    try await ctx.scheduler.runAfter(
      .milliseconds(Int(delay)),
      Ledger.$incrementSlowly(operation: later, key: key)
    )
    return try await finish(ctx, operation, .null)
  }

  /// Sleeps a little, and increments a register.
  @InternalAction
  static func incrementSlowly(
    _ ctx: ActionContext,
    operation: Double,
    key: String
  ) async throws {
    try await ctx.sleep(for: .milliseconds(Int(operation * 7) % 40))
    _ = try await ctx.runMutation(Ledger.$increment(operation: operation, key: key))
  }
}

/// Queries.
@Functions("books")
enum Books {
  @Query
  static func register(_ ctx: QueryContext, key: String) async throws -> ConvexValue {
    let found = try await ctx.db.query(Register.self).withIndex(Register.byKey) { $0.eq(key) }
      .unique()
    return found.map { .float64($0.number) } ?? .null
  }

  /// Every balance by name.
  @Query
  static func balances(_ ctx: QueryContext) async throws -> ConvexValue {
    let accounts = try await ctx.db.query(Account.self).withIndex(Account.byName).collect()
    return .array(accounts.map { .array([.string($0.name), .float64($0.balance)]) })
  }

  @Query
  static func list(_ ctx: QueryContext, key: String) async throws -> ConvexValue {
    let list = try await ctx.db.query(List.self).withIndex(List.byKey) { $0.eq(key) }.unique()
    return .array((list?.items ?? []).map { .float64($0) })
  }

  /// The codes of the items in a range of ranks, highest first.
  @Query
  static func items(_ ctx: QueryContext, from: Double, to: Double) async throws -> ConvexValue {
    let items = try await ctx.db.query(Item.self)
      .withIndex(Item.byRank) { $0.gte(from).lt(to) }.order(.descending).collect()
    return .array(items.map { .float64($0.code) })
  }

  /// A page of items by rank.
  @Query
  static func page(
    _ ctx: QueryContext,
    paginationOpts: PaginationOptions
  ) async throws -> Paginated<Document<Item>> {
    try await ctx.db.query(Item.self).withIndex(Item.byRank).paginate(paginationOpts)
  }

  /// The notes with a word, in alphabetical order.
  @Query
  static func search(_ ctx: QueryContext, word: String) async throws -> ConvexValue {
    let notes = try await ctx.db.query(Note.self)
      .withSearchIndex(Note.searchText, matching: word).take(100)
    return .array(notes.map(\.text).sorted().map { .string($0) })
  }
}
