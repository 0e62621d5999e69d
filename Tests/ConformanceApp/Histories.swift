// Transactions whose histories tell whether the database kept its promises.

import Hull

extension ConformanceApp {
  /// Lists that only grow, and accounts whose sum stays.
  static let histories = Module("histories") {
    // A list of operations, {"append": key, "value": number} or {"read": key}, in one transaction.
    $0.mutation("transact", args: v.object(["operations": v.array(v.any())])) { ctx, args in
      try await transact(ctx, args["operations"]?.array ?? [])
    }
    $0.query("read", args: v.object(["keys": v.array(v.number())])) { ctx, args -> ConvexValue in
      var lists: [ConvexValue] = []
      for key in args["keys"]?.array ?? [] { lists.append(try await list(ctx, key).values) }
      return .array(lists)
    }
    $0.mutation(
      "open",
      args: v.object(["accounts": v.number(), "balance": v.number()])
    ) { ctx, args in
      guard try await ctx.db.query("accounts").first() == nil else { return }
      for number in 0..<Int(args["accounts"]?.float64 ?? 0) {
        _ = try await ctx.db.insert(
          "accounts",
          ["number": .float64(Double(number)), "balance": args["balance"] ?? 0]
        )
      }
    }
    $0.mutation(
      "transfer",
      args: v.object(["from": v.number(), "to": v.number(), "amount": v.number()])
    ) { ctx, args -> ConvexValue in
      let from = try await account(ctx, args["from"] ?? .null)
      let to = try await account(ctx, args["to"] ?? .null)
      let amount = args["amount"]?.float64 ?? 0
      guard from.balance >= amount, from.id != to.id else { return false }
      try await ctx.db.patch(from.id, ["balance": .float64(from.balance - amount)])
      try await ctx.db.patch(to.id, ["balance": .float64(to.balance + amount)])
      return true
    }
    $0.query("balances") { ctx, _ -> ConvexValue in
      .array(try await ctx.db.query("accounts").collect().map { $0["balance"] ?? .null })
    }
  }

  private static func transact(
    _ ctx: MutationContext,
    _ operations: [ConvexValue]
  ) async throws -> ConvexValue {
    var results: [ConvexValue] = []
    for operation in operations.compactMap(\.object) {
      if let key = operation["read"] {
        results.append(try await list(ctx.reading, key).values)
      } else if let key = operation["append"], let value = operation["value"] {
        let (id, values) = try await list(ctx.reading, key)
        if let id, let values = values.array {
          try await ctx.db.patch(id, ["values": .array(values + [value])])
        } else {
          _ = try await ctx.db.insert("lists", ["key": key, "values": [value]])
        }
        results.append(.null)
      } else if operation["fail"] != nil {
        throw ConvexError("as asked")
      }
    }
    return .array(results)
  }

  /// The list of a key and the document it is in; an empty one if there is none.
  private static func list(
    _ ctx: QueryContext,
    _ key: ConvexValue
  ) async throws -> (id: ConvexValue?, values: ConvexValue) {
    let row = try await ctx.db.query("lists").withIndex("by_key") { $0.eq("key", key) }.unique()
    return (row?["_id"], row?["values"] ?? [])
  }

  private static func account(
    _ ctx: MutationContext,
    _ number: ConvexValue
  ) async throws -> (id: String, balance: Double) {
    let row = try await ctx.db.query("accounts")
      .withIndex("by_number") { $0.eq("number", number) }.unique()
    guard let id = row?["_id"]?.string, let balance = row?["balance"]?.float64 else {
      throw ConvexError("no such account")
    }
    return (id, balance)
  }
}
