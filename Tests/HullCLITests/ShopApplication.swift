// A tiny application for the commands to work with.

import Hull
import HullCLI
import HullValues

enum ShopApplication: HullApplication {
  static let name = "shop"
  static let sampleFunction: String? = "seed:load"

  static let modules = [
    Module("items") { module in
      module.query("list") { context, _ in try await context.db.query("items").collect() }
      module.query(
        "find",
        args: v.object([
          "code": v.string(), "limit": v.optional(v.number()),
          "tags": v.optional(v.array(v.union(v.string(), v.null()))),
        ])
      ) { _, args in args["code"] ?? .null }
      module.query("urls") { context, _ -> ConvexValue in
        let cloud = try await context.env["CONVEX_CLOUD_URL"]
        let site = try await context.env["CONVEX_SITE_URL"]
        return [.string(cloud ?? ""), .string(site ?? "")]
      }
      module.mutation("refuse") { context, _ in
        context.log(7)
        throw ConvexError("out of stock")
      }
    },
    Module("seed") { module in
      module.internalMutation("load") { context, _ in
        _ = try await context.db.insert("items", ["name": "leash"])
      }
    },
  ]
}
