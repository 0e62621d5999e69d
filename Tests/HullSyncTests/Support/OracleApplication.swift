// What the clients of the consistency oracle ask and do.

import Hull
import HullTesting
import HullValues
import TestRandomness

/// An application with every sort of read that can become invalid.
enum OracleApplication {
  static let groups = 6
  static let words = ["red", "green", "blue", "dark", "light"]
  static let lateTables = (0..<4).map { "late\($0)" }
  static let subjects: [String?] = [nil, "ada", "bob", "cay"]

  static var schema: SchemaDefinition {
    SchemaDefinition(
      tables: [
        TableDefinition(
          name: "items",
          indexes: [IndexDefinition(name: "by_group", fields: ["group", "n"])],
          searchIndexes: [
            SearchIndexDefinition(name: "search", searchField: "text", filterFields: ["group"])
          ]
        )
      ],
      schemaValidation: false
    )
  }

  static let module = Module("o") { m in
    m.query("range") { ctx, args in
      try await ctx.db.query("items").withIndex("by_group") {
        $0.eq("group", args["group"]).gte("n", args["from"]).lt("n", args["to"])
      }.order(args["down"] == true ? .descending : .ascending).take(7)
    }
    m.query("page") { ctx, args in
      try await ctx.db.query("items").withIndex("by_group") { $0.eq("group", args["group"]) }
        .paginate(PaginationOptions(numItems: 4, cursor: nil))
    }
    m.query("search") { ctx, args in
      try await ctx.db.query("items").withSearchIndex("search") {
        $0.search("text", args["text"]?.string ?? "").eq("group", args["group"])
      }.take(5)
    }
    m.query("byID") { ctx, args in
      try await ctx.db.get(args["id"]?.string ?? "").map { ConvexValue.object($0) } ?? .null
    }
    m.query("late") { ctx, args in
      try await ctx.db.query(args["table"]?.string ?? "").count()
    }
    m.query("mine") { ctx, args in
      guard let subject = try await ctx.auth.getUserIdentity()?.subject else {
        return ConvexValue.null
      }
      let items = try await ctx.db.query("items")
        .withIndex("by_group") { $0.eq("group", args["group"]) }.collect()
      return .array(items.filter { $0["owner"] == .string(subject) }.map { $0["n"] ?? .null })
    }
    m.query("fragile") { ctx, args in
      let items = try await ctx.db.query("items")
        .withIndex("by_group") { $0.eq("group", args["group"]) }.take(5)
      if let bad = items.first(where: { Int($0["n"]?.float64 ?? 0) % 4 == 3 }) {
        throw ConvexError(["bad": bad["n"] ?? .null])
      }
      return Double(items.count)
    }
    m.query("logging") { ctx, args in
      let count = try await ctx.db.query("items")
        .withIndex("by_group") { $0.eq("group", args["group"]) }.count()
      ctx.log("there are", count)
      return count > 3
    }
    m.query("mode") { ctx, _ in try await ctx.env["MODE"] }
    m.mutation("insert") { ctx, args in
      let owner = try await ctx.auth.getUserIdentity()?.subject
      let item: ConvexObject = [
        "group": args["group"] ?? .null, "n": args["n"] ?? .null, "text": args["text"] ?? .null,
        "owner": owner.map { .string($0) } ?? .null,
      ]
      return ConvexValue.string(try await ctx.db.insert("items", item).string)
    }
    m.mutation("patch") { ctx, args in
      guard let id = args["id"]?.string, try await ctx.db.get(id) != nil else {
        throw ConvexError("gone")
      }
      try await ctx.db.patch(id, fields: ["n": args["n"] ?? .null, "text": args["text"] ?? .null])
    }
    m.mutation("move") { ctx, args in
      guard let id = args["id"]?.string, try await ctx.db.get(id) != nil else { return }
      try await ctx.db.patch(id, fields: ["group": args["group"] ?? .null])
    }
    m.mutation("delete") { ctx, args in
      guard let id = args["id"]?.string, try await ctx.db.get(id) != nil else { return }
      try await ctx.db.delete(id)
    }
    // Reads much and writes little: it loses races.
    m.mutation("balance") { ctx, args in
      let items = try await ctx.db.query("items")
        .withIndex("by_group") { $0.eq("group", args["group"]) }.collect()
      guard let id = items.first?["_id"]?.string else { return }
      try await ctx.db.patch(id, fields: ["n": .float64(Double(items.count))])
    }
    m.mutation("insertLate") { ctx, args in
      _ = try await ctx.db.insert(args["table"]?.string ?? "", ["n": 1.0])
    }
    m.mutation("undone") { ctx, args in
      _ = try await ctx.db.insert("items", args)
      throw ConvexError("undone")
    }
  }

  static func question(
    ids: [String],
    using generator: inout SeededGenerator
  ) -> (path: String, arguments: ConvexObject) {
    let group = ConvexValue.float64(Double(Int.random(in: 0..<groups, using: &generator)))
    switch Int.random(in: 0..<10, using: &generator) {
    case 0, 1:
      let from = Double(Int.random(in: 0..<8, using: &generator))
      return (
        "o:range",
        [
          "group": group, "from": .float64(from), "to": .float64(from + 5),
          "down": .boolean(.random(using: &generator)),
        ]
      )
    case 2: return ("o:page", ["group": group])
    case 3:
      let word = words.randomElement(using: &generator) ?? ""
      return ("o:search", ["group": group, "text": .string(word)])
    case 4:
      guard let id = ids.randomElement(using: &generator) else { return ("o:missing", [:]) }
      return ("o:byID", ["id": .string(id)])
    case 5: return ("o:late", ["table": .string(lateTables.randomElement(using: &generator) ?? "")])
    case 6: return ("o:mine", ["group": group])
    case 7: return ("o:fragile", ["group": group])
    case 8: return ("o:logging", ["group": group])
    default: return ("o:mode", [:])
    }
  }

  static func change(
    ids: [String],
    using generator: inout SeededGenerator
  ) -> (path: String, arguments: ConvexObject) {
    let group = ConvexValue.float64(Double(Int.random(in: 0..<groups, using: &generator)))
    let n = ConvexValue.float64(Double(Int.random(in: 0..<16, using: &generator)))
    let text = ConvexValue.string(
      (0..<3).map { _ in words.randomElement(using: &generator) ?? "" }.joined(separator: " ")
    )
    let id = ids.randomElement(using: &generator)
    switch (Int.random(in: 0..<10, using: &generator), id) {
    case (4, let id?), (5, let id?):
      return ("o:patch", ["id": .string(id), "n": n, "text": text])
    case (6, let id?): return ("o:delete", ["id": .string(id)])
    case (7, let id?): return ("o:move", ["id": .string(id), "group": group])
    case (8, _): return ("o:balance", ["group": group])
    case (9, _):
      guard Bool.random(using: &generator) else {
        return ("o:undone", ["group": group, "n": n, "text": text])
      }
      let table = lateTables.randomElement(using: &generator) ?? ""
      return ("o:insertLate", ["table": .string(table)])
    default: return ("o:insert", ["group": group, "n": n, "text": text])
    }
  }
}
