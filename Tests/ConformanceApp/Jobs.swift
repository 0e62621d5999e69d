// Functions that run later, for tests that look what became of them after the server was killed.

import Hull

extension ConformanceApp {
  static var crons: [CronJob] { [.interval("tick", .seconds(1), "jobs:tick")] }

  /// Jobs that leave a row for every time they run.
  static let jobs = Module("jobs") {
    $0.mutation("schedule", args: v.object(["batch": v.string(), "count": v.number()])) {
      ctx,
      args in
      let batch = args["batch"]?.string ?? ""
      for number in 0..<Int(args["count"]?.float64 ?? 0) {
        let key: ConvexObject = ["key": .string("\(batch)-\(number)")]
        let delay = Duration.milliseconds(Int(ctx.random.double() * 100))
        try await ctx.scheduler.runAfter(delay, "jobs:mark", key)
        try await ctx.scheduler.runAfter(delay, "jobs:act", key)
      }
      _ = try await ctx.db.insert("batches", ["batch": .string(batch)])
    }
    $0.mutation("scheduleAndFail", args: v.object(["batch": v.string()])) { ctx, args in
      let key: ConvexObject = ["key": .string("never-\(args["batch"]?.string ?? "")")]
      try await ctx.scheduler.runAfter(.zero, "jobs:mark", key)
      throw ConvexError("changed my mind")
    }
    $0.mutation("scheduleMany", args: v.object(["count": v.number(), "at": v.number()])) {
      ctx,
      args in
      for _ in 0..<Int(args["count"]?.float64 ?? 0) {
        try await ctx.scheduler.runAt(args["at"]?.float64 ?? 0, "jobs:countUp")
      }
    }
    $0.internalMutation("mark", args: v.object(["key": v.string()])) { ctx, args in
      _ = try await ctx.db.insert("marks", args)
    }
    $0.internalMutation("countUp") { ctx, _ in _ = try await ctx.db.insert("ups", [:]) }
    $0.internalAction("act", args: v.object(["key": v.string()])) { ctx, args in
      _ = try await ctx.runMutation("jobs:note", ["key": args["key"] ?? .null, "step": "begun"])
      _ = try await ctx.runMutation("jobs:note", ["key": args["key"] ?? .null, "step": "ended"])
    }
    $0.internalMutation("note", args: v.object(["key": v.string(), "step": v.string()])) {
      ctx,
      args in
      _ = try await ctx.db.insert("notes", args)
    }
    $0.internalMutation("tick") { ctx, _ in
      _ = try await ctx.db.insert("ticks", ["at": .float64(ctx.now)])
    }
    $0.query("unfinished") { ctx, _ -> Double in
      var count = 0.0
      for kind in ["pending", "inProgress"] {
        count += Double(
          try await ctx.db.system.query("_scheduled_functions")
            .withIndex("by_state") { $0.eq("state.kind", .string(kind)) }.count()
        )
      }
      return count
    }
    $0.query("rows", args: v.object(["table": v.string()])) { ctx, args in
      let table = args["table"]?.string ?? ""
      let rows =
        table.hasPrefix("_")
        ? try await ctx.db.system.query(table).collect() : try await ctx.db.query(table).collect()
      return ConvexValue.array(rows.map(ConvexValue.object))
    }
    $0.query("ups") { ctx, _ in try await ctx.db.query("ups").count() }
  }
}
