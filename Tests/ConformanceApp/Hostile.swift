// Functions no server wants to run.

import Hull

extension ConformanceApp {
  /// Work without end, without bounds, or without sense.
  static let hostile = Module("hostile") {
    // The number makes each call a question of its own, which no kept result answers.
    $0.query("burn", args: v.object(["steps": v.number(), "number": v.number()])) { _, args in
      burn(steps: args["steps"]?.float64 ?? 0)
    }
    $0.query("loop") { _, _ in
      var steps: UInt64 = 0
      while steps < .max { steps = (steps &+ 1) & 0xFFFF }
      return Double(steps)
    }
    $0.mutation("loopAfterWriting") { ctx, _ in
      _ = try await ctx.db.insert("leftovers", [:])
      var steps: UInt64 = 0
      while steps < .max { steps = (steps &+ 1) & 0xFFFF }
    }
    $0.action("never") { ctx, _ in
      try await ctx.sleep(for: .seconds(3600))
    }
    $0.query("stuck") { _, _ in
      // Nobody ever resumes it, and it heeds no cancellation.
      await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    }
    $0.query("allocate", args: v.object(["megabytes": v.number()])) { _, args -> Double in
      var blocks: [[UInt8]] = []
      for number in 0..<Int(args["megabytes"]?.float64 ?? 0) {
        blocks.append([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 1 << 20))
      }
      return Double(blocks.reduce(0) { $0 &+ Int($1[$1.count / 2]) })
    }
    $0.query("large", args: v.object(["megabytes": v.number()])) { _, args in
      String(repeating: "x", count: Int(args["megabytes"]?.float64 ?? 0) << 20)
    }
    $0.query("recurse", args: v.object(["depth": v.number()])) { ctx, args -> ConvexValue in
      let depth = args["depth"]?.float64 ?? 0
      if depth <= 0 { return 0 }
      return try await ctx.runQuery("hostile:recurse", ["depth": .float64(depth - 1)])
    }
    $0.action("callItself") { ctx, _ -> ConvexValue in
      try await ctx.runAction("hostile:callItself", [:])
    }
    $0.query("readForEver") { ctx, _ -> Double in
      var count = 0.0
      while true { count += Double(try await ctx.db.query("counters").collect().count) }
    }
    $0.mutation("writeForEver") { ctx, _ in
      while true { _ = try await ctx.db.insert("leftovers", [:]) }
    }
    $0.mutation("logForEver") { ctx, _ in
      while true { ctx.log(String(repeating: "x", count: 1000)) }
    }
    $0.query("leftovers") { ctx, _ in
      Double(try await ctx.db.query("leftovers").collect().count)
    }
    $0.internalMutation("secretWrite") { ctx, _ in _ = try await ctx.db.insert("leftovers", [:]) }
    $0.query("page", args: v.object(["cursor": v.any()])) { ctx, args -> ConvexValue in
      let page = try await ctx.db.query("counters").paginate(
        PaginationOptions(numItems: 1, cursor: args["cursor"]?.string)
      )
      return ["continueCursor": .string(page.continueCursor)]
    }
    $0.query("otherPage", args: v.object(["cursor": v.any()])) { ctx, args -> ConvexValue in
      let page = try await ctx.db.query("batches").paginate(
        PaginationOptions(numItems: 1, cursor: args["cursor"]?.string)
      )
      return ["continueCursor": .string(page.continueCursor)]
    }
  }

  /// Takes time, and hardly anything else.
  private static func burn(steps: Double) -> Double {
    var state: UInt64 = 88_172_645_463_325_252
    for _ in 0..<Int(min(steps, 1e9)) {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
    }
    return Double(state >> 11)
  }
}
